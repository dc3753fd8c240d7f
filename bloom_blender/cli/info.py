"""`bloom info`: what is in a flame or a run."""

from __future__ import annotations

import argparse
import json
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..errors import BloomError
from ..files import open_regular
from ..flame.gradients import read_gradients
from ..flame.model import Flame, Xform
from ..flame.presets import flame_file
from ..flame.variations import lookup
from ..flame.xml import Pack, read_pack, report_unknown
from ..trajectory import describe as describe_run
from ..trajectory.description import summary
from .reading import SOURCES, add_reading_options, reading_options


def add_parser(subparsers) -> None:
    """Declare the command and its options."""
    parser = subparsers.add_parser(
        "info", help="tell what is in a flame or a run", description="Tell what is in a flame or a run."
    )
    parser.add_argument(
        "file", metavar="FILE", help=f".flame file, gradients (.ugr, .map), or a run: {SOURCES}"
    )
    parser.add_argument("--index", type=int, metavar="N", help="of a pack of flames tell of this one, from 1")
    parser.add_argument("--json", action="store_true", help="for programs")
    add_reading_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the description of a file, as text or as JSON."""
    path = flame_file(arguments.file)
    if arguments.index is None and not arguments.json and _is_xml(path):
        pack = read_pack(path)
        if len(pack) > MOST_TOLD:
            print("\n".join(_pack_text(pack)))
            return 0
    description = describe(path, arguments.index, **reading_options(arguments))
    if arguments.json:
        print(json.dumps(description, indent=2, ensure_ascii=False))
        return 0
    texts = {"flame": _flame_text, "gradients": _gradients_text, "run": _run_text}
    print("\n".join(texts[description["kind"]](description)))
    return 0


MOST_TOLD = 50
"""Flames of a pack that are listed one by one."""


def _pack_text(pack: Pack) -> list[str]:
    """A large pack in a few lines, for which no flame is parsed."""
    names = ", ".join(f"{number + 1} {pack.name(number)!r}" for number in range(10))
    return [f"{len(pack)} flames: {names} …", "tell of one with --index N, of all with --json"]


def describe(path: Path, index: int | None = None, **options: Any) -> dict[str, Any]:
    """What is in a file or a folder, as JSON has it; `options` are those of `read_trajectory`.

    Of a pack of flames, all, or the one of a number, from 1. What is wrong with flames that cannot be read is
    in ``broken``; where none can, that is the error.
    """
    if path.suffix.lower() in (".ugr", ".gradient", ".map"):
        palettes = {name: len(palette.colors) for name, palette in read_gradients(path).items()}
        return {"kind": "gradients", "file": str(path), "palettes": palettes}
    if _is_xml(path):
        pack = read_pack(path)
        flames, broken = [], []
        for number in range(len(pack)) if index is None else [index - 1]:
            try:
                flames.append(_flame_description(pack.flame(number)))
            except BloomError as error:
                broken.append(str(error))
        if not flames:
            raise BloomError(broken[0])
        return {"kind": "flame", "file": str(path), "flames": flames, "broken": broken}
    return {"kind": "run", "file": str(path), **describe_run(path, **options)}


def _is_xml(path: Path) -> bool:
    """Whether the file is text that begins with a tag."""
    if os.path.isdir(path):  # unlike Path.is_dir it is False where the path is too long
        return False
    with open_regular(path, advice="check the path") as file:
        start = file.read(1024)
    return start.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<")


def _flame_description(flame: Flame) -> dict[str, Any]:
    known, unknown = _variations(flame)
    return {
        "name": flame.name,
        "version": flame.version,
        "compatibility": flame.rules.name,
        "size": list(flame.camera.size),
        "palette_colors": len(flame.palette.colors),
        "xforms": [_xform_description(xform) for xform in flame.xforms],
        "finals": [_xform_description(xform) for xform in flame.finals],
        "variations": {"known": known, "unknown": unknown},
        "remarks": list(report_unknown(flame)),
    }


def _xform_description(xform: Xform) -> dict[str, Any]:
    return {
        "name": xform.name,
        "weight": xform.weight,
        "opacity": xform.opacity,
        "variations": [variation.attribute for variation in xform.variations],
    }


_NO_VARIATION = re.compile(r"animate_origin|(Re|Im)_[A-D]|wfield_.*|.*_fx_priority|.*Curve_[a-z_]+\d*")
"""Numbers that JWildfire and Apophysis write beside variations."""


def _variations(flame: Flame) -> tuple[list[str], list[str]]:
    """Attributes of the variations that Bloom has, and of those that it has not, once each.

    A reader cannot know whether an unknown attribute is a variation or a parameter of one. Here it is a
    variation if it is a number and does not begin with the name of another one and an underscore.
    """
    parts = [*flame.xforms, *flame.finals]
    known: dict[str, None] = {}
    unknown: dict[str, None] = {}
    for variation in (variation for xform in parts for variation in xform.variations):
        try:
            lookup(variation.name)
            known[variation.attribute] = None
        except KeyError:
            unknown[variation.attribute] = None
    remarked = set(re.findall(r"\w+", " ".join(report_unknown(flame))))
    for name, text in (pair for xform in parts for pair in xform.extra):
        if name in remarked and _is_number(text) and not _NO_VARIATION.fullmatch(name):
            unknown[name] = None
    stems = {*known, *unknown}
    return list(known), [name for name in unknown if not _begins_with(name, stems)]


def _begins_with(name: str, stems: set[str]) -> bool:
    """Whether a name is one of others, an underscore, and more."""
    words = name[:200].split("_")
    return any("_".join(words[:count]) in stems for count in range(1, len(words)))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _flame_text(description: dict[str, Any]) -> list[str]:
    lines = []
    for flame in description["flames"]:
        width, height = flame["size"]
        lines.append(f"flame {flame['name']!r}, {width} × {height}, {flame['palette_colors']} colours")
        for number, xform in enumerate(flame["xforms"], start=1):
            lines.append(f"  xform {number}: weight {xform['weight']:g}: {_list(xform['variations'])}")
        for xform in flame["finals"]:
            lines.append(f"  final xform: {_list(xform['variations'])}")
        lines.append(f"  unknown variations: {_list(flame['variations']['unknown'])}")
        lines += [f"  {remark}" for remark in flame["remarks"]]
    lines += [f"not read: {sentence}" for sentence in description["broken"]]
    return lines


def _gradients_text(description: dict[str, Any]) -> list[str]:
    return [f"palette {name!r}, {count} colours" for name, count in description["palettes"].items()]


_MOST_METADATA = 14


def _run_text(description: dict[str, Any]) -> list[str]:
    if "runs" in description:
        return [f"{description['name']} holds {summary(description)[0]}", *description["runs"]]
    lines = [f"run {description['name']!r}, {description['format']}"]
    metadata = [f"  {key}: {text}" for key, text in description["metadata"].items() if key != "origin"]
    if len(metadata) > _MOST_METADATA:
        metadata[_MOST_METADATA:] = [f"  … and {len(metadata) - _MOST_METADATA} more, with --json"]
    lines += metadata
    return lines + [f"  {line}" for line in summary(description)]


def _list(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"
