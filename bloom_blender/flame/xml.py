"""Flames in the XML of flam3, ember (Fractorium), Apophysis and their kin.

Reading keeps everything: attributes and elements outside the model go to the fields ``extra`` and
``extra_elements`` and are written back. Reading what was written gives an equal flame.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import BloomError
from ..files import read_regular, replace_file
from .compatibility import COMPATIBILITIES, RULES, compatibility_of
from .flame_texts import decoded, flame_spans, mended
from .gradients import parse_gradients
from .model import (
    FILTER_SHAPES,
    IDENTITY,
    PALETTE_MODES,
    Camera,
    Extra,
    Flame,
    Palette,
    Tone,
    Variation,
    Xform,
)
from .old_names import listed_variations, old_parameters, todays_name
from .palettes import numbered_palette
from .variations import VARIATIONS, lookup, split_attribute
from .variations.registry import Entry, P, parameters_in_files

if TYPE_CHECKING:  # Python's XML and defusedxml are loaded at first use, for a quick start of Blender
    from xml.etree import ElementTree

# Attributes and elements that have no bearing on a still picture: kept, but not reported.
_SILENT_FLAME = frozenset(
    """time hue hue_rotation palette_interpolation interpolation interpolation_type interpolation_space
    temporal_filter_type temporal_filter_width temporal_filter_exp temporal_samples sub_batch_size fuse
    passes num_batches nbatches plugins nick url notes estimator estimator_jitter
    batches fps frame frame_count source_colors""".split()
)
_SILENT_XFORM = frozenset(
    """symmetry plotmode material material_speed mod_gamma mod_gamma_speed mod_contrast mod_contrast_speed
    mod_saturation mod_saturation_speed mod_hue mod_hue_speed solo motion_frequency motion_function
    motion_offset enabled
    rx_sin rx_cos ry_sin ry_cos rotate_x_sin rotate_x_cos rotate_y_sin rotate_y_cos
    pow_power pow_block_power""".split()
)
_NEUTRAL_FLAME = {"rand_range": "1"}
_SILENT_ELEMENTS = frozenset(["edit", "flame", "finalxform"])  # a final xform that is kept aside does nothing

_CAMERA = {
    "scale": "scale", "zoom": "zoom", "cam_zoom": "zoom", "rotate": "rotate",
    "cam_yaw": "yaw", "cam_pitch": "pitch", "cam_persp": "perspective", "cam_perspective": "perspective",
    "cam_zpos": "zpos", "cam_dof": "dof", "blur_curve": "blur_curve",
}  # fmt: skip

_TONE = {
    "quality": "quality", "brightness": "brightness", "gamma": "gamma", "gamma_threshold": "gamma_threshold",
    "vibrancy": "vibrancy", "highlight_power": "highlight_power", "filter": "filter_radius",
    "estimator_radius": "estimator_radius", "estimator_minimum": "estimator_minimum",
    "estimator_curve": "estimator_curve", "supersample": "supersample", "oversample": "supersample",
    "logscale_k2": "logscale_k2",
}  # fmt: skip

MAXIMUM_SIZE = 2**26
"""Bytes of a file. The largest packs that people made have some megabytes."""
MAXIMUM_FLAMES = 2**15
MAXIMUM_XFORMS = 100_000
MAXIMUM_COLORS = 2**16

_SPLINES = ("overall_curve", "red_curve", "green_curve", "blue_curve")

_ANCHORS = "bloom_palette_anchors"

_XFORM = {
    "weight": "weight", "color": "color", "color_speed": "color_speed", "var_color": "direct_color",
    "opacity": "opacity", "animate": "animate",
}  # fmt: skip


# --------------------------------------------------------------------------------------- reading


class Pack:
    """The flames of a file or a text, each parsed when it is asked for: the others may be broken.

    Parameters
    ----------
    text
        The XML.
    source
        Stands for it in errors.
    """

    def __init__(self, text: str | bytes, source: str = "text") -> None:
        self.source = source
        self._text = _checked_text(text, source)
        self._spans = flame_spans(self._text)
        if not self._spans:
            raise BloomError(_no_flame(self._text, source))
        if len(self._spans) > MAXIMUM_FLAMES:
            raise _too_many(source, f"{len(self._spans)} flames", MAXIMUM_FLAMES)

    def __len__(self) -> int:
        return len(self._spans)

    def flame(self, index: int) -> Flame:
        """One of the flames, counted from 0; BloomError where there is none, or where it is broken."""
        if not 0 <= index < len(self):
            raise BloomError(f"{self.source} has no flame {index + 1}: choose 1 to {len(self)}.")
        return _flame(self._element(index), self._where(index))

    def name(self, index: int) -> str:
        """The name of a flame, without parsing the rest; empty where there is none."""
        start, end = self._spans[index]
        found = _NAME.match(self._text, start, min(end, start + 4096))
        return unescape(found[1] or found[2]) if found else ""

    def _where(self, index: int) -> str:
        return self.source if len(self) == 1 else f"{self.source}, flame {index + 1}"

    def _element(self, index: int) -> ElementTree.Element:
        start, end = self._spans[index]
        text = self._text[start:end]
        from xml.etree import ElementTree

        try:
            return _fromstring(text)
        except ElementTree.ParseError as error:
            first = error
        except ValueError:  # lone surrogates, which no encoding has
            first = None
        try:
            return _fromstring(mended(text))
        except (ElementTree.ParseError, ValueError):
            raise BloomError(self._damaged(index, first)) from None

    def _damaged(self, index: int, error: ElementTree.ParseError | None) -> str:
        """Sentence for a flame that is not well-formed."""
        where = self._where(index)
        if error is None:
            return f"{where} holds characters that no text has: repair it or save it again."
        if error.code in _UNFINISHED:
            return f"{where} is truncated (it ends inside an element): copy it again."
        line, column = error.position
        start = self._spans[index][0]
        if line == 1:
            column += start - (self._text.rfind("\n", 0, start) + 1)
        line += self._text.count("\n", 0, start)
        problem = str(error).split(":")[0]
        return (
            f"{where} is damaged at line {line}, column {column + 1} ({problem}): repair it or save it again."
        )


_NAME = re.compile(r"""<flame\s(?:[^<>]*?\s)?name=(?:"([^"]*)"|'([^']*)')""")


