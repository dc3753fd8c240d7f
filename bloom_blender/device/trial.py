"""Whether a card computes right: a trial at its first use, remembered for each driver."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np

from .. import __version__
from ..chaos.histogram import Histogram
from ..codegen import store
from ..codegen.targets.wgsl import Module
from ..files import read_regular, replace_file
from ..flame.model import Camera, Flame, Palette, Variation, Xform
from ..flame.variations.source import VOCABULARY
from ..flame.variations.vocabulary import FUNCTIONS
from .cards import Card, CardError, Device, open_card
from .histogram import CardHistogram
from .shaders import GROUP

#: Functions that are tried, with the range of their argument and the error that is fine.
_TRIED = {
    "sin": (-900.0, 900.0, 2e-4), "cos": (-900.0, 900.0, 2e-4), "exp": (-80.0, 80.0, 2e-5),
    "log": (1e-6, 1e6, 1e-5), "tanh": (-20.0, 20.0, 1e-5), "asin": (-0.99, 0.99, 1e-5),
    "atan": (-50.0, 50.0, 1e-5), "sinh": (-20.0, 20.0, 1e-5),
}  # fmt: skip
_PLACES = 256
_MAIN = """
@group(0) @binding(0) var<storage, read> places: array<f32>;
@group(0) @binding(1) var<storage, read_write> found: array<f32>;

@compute @workgroup_size({group})
fn main(@builtin(global_invocation_id) place: vec3u) {{
  let one = place.x;
  let all = {places}u;
{lines}
}}
"""


def trial_flame() -> Flame:
    """A small flame with what a driver may get wrong: branches, roots, random numbers, a final xform."""
    round_ = Xform(
        weight=1.0, color=0.1, coefs=(0.6, 0.3, -0.3, 0.6, 0.3, 0.1),
        variations=(Variation("spherical", 0.3), Variation("linear3D", 0.6), Variation("swirl", 0.2)),
    )  # fmt: skip
    root = Xform(
        weight=2.0, color=0.9, opacity=0.7, coefs=(0.8, -0.2, 0.2, 0.8, -0.4, 0.3),
        variations=(Variation("julian", 0.7, (("power", 3.0), ("dist", 1.0))), Variation("pre_blur", 0.1)),
    )  # fmt: skip
    final = Xform(coefs=(1.0, 0.1, 0.0, 1.0, 0.0, 0.0), variations=(Variation("eyefish", 1.0),))
    colors = tuple((k / 15, 0.5, 1.0 - k / 15) for k in range(16))
    camera = Camera(size=(64, 48), scale=16.0)
    return Flame("trial", (round_, root), (final,), camera=camera, palette=Palette(colors))


def problem_of(device: Device) -> str:
    """What a card gets wrong, in a few words; empty if nothing."""
    return _wrong_function(device) or _wrong_picture(device)


def _wrong_function(device: Device) -> str:
    module, lines, places, expected = Module(VOCABULARY), [], [], []
    for number, (name, (low, high, _)) in enumerate(_TRIED.items()):
        full = module.define(name)
        lines.append(f"  found[{number}u * all + one] = {full}(places[{number}u * all + one]);")
        places.append(np.linspace(low, high, _PLACES, dtype=np.float32))
        expected.append(FUNCTIONS[name](places[-1].astype(np.float64)))
    source = _MAIN.format(group=GROUP, places=_PLACES, lines="\n".join(lines)) + str(module)
    pipeline = device.pipeline(source, "main")
    found = device.buffer(4 * _PLACES * len(_TRIED))
    bound = device.bind(pipeline, [device.buffer(np.concatenate(places)), found])
    device.run((pipeline, bound, (_PLACES // GROUP, 1)))
    got = np.frombuffer(device.read(found), np.float32).reshape(len(_TRIED), _PLACES)
    for (name, (_, _, slack)), mine, wanted in zip(_TRIED.items(), got, expected, strict=True):
        if not (np.abs(mine - wanted) <= slack * (1.0 + np.abs(wanted))).all():
            return f"its {name} is wrong"
    return ""


def _wrong_picture(device: Device) -> str:
    flame, points = trial_flame(), 400_000
    pictures = []
    for histogram in (
        CardHistogram(device, flame, supersample=1, orbits=2**12),
        Histogram(flame, supersample=1),
    ):
        histogram.add(points)
        pictures.append(histogram.buckets.astype(np.float64) / histogram.shown)
    sums = [picture.sum((0, 1)) for picture in pictures]
    hits = [picture[..., 3].ravel() for picture in pictures]
    alike = float(np.corrcoef(hits[0], hits[1])[0, 1])
    if not math.isfinite(alike) or alike < 0.99 or not np.allclose(sums[0], sums[1], rtol=0.02):
        return "a small flame looks wrong"
    return ""


def ready(card: Card) -> Device:
    """The card, ready to work and found to be right.

    Raises
    ------
    CardError
        If it cannot be used, or a trial of this card with this driver failed, now or before.
    """
    device = open_card(card)
    problem = _remembered().get(card.key)
    if problem is None:
        problem = problem_of(device)
        _remember(card.key, problem)
    if problem:
        raise CardError(f"{card.name} is not used: {problem}.")
    return device


_known: dict[str, str] = {}


def _file() -> Path | None:
    folder = store.cache_folder()
    return folder.parent / f"cards-{__version__}.json" if folder else None


def _remembered() -> dict[str, str]:
    """What trials found, by card and driver."""
    path = _file()
    if not _known and path is not None and path.exists():
        try:
            found = json.loads(read_regular(path, 2**20))
            _known.update({str(key): str(value) for key, value in dict(found).items()})
        except (ValueError, OSError):
            pass
    return _known


def _remember(key: str, problem: str) -> None:
    _known[key] = problem
    path = _file()
    if path is None:
        return
    try:
        with replace_file(path) as temporary:
            temporary.write_text(json.dumps(_known, indent=1), encoding="utf-8")
    except (ValueError, OSError):
        pass  # it is tried again next time