def read_pack(path: str | os.PathLike[str]) -> Pack:
    """The flames of a file; BloomError names the file and the remedy."""
    return Pack(_read_bytes(path), Path(path).name)


def read_flames(path: str | os.PathLike[str]) -> tuple[Flame, ...]:
    """Every flame of a file, in order; BloomError names the file and the remedy."""
    return parse_flames(_read_bytes(path), Path(path).name)


def read_flame(path: str | os.PathLike[str], index: int = 0) -> Flame:
    """One flame of a file, counted from 0; the others may be broken."""
    return read_pack(path).flame(index)


def parse_flames(text: str | bytes, source: str = "text") -> tuple[Flame, ...]:
    """Every flame in `text`; `source` stands for it in errors."""
    pack = Pack(text, source)
    return tuple(pack.flame(index) for index in range(len(pack)))


def _read_bytes(path: str | os.PathLike[str]) -> bytes:
    return read_regular(path, MAXIMUM_SIZE, advice="choose another .flame file")


def _too_many(what: str, count: object, limit: object) -> BloomError:
    """What is beyond anything that a flame needs, and what it may have."""
    return BloomError(f"{what} has {count}: give {limit} or fewer.")


def _checked_text(text: str | bytes, source: str) -> str:
    """The text of a file that may hold flames."""
    if not text.strip():
        raise BloomError(f"{source} is empty: choose a .flame file.")
    if isinstance(text, bytes):
        if text.startswith((b"\x1f\x8b", b"PK\3\4", b"\xfd7zXZ", b"BZh")):
            raise BloomError(f"{source} is compressed: unpack it first.")
        try:
            text = decoded(text)
        except (ValueError, LookupError):
            raise BloomError(f"{source} is in an encoding that cannot be read: save it as UTF-8.") from None
    if "<!ENTITY" in text:
        raise BloomError(f"{source} defines XML entities, which flames do without: remove them.")
    return text


def _no_flame(text: str, source: str) -> str:
    """Sentence for a text without a flame, which names its first element where it has one."""
    root = re.search(r"<([A-Za-z_][\w:.-]{0,40})", text)
    if root and root[1] == "jwf-flame":
        return f"{source} is a JWildfire flame with layers: save one layer as a plain flame."
    if root and text.lstrip("\ufeff \t\r\n").startswith("<"):
        return f"{source} holds no flame (it is <{root[1]}>): choose a .flame file."
    return f"{source} is not a flame: choose a .flame file."


def _fromstring(text: str | bytes) -> ElementTree.Element:
    from defusedxml.ElementTree import fromstring

    return fromstring(text)


_UNFINISHED = (3, 5, 20)  # XML_ERROR_NO_ELEMENTS, XML_ERROR_UNCLOSED_TOKEN, XML_ERROR_UNCLOSED_CDATA_SECTION


def _is_ember(version: str) -> bool:
    return "ember" in version.lower()


def _flame(element: ElementTree.Element, where: str) -> Flame:
    """Flame of a <flame> element; errors begin with `where`."""
    try:
        return _flame_of(element)
    except BloomError as error:
        raise _located(where, error) from None
    except RecursionError:
        raise BloomError(f"{where} nests its elements too deeply: choose another file.") from None


def _located(where: str, error: BloomError) -> BloomError:
    """`error` with the place before its sentence."""
    sentence = str(error)
    return BloomError(f"{where}: {'t' + sentence[1:] if sentence.startswith('The ') else sentence}")


def _flame_of(element: ElementTree.Element) -> Flame:
    attributes = dict(element.attrib)
    version = attributes.pop("version", "")
    compatibility = ""
    if attributes.get("compatibility") in COMPATIBILITIES:
        compatibility = attributes.pop("compatibility")
    rules = RULES[compatibility or compatibility_of(version)]
    attributes |= {name: text for name, text in rules.defaults if name not in attributes}
    ember = _is_ember(version)
    new_linear = attributes.get("new_linear", "").strip() == "1"
    attributes.pop("new_linear", None)
    name = attributes.pop("name", "")
    phase = _take(attributes, "palette_phase", 0.0)
    mode = _take_choice(attributes, "palette_mode", PALETTE_MODES)
    anchors = _anchors(attributes.pop(_ANCHORS, ""))
    camera = _camera(attributes, version)
    tone = _tone(attributes)
    numbered = _numbered(attributes, "palette", ember)
    alone = "" if ember else attributes.pop("soloxform", "")

    xforms: list[Xform] = []
    finals: list[Xform] = []
    palette: list[tuple[float, float, float]] = []
    single: dict[float, tuple[float, float, float]] = {}
    elements: list[str] = []
    for child in element:
        if child.tag == "xform":
            xforms.append(_xform(child, f"xform {len(xforms) + 1}", ember, rules.name))
        elif child.tag == "finalxform":
            final = _xform(child, "the final xform", ember, rules.name)
            if _has_effect(final) and child.get("enabled", "1").strip() != "0":
                finals.append(final)
            else:
                elements.append(_outer_xml(child))
        elif child.tag == "palette":
            palette = _block_colors(child.text or "", rules.scans_palettes) or palette
        elif child.tag == "colors":
            palette = _hex_colors(child.get("data", ""), 8) or palette
        elif child.tag == "color" and "index" in child.attrib:
            single.update([_indexed_color(child)])
        elif child.tag == "symmetry":
            xforms += _symmetry(_parse_number(child.get("kind", "0"), "the symmetry kind"))
        else:
            elements.append(_outer_xml(child))
        if len(xforms) > MAXIMUM_XFORMS:
            raise _too_many("The flame", "too many xforms", MAXIMUM_XFORMS)
    if not xforms:
        raise BloomError("The flame has no xform: choose another flame or add one.")
    if alone:
        xforms = _with_one_shown(xforms, _parse_number(alone, "soloxform"))
    if not ember and not new_linear and rules.depth:
        xforms = [_flattened(xform) for xform in xforms]
        finals = [_flattened(final) for final in finals]

    # Apophysis names one of flam3's palettes, too, but colours in the file go before it.
    colors = numbered or palette or _filled(single) or _numbered(attributes, "gradient", ember)
    return Flame(
        name=name,
        xforms=tuple(xforms),
        finals=tuple(finals),
        palette=replace(
            Palette(tuple(colors)) if colors else Palette(), mode=mode, phase=phase, anchors=anchors
        ),
        camera=camera,
        tone=tone,
        version=version,
        compatibility=compatibility,
        extra=tuple(attributes.items()),
        extra_elements=tuple(elements),
    )


def _parse_number(text: str, what: str) -> float:
    try:
        number = float(text)
    except ValueError:
        if _DECIMAL_COMMA.fullmatch(text.strip()):
            good = text.strip().replace(",", ".")
            raise BloomError(f"{what} is {text.strip()!r}, with a decimal comma: write {good}.") from None
        raise BloomError(f"{what} is {text[:40]!r}: give a number.") from None
    if not math.isfinite(number):
        raise BloomError(f"{what} is {text.strip()[:40]}: give a finite number.")
    return number


_DECIMAL_COMMA = re.compile(r"[+-]?\d{0,20},\d{1,20}(?:[eE][+-]?\d{1,3})?")


def _parse_numbers(text: str, what: str) -> tuple[float, ...]:
    return tuple(_parse_number(word, what) for word in text.split())


def _take(attributes: dict[str, str], name: str, default: float) -> float:
    """Remove an attribute and return it as a number."""
    return _parse_number(attributes.pop(name), name) if name in attributes else default


def _take_choice(attributes: dict[str, str], name: str, choices: tuple[str, ...]) -> str:
    """Remove a word among `choices`; other words stay, and mean the first choice."""
    word = attributes.get(name, "").strip().lower()
    if word not in choices:
        return choices[0]
    del attributes[name]
    return word


def _take_all(attributes: dict[str, str], names: dict[str, str]) -> dict[str, float]:
    """Remove the attributes of `names` and return field name to number; of synonyms the later one counts."""
    found = [name for name in attributes if name in names]
    return {names[name]: _parse_number(attributes.pop(name), name) for name in found}


def _camera(attributes: dict[str, str], version: str) -> Camera:
    """Camera of the flame's attributes, which are removed."""
    if "jwildfire" in version.lower() and "cam_zoom" in attributes:
        # JWildfire's cam_zoom magnifies; the zoom of all others is a power of two.
        magnification = _take(attributes, "cam_zoom", 1.0)
        if magnification > 0.0:
            attributes["scale"] = repr(_take(attributes, "scale", Camera.scale) * magnification)
    fields: dict[str, object] = dict(_take_all(attributes, _CAMERA))
    zoom = fields.get("zoom")
    if isinstance(zoom, float) and _is_ember(version):
        fields["zoom"] = max(0.0, zoom)  # as ember does; for all others a negative zoom shows more
    for name in ("size", "center"):
        if name in attributes:
            fields[name] = _parse_numbers(attributes.pop(name), name)
    if "size" in fields:
        fields["size"] = tuple(math.floor(number) for number in fields["size"])  # type: ignore[attr-defined]
    return Camera(**fields)  # type: ignore[arg-type]


def _tone(attributes: dict[str, str]) -> Tone:
    """Tone of the flame's attributes, which are removed; forms that the model lacks stay."""
    fields: dict[str, object] = dict(_take_all(attributes, _TONE))
    if len(attributes.get("background", "").split()) == 3:
        fields["background"] = _parse_numbers(attributes.pop("background"), "background")
    fields["filter_shape"] = _take_choice(attributes, "filter_shape", FILTER_SHAPES)
    curves = _words_as_points(attributes.get("curves", ""), 3)
    if len(curves) == 16:
        fields["curves"] = tuple(curves[k : k + 4] for k in (0, 4, 8, 12))
        del attributes["curves"]
    splines = tuple(_words_as_points(attributes.get(name, ""), 2) for name in _SPLINES)
    if min(len(spline) for spline in splines) >= 2:
        fields["splines"] = splines
        for name in _SPLINES:
            del attributes[name]
    return Tone(**fields)  # type: ignore[arg-type]


def _words_as_points(text: str, size: int) -> tuple[tuple[float, ...], ...]:
    """Points of `size` numbers; empty where the text is something else."""
    try:
        numbers = _parse_numbers(text, "curve")
    except BloomError:
        return ()
    if len(numbers) % size:
        return ()
    return tuple(numbers[k : k + size] for k in range(0, len(numbers), size))


def _xform(element: ElementTree.Element, what: str, ember: bool, compatibility: str) -> Xform:
    """Xform of an <xform> or <finalxform> element; errors begin with `what`."""
    try:
        return _xform_of(element, ember, compatibility)
    except BloomError as error:
        raise _located(what, error) from None


def _xform_of(element: ElementTree.Element, ember: bool, compatibility: str) -> Xform:
    fields: dict[str, object] = {}
    rest: dict[str, str] = {}
    hidden = False
    for name, text in element.attrib.items():
        if name in _XFORM:
            # The first flam3 files have two numbers for the color; flam3 takes the first.
            word = text.split()[0] if name == "color" and text.strip() else text
            fields[_XFORM[name]] = _parse_number(word, name)
        elif name in ("coefs", "post"):
            fields[name] = _parse_numbers(text, name)
        elif name == "chaos":
            fields["xaos"] = _parse_numbers(text, name)
        elif name == "name":
            fields["name"] = text
        elif name == "symmetry" and not ember:
            symmetry = _parse_number(text, name)
            fields["color_speed"] = 0.5 * (1.0 - symmetry)
            fields["animate"] = 0.0 if symmetry > 0.0 else 1.0
        elif name == "plotmode" and text.strip().lower() == "off":
            hidden = True
        else:
            rest[name] = text
    if hidden:
        fields["opacity"] = 0.0
    variations, extra = _variations(rest, ember, compatibility)
    return Xform(
        **fields,  # type: ignore[arg-type]
        variations=variations,
        extra=extra,
        extra_elements=tuple(_outer_xml(child) for child in element),
    )


def _variations(
    attributes: dict[str, str], ember: bool, compatibility: str
) -> tuple[tuple[Variation, ...], Extra]:
    """The variations among the attributes of an xform in file order, and the remaining attributes."""
    if not ember:
        attributes = _unlisted(attributes)
    lower = {name.lower(): name for name in reversed(attributes)}
    used: set[str] = set()
    variations: dict[tuple[str, str], Variation] = {}
    for attribute, text in attributes.items():
        found = split_attribute(todays_name(attribute, lower), compatibility)
        if attribute.lower() == "pre_blur" and not ember:
            # What flam3 and Apophysis call pre_blur; for ember it is the pre form of blur.
            found = "pre", lookup("gaussian_blur")
        if found is None or (found[0], found[1].name) in variations:
            continue
        form, entry = found
        used.add(attribute)
        parameters = []
        for parameter, filled in parameters_in_files(entry):
            value, given = float(parameter.default), False
            spelt = _spelling(attribute, form, entry, parameter, lower, used)
            if spelt is not None:
                value, given = _parse_number(attributes[spelt], spelt), True
                used.add(spelt)
            if filled or given:
                parameters.append((parameter.name, value))
        weight = _parse_number(text, attribute)
        variations[form, entry.name] = Variation(entry.name, weight, tuple(parameters), form)
    extra = tuple((name, text) for name, text in attributes.items() if name not in used)
    return tuple(variations.values()), extra


def _spelling(
    attribute: str, form: str, entry: Entry, parameter: P, lower: dict[str, str], used: set[str]
) -> str | None:
    """How the attributes spell a parameter of a variation that they call ``attribute``; None if none does."""
    start = "" if form == "regular" else f"{form}_"
    for name in (
        f"{attribute}{parameter.joint}{parameter.name}",
        f"{start}{entry.name}{parameter.joint}{parameter.name}",
        *parameter.aliases,
    ):
        spelt = lower.get(name.lower())
        if spelt is not None and spelt not in used:
            return spelt
    for name in old_parameters(entry.name, parameter.name, form):
        spelt = lower.get(name)
        if spelt is not None and spelt not in used and split_attribute(spelt) is None:
            return spelt
    return None


def _unlisted(attributes: dict[str, str]) -> dict[str, str]:
    """The attributes with the variations that flam3's old lists stand for in the place of the lists."""
    new: dict[str, str] = {}
    for name, text in attributes.items():
        listed = listed_variations(name, text) if name in ("var", "var1") else []
        new |= dict(listed) if listed else {name: text}
    return new


def _with_one_shown(xforms: list[Xform], number: float) -> list[Xform]:
    """The xforms, all hidden but one, counted from 0; as they are where there is none of that number."""
    if number not in range(len(xforms)):
        return xforms
    return [xform if k == number else replace(xform, opacity=0.0) for k, xform in enumerate(xforms)]


def _has_effect(final: Xform) -> bool:
    """Whether a final xform counts: a variation, known here or not, or an affine map."""
    return bool(final.variations or final.coefs != IDENTITY or _unused_attributes(final))


def _unused_attributes(xform: Xform) -> list[str]:
    """Names of the extra attributes that may matter to a picture: unknown variations above all."""
    return [
        name
        for name, text in xform.extra
        if name not in _SILENT_XFORM and not (name.endswith("_fx_priority") and text == "0")
    ]


def _flattened(xform: Xform) -> Xform:
    """`xform` with a flatten at the end if nothing in it makes depth: what flat programs meant.

    Without a regular variation there is no sum to flatten.
    """
    regular = xform.with_form("regular")
    if not regular or any(lookup(variation.name).three_d for variation in xform.variations):
        return xform
    return replace(xform, variations=(*xform.variations, Variation("flatten")))


def _symmetry(kind: float) -> list[Xform]:
    """The xforms that <symmetry kind="n"/> stands for: n - 1 turns, for negative n a mirror before them.

    As flam3 adds them: weight 1, colour speed 0, one linear variation. Kinds 0 and 1 add nothing
    (flam3 draws a random kind for 0).
    """
    common = {"color_speed": 0.0, "animate": 0.0, "variations": (Variation("linear"),)}
    xforms = [Xform(coefs=(-1.0, 0.0, 0.0, 1.0, 0.0, 0.0), color=1.0, **common)] if kind < 0.0 else []  # type: ignore[arg-type]
    order = int(abs(kind))
    if order > 1000:
        raise BloomError(f"The symmetry kind is {kind:g}: give 1000 or less.")
    for k in range(1, order):
        angle = 2.0 * math.pi * k / order
        c, s = round(math.cos(angle), 6) + 0.0, round(math.sin(angle), 6) + 0.0
        color = 0.0 if order < 3 else (k - 1.0) / (order - 2.0)
        xforms.append(Xform(coefs=(c, s, -s + 0.0, c, 0.0, 0.0), color=color, **common))  # type: ignore[arg-type]
    return xforms


# --------------------------------------------------------------------------------------- palettes


def _anchors(text: str) -> tuple[tuple[float, float, float], ...]:
    """Triples of an attribute of our own, which other programs pass over; they show the palette's colours."""
    numbers = [_parse_number(word, "a palette anchor") for word in text.split()]
    if len(numbers) % 3:
        raise BloomError("The palette's anchors are not three numbers each: give red, green and blue.")
    return tuple(zip(numbers[0::3], numbers[1::3], numbers[2::3], strict=True))


def _numbered(attributes: dict[str, str], name: str, ember: bool) -> tuple[tuple[float, float, float], ...]:
    """Colours of a numbered palette, whose attribute is removed with its ``hue``; empty where none is known.

    In flam3 ``palette`` goes before colours that the flame brings. ember knows the number and not the hue.
    """
    try:
        number = int(attributes.get(name, ""))
        colors = numbered_palette(number, 0.0 if ember else _parse_number(attributes.get("hue", "0"), "hue"))
    except ValueError:  # also BloomError: not a number, or an unknown one
        return ()
    del attributes[name]
    attributes.pop("hue", None)
    return colors


def _block_colors(text: str, scans: bool) -> list[tuple[float, float, float]]:
    """Colours of the text of a <palette>: hexadecimal, or an UltraFractal gradient."""
    if "index=" not in text:
        return (scans and _scanned_colors(text)) or _hex_colors(text, 6)
    gradient = next(iter(parse_gradients(f"palette {{{text}}}", "the palette").values()))
    return list(gradient.colors)  # type: ignore[arg-type]


def _hex_colors(text: str, digits: int) -> list[tuple[float, float, float]]:
    """Colours of a run of hexadecimal digits, `digits` each, whose last six are RRGGBB.

    Old flam3 files pad a byte below 16 with a blank in place of a zero (`` 7`` for ``07``). Where the words
    of a line are not whole colours but the line is, up to the blanks at its start, that is what it means.
    """
    run = ""
    for line in text.splitlines():
        line = line.strip()
        padded = " " * (-len(line) % digits) + line
        if any(len(word) % digits for word in line.split()) and len(padded) - len(line) <= 1:
            line = padded.replace(" ", "0")
        run += "".join(line.split())
    if len(run) > digits * MAXIMUM_COLORS:
        raise _too_many("The palette", f"{len(run) // digits} colours", MAXIMUM_COLORS)
    try:
        data = [int(run[k : k + digits][-6:], 16) for k in range(0, len(run) - digits + 1, digits)]
    except ValueError:
        raise BloomError("The palette is not hexadecimal: give six digits a colour.") from None
    return [((v >> 16) / 255.0, (v >> 8 & 255) / 255.0, (v & 255) / 255.0) for v in data]


def _scanned_colors(text: str) -> list[tuple[float, float, float]]:
    """Colours as flam3 reads them: ``%2x`` three times, then six characters on and over all blanks.

    That is `_hex_colors` unless bytes are padded with blanks: then those before a colour are passed over with
    the others, and what follows is shifted. The pictures that flam3 made of its own files are so.
    """
    colors: list[tuple[float, float, float]] = []
    at = len(text) - len(text.lstrip())
    while at < len(text) and len(colors) < 256:
        words = _SCANNED.match(text, at)
        if words is None:
            return []
        red, green, blue = (int(word, 16) / 255.0 for word in words.groups())
        colors.append((red, green, blue))
        at += 6
        at += len(text[at:]) - len(text[at:].lstrip())
    return colors


_SCANNED = re.compile(3 * r"\s*([0-9a-fA-F]{1,2})")


def _indexed_color(element: ElementTree.Element) -> tuple[float, tuple[float, float, float]]:
    """Index and colour of <color index rgb> (or rgba, which gets multiplied), in levels 0..255."""
    index = _parse_number(element.get("index", ""), "a colour index")
    rgba = element.get("rgba")
    numbers = _parse_numbers(element.get("rgb", "") if rgba is None else rgba, "a colour")
    if len(numbers) not in (3, 4):
        raise BloomError("A colour of the palette has not three numbers: give red, green and blue.")
    alpha = numbers[3] / 255.0 if len(numbers) == 4 else 1.0
    red, green, blue = (number * alpha for number in numbers[:3])
    return index, (red, green, blue)


def _filled(single: dict[float, tuple[float, float, float]]) -> list[tuple[float, float, float]]:
    """Palette of indexed colours: as they are if none is missing, else 256 with gaps blended, as flam3 does.

    The blend goes around: after the last index towards the first.
    """
    if len(single) > MAXIMUM_COLORS:
        raise _too_many("The palette", f"{len(single)} colours", MAXIMUM_COLORS)
    indices = sorted(single)
    levels = np.array([single[index] for index in indices]).reshape(-1, 3)
    if indices != list(range(len(indices))):
        places = np.arange(256.0)
        levels = np.stack([np.interp(places, indices, channel, period=256.0) for channel in levels.T], axis=1)
    return list(map(tuple, (levels / 255.0).tolist()))


def _outer_xml(element: ElementTree.Element) -> str:
    """The text of an element without what follows it."""
    from xml.etree import ElementTree

    tail, element.tail = element.tail, None
    text = ElementTree.tostring(element, encoding="unicode")
    element.tail = tail
    return text


# --------------------------------------------------------------------------------------- writing


def write_flame(flame: Flame) -> str:
    """The flame as a <flame> element, from which `parse_flames` makes an equal flame."""
    from xml.etree import ElementTree

    element = ElementTree.Element("flame", _with_extra(_flame_attributes(flame), flame.extra))
    children = [_xform_element(xform, "xform", flame.version) for xform in flame.xforms]
    children += [_xform_element(final, "finalxform", flame.version) for final in flame.finals]
    children += _palette_elements(flame.palette)
    children += [_fromstring(text) for text in flame.extra_elements]
    element.text = "\n   "
    for child in children:
        child.tail = "\n   "
    children[-1].tail = "\n"
    element.extend(children)
    return ElementTree.tostring(element, encoding="unicode") + "\n"


def write_flames(flames: tuple[Flame, ...], path: str | os.PathLike[str]) -> None:
    """Write a file of flames, replacing it only once the new one is complete."""
    text = "<flames>\n" + "".join(write_flame(flame) for flame in flames) + "</flames>\n"
    with replace_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _text(value: float) -> str:
    """The shortest text that reads back as the same number."""
    return repr(float(value)).removesuffix(".0")


def _texts(values: tuple[float, ...]) -> str:
    return " ".join(_text(value) for value in values)


def _with_extra(attributes: Iterator[tuple[str, str]], extra: Extra) -> dict[str, str]:
    """The model's attributes, then those outside of it, which win: a word that the model could not take."""
    outside = dict(extra)
    return {name: text for name, text in attributes if name not in outside} | outside


def _flame_attributes(flame: Flame) -> Iterator[tuple[str, str]]:
    camera, tone, palette = flame.camera, flame.tone, flame.palette
    if flame.version:
        yield "version", flame.version
    if flame.compatibility:
        yield "compatibility", flame.compatibility
    yield "name", flame.name
    yield "size", f"{camera.size[0]} {camera.size[1]}"
    yield "center", _texts(camera.center)
    for name, field in _CAMERA.items():
        if name not in ("cam_zoom", "cam_perspective") and (name != "blur_curve" or camera.blur_curve):
            yield name, _text(getattr(camera, field))
    for name, field in _TONE.items():
        if name != "oversample" and (name != "logscale_k2" or tone.logscale_k2):
            yield name, _text(getattr(tone, field))
    yield "filter_shape", tone.filter_shape
    yield "background", _texts(tone.background)
    if tone.curves:
        yield "curves", " ".join(_texts(point) for curve in tone.curves for point in curve)
    for name, spline in zip(_SPLINES, tone.splines, strict=False):
        yield name, " ".join(_texts(point) for point in spline)
    yield "palette_mode", palette.mode
    if palette.phase:
        yield "palette_phase", _text(palette.phase)
    if palette.anchors:
        yield _ANCHORS, " ".join(_texts(color) for color in palette.anchors)
    if not _is_ember(flame.version):
        yield "new_linear", "1"


def _xform_element(xform: Xform, tag: str, version: str) -> ElementTree.Element:
    from xml.etree import ElementTree

    element = ElementTree.Element(tag, _with_extra(_xform_attributes(xform, tag, version), xform.extra))
    element.extend(_fromstring(text) for text in xform.extra_elements)
    return element


def _joint(variation: Variation, name: str) -> str:
    """What stands between the names of a variation and of one of its parameters."""
    try:
        return lookup(variation.name).parameter(name).joint
    except KeyError:
        return "_"


def _xform_attributes(xform: Xform, tag: str, version: str) -> Iterator[tuple[str, str]]:
    for name, field in _XFORM.items():
        if tag == "xform" or name != "weight" or xform.weight != 1.0:
            yield name, _text(getattr(xform, field))
    if xform.name:
        yield "name", xform.name
    for variation in xform.variations:
        attribute = variation.attribute
        if attribute.lower() == "pre_blur" and not _is_ember(version):
            raise BloomError("Only ember has a pre form of blur: give the flame a version with EMBER in it.")
        yield attribute, _text(variation.weight)
        for name, value in variation.parameters:
            yield f"{attribute}{_joint(variation, name)}{name}", _text(value)
    yield "coefs", _texts(xform.coefs)
    if xform.post != IDENTITY:
        yield "post", _texts(xform.post)
    if xform.xaos:
        yield "chaos", _texts(xform.xaos)


def _palette_elements(palette: Palette) -> list[ElementTree.Element]:
    """A block of hexadecimal colours where that loses nothing, else one <color> each."""
    from xml.etree import ElementTree

    levels = [tuple(round(255.0 * v) for v in color) for color in palette.colors]
    exact = all(
        0 <= level <= 255 and level / 255.0 == value
        for row, color in zip(levels, palette.colors, strict=True)
        for level, value in zip(row, color, strict=True)
    )
    if exact:
        words = ["{:02X}{:02X}{:02X}".format(*row) for row in levels]
        lines = ["".join(words[k : k + 8]) for k in range(0, len(words), 8)]
        element = ElementTree.Element("palette", count=str(len(words)), format="RGB")
        element.text = "\n" + "".join(f"      {line}\n" for line in lines) + "   "
        return [element]
    return [
        ElementTree.Element("color", index=str(k), rgb=" ".join(_byte_text(value) for value in color))
        for k, color in enumerate(palette.colors)
    ]


def _byte_text(value: float) -> str:
    """A number that divided by 255 gives `value`, to the last bit where one exists."""
    near = 255.0 * value
    for candidate in (near, math.nextafter(near, math.inf), math.nextafter(near, -math.inf)):
        if candidate / 255.0 == value:
            return _text(candidate)
    return _text(near)


# --------------------------------------------------------------------------------------- reporting


def report_unknown(flame: Flame) -> tuple[str, ...]:
    """One sentence for each part of the flame whose file says more than Bloom uses; empty if none does.

    Attributes and elements that cannot change Bloom's picture (dates, notes, animation settings) are
    not mentioned.
    """
    sentences = []
    for what, names in _unknown_by_part(flame):
        if names:
            verb = "is" if len(names) == 1 else "are"
            sentences.append(f"{what}: {', '.join(names)} {verb} unknown and kept unused.")
    return tuple(sentences)


def _unknown_by_part(flame: Flame) -> Iterator[tuple[str, list[str]]]:
    yield (
        f"Flame {flame.name!r}",
        [k for k, text in flame.extra if k not in _SILENT_FLAME and _NEUTRAL_FLAME.get(k) != text]
        + [f"<{tag}>" for tag in map(_tag, flame.extra_elements) if tag not in _SILENT_ELEMENTS],
    )
    parts = [(f"Xform {k}", xform) for k, xform in enumerate(flame.xforms, start=1)]
    parts += [(f"Final xform {k}", xform) for k, xform in enumerate(flame.finals, start=1)]
    for what, xform in parts:
        unregistered = [v.attribute for v in xform.variations if v.name not in VARIATIONS]
        elements = [f"<{_tag(text)}>" for text in xform.extra_elements]
        yield what, [*unregistered, *_unused_attributes(xform), *elements]


def _tag(text: str) -> str:
    return _fromstring(text).tag
