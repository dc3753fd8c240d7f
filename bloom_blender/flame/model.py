"""What a fractal flame is: an immutable, validated description that any room can read.

Every class is a frozen dataclass of floats, strings and tuples, so that a flame can be compared,
hashed and passed to another process. What a file says beyond the model is kept as text in the fields
``extra`` and ``extra_elements`` and written back unchanged.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, cached_property

import numpy as np

from ..errors import BloomError
from .color import blended
from .compatibility import COMPATIBILITIES, RULES, Rules, compatibility_of

IDENTITY = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
FORMS = ("regular", "pre", "post")
PALETTE_MODES = ("linear", "step")
_STEPS = 50.0  # of doubling or halving the pixels per unit; beyond it areas leave single precision
ANCHORED = 256  # colours that a palette of anchors shows
FILTER_SHAPES = (
    "gaussian", "hermite", "box", "triangle", "bell", "bspline", "lanczos3", "lanczos2",
    "mitchell", "blackman", "catrom", "hamming", "hanning", "quadratic",
)  # fmt: skip

Extra = tuple[tuple[str, str], ...]
Curve = tuple[tuple[float, ...], ...]


def _number(value: object, what: str) -> float:
    """`value` as a finite float; BloomError names `what` otherwise."""
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        raise BloomError(f"{what} is {value!r}: give a number.") from None
    if not math.isfinite(number):
        raise BloomError(f"{what} is {number}: give a finite number.")
    return number


def _numbers(values: Iterable[object], what: str, count: int | None = None) -> tuple[float, ...]:
    """`values` as a tuple of finite floats, of length `count` where one is given."""
    try:
        numbers = tuple(_number(value, what) for value in values)
    except TypeError:
        raise BloomError(f"{what} is {values!r}: give a sequence of numbers.") from None
    if count is not None and len(numbers) != count:
        raise BloomError(f"{what} has {len(numbers)} numbers: give {count}.")
    return numbers


def _text(value: object, what: str) -> str:
    """`value` if it is a string that XML can carry."""
    if not isinstance(value, str):
        raise BloomError(f"{what} is {value!r}: give a text.")
    for character in value:
        code = ord(character)
        if (code < 32 and character not in "\t\n\r") or 0xD800 <= code <= 0xDFFF or code in (0xFFFE, 0xFFFF):
            raise BloomError(f"{what} contains the character {character!r}: remove it.")
    return value


def _choice(value: object, choices: tuple[str, ...], what: str) -> str:
    if value not in choices:
        raise BloomError(f"{what} is {value!r}: choose one of {', '.join(choices)}.")
    return value  # type: ignore[return-value]


def _at_least(value: float, minimum: float, what: str) -> float:
    if value < minimum:
        raise BloomError(f"{what} is {value:g}: give {minimum:g} or more.")
    return value


def _pairs(extra: Iterable[tuple[str, str]], what: str) -> Extra:
    return tuple((_text(name, what), _text(text, what)) for name, text in extra)


def _instances(values: Iterable[object], kind: type, what: str) -> tuple:
    items = tuple(values)
    for item in items:
        if not isinstance(item, kind):
            raise BloomError(f"{what} holds {item!r}: give {kind.__name__} objects.")
    return items


class _Validated:
    """Mixin of the frozen dataclasses: `_set` replaces a field while the object is being made."""

    def _set(self, **values: object) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)


@dataclass(frozen=True)
class Variation(_Validated):
    """One variation of an xform.

    Parameters
    ----------
    name
        Spelling of the registry, without ``pre_`` or ``post_``: ``"julia3D"``.
    weight
        Any finite number; below 1e-6 in magnitude the variation is absent.
    parameters
        Pairs of short name and value, ``(("power", -2.0),)``, in the order of the registry. Values are
        as the file or the animation gave them; `variations.registry.Entry.values` rounds and limits.
    form
        ``"pre"`` changes the point before the sum, ``"post"`` after it, ``"regular"`` is summed.
    """

    name: str
    weight: float = 1.0
    parameters: tuple[tuple[str, float], ...] = ()
    form: str = "regular"

    def __post_init__(self) -> None:
        if not _text(self.name, "The name of a variation"):
            raise BloomError("A variation has no name: give it one.")
        self._set(
            weight=_number(self.weight, f"The weight of {self.name}"),
            parameters=tuple(
                (_text(name, f"A parameter name of {self.name}"), _number(value, f"{self.name}_{name}"))
                for name, value in self.parameters
            ),
            form=_choice(self.form, FORMS, f"The form of {self.name}"),
        )

    @property
    def attribute(self) -> str:
        """Name of the weight in a .flame file: ``julia3D``, ``pre_blur``; parameters append ``_name``."""
        return self.name if self.form == "regular" else f"{self.form}_{self.name}"


@dataclass(frozen=True)
class Xform(_Validated):
    """One transformation: affine map, variations, post affine map, and its colour.

    Parameters
    ----------
    weight
        Share in the random choice, relative to the other xforms; unused in a final xform.
    coefs, post
        Six numbers in file order ``a d b e c f``: ``x' = c0 x + c2 y + c4``, ``y' = c1 x + c3 y + c5``.
    variations
        In file order, which is the order of evaluation of the pre and post forms.
    color, color_speed
        Colour index 0..1 that a visit moves towards, and how far: 0 not at all, 1 all the way.
    direct_color
        Share of the colour that a direct-colour variation sets (``var_color``).
    opacity
        0 hides the points of this xform, 1 shows them fully.
    xaos
        Factors on the weights of the xforms that may follow this one; empty and missing entries mean 1.
    animate
        0 asks animation programs to leave the xform alone.
    extra, extra_elements
        Attributes (name, text) and child elements (XML text) outside the model.
    """

    weight: float = 1.0
    coefs: tuple[float, ...] = IDENTITY
    post: tuple[float, ...] = IDENTITY
    variations: tuple[Variation, ...] = ()
    color: float = 0.0
    color_speed: float = 0.5
    direct_color: float = 1.0
    opacity: float = 1.0
    xaos: tuple[float, ...] = ()
    animate: float = 1.0
    name: str = ""
    extra: Extra = ()
    extra_elements: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        scalars = ("weight", "color", "color_speed", "direct_color", "opacity", "animate")
        self._set(**{name: _number(getattr(self, name), f"The {name} of an xform") for name in scalars})
        self._set(
            coefs=_numbers(self.coefs, "The affine map (coefs) of an xform", 6),
            post=_numbers(self.post, "The post affine map of an xform", 6),
            variations=_instances(self.variations, Variation, "The variations of an xform"),
            xaos=_numbers(self.xaos, "The xaos of an xform"),
            name=_text(self.name, "The name of an xform"),
            extra=_pairs(self.extra, "An extra attribute of an xform"),
            extra_elements=tuple(_text(text, "An extra element of an xform") for text in self.extra_elements),
        )

    def with_form(self, form: str) -> tuple[Variation, ...]:
        """The variations of one form, in order."""
        return tuple(variation for variation in self.variations if variation.form == form)


@dataclass(frozen=True)
class Camera(_Validated):
    """Where the flame is seen from.

    Parameters
    ----------
    size
        Width and height in pixels.
    center
        Point of the plane in the middle of the picture; +y points down.
    scale
        Pixels per unit at `zoom` 0; ``scale * 2**zoom`` at others.
    rotate
        Degrees, about `center`.
    yaw, pitch
        Radians.
    perspective, zpos, dof
        Strength of the perspective, height of the camera, strength of the depth blur.
    blur_curve
        For later embers: the depth blur grows with the square of the distance from the picture's middle, the
        slower the larger this is; 0 for the same blur everywhere.
    """

    size: tuple[int, int] = (1920, 1080)
    center: tuple[float, float] = (0.0, 0.0)
    scale: float = 240.0
    zoom: float = 0.0
    rotate: float = 0.0
    yaw: float = 0.0
    pitch: float = 0.0
    perspective: float = 0.0
    zpos: float = 0.0
    dof: float = 0.0
    blur_curve: float = 0.0

    def __post_init__(self) -> None:
        width, height = _numbers(self.size, "The picture size", 2)
        if width != int(width) or height != int(height) or width < 1 or height < 1:
            raise BloomError(f"The picture size is {width:g} x {height:g}: give whole pixels, 1 or more.")
        scalars = ("scale", "zoom", "rotate", "yaw", "pitch", "perspective", "zpos", "dof", "blur_curve")
        self._set(**{name: _number(getattr(self, name), f"The camera's {name}") for name in scalars})
        self._set(size=(int(width), int(height)), center=_numbers(self.center, "The camera's center", 2))
        if self.scale <= 0.0:
            raise BloomError(f"The camera's scale is {self.scale:g}: give more than 0 pixels per unit.")
        steps = math.log2(self.scale) + self.zoom
        if abs(steps) > _STEPS:
            raise BloomError(f"The camera's scale and zoom make 2^{steps:g} pixels per unit: zoom less far.")

    @property
    def extent(self) -> tuple[float, float]:
        """Width and height of the picture in units of the plane."""
        return self.size[0] / self.pixels_per_unit, self.size[1] / self.pixels_per_unit

    @property
    def pixels_per_unit(self) -> float:
        """Scale and zoom together."""
        return self.scale * 2.0**self.zoom

    @property
    def is_flat(self) -> bool:
        """Whether the third dimension has no effect on the picture."""
        return not (self.yaw or self.pitch or self.perspective or self.zpos or self.dof)


@dataclass(frozen=True)
class Tone(_Validated):
    """How hits become a picture.

    Parameters
    ----------
    quality
        Iterations per pixel of the picture (before supersampling).
    supersample
        Histogram buckets per pixel in each direction.
    brightness, gamma, gamma_threshold, vibrancy, highlight_power
        Log density and gamma correction.
    filter_radius, filter_shape
        Spatial filter, one of `FILTER_SHAPES`.
    estimator_radius, estimator_minimum, estimator_curve
        Density estimation; a radius of 0 turns it off.
    background
        Display-referred red, green, blue in 0..1.
    curves
        Rational Bezier tone curves of ember 1.0.0.14: empty, or four curves (overall, red, green, blue)
        of four points ``(x, y, weight)``.
    splines
        Spline tone curves of later embers: empty, or four curves of points ``(x, y)``.
    logscale_k2
        For later embers: what a hit adds to the density before the logarithm, 0 for what follows from scale
        and quality.
    """

    quality: float = 100.0
    supersample: int = 1
    brightness: float = 4.0
    gamma: float = 4.0
    gamma_threshold: float = 0.01
    vibrancy: float = 1.0
    highlight_power: float = 1.0
    filter_radius: float = 0.5
    filter_shape: str = "gaussian"
    estimator_radius: float = 9.0
    estimator_minimum: float = 0.0
    estimator_curve: float = 0.4
    background: tuple[float, float, float] = (0.0, 0.0, 0.0)
    curves: tuple[Curve, ...] = ()
    splines: tuple[Curve, ...] = ()
    logscale_k2: float = 0.0

    def __post_init__(self) -> None:
        scalars = (
            "quality", "brightness", "gamma", "gamma_threshold", "vibrancy", "highlight_power",
            "filter_radius", "estimator_radius", "estimator_minimum", "estimator_curve", "logscale_k2",
        )  # fmt: skip
        self._set(**{name: _number(getattr(self, name), f"The tone's {name}") for name in scalars})
        supersample = _number(self.supersample, "The tone's supersample")
        if supersample != int(supersample):
            raise BloomError(f"The tone's supersample is {supersample:g}: give a whole number.")
        _at_least(supersample, 1, "The tone's supersample")
        for name in (
            "quality", "gamma_threshold", "filter_radius", "estimator_radius", "estimator_minimum",
            "logscale_k2",
        ):  # fmt: skip
            _at_least(getattr(self, name), 0.0, f"The tone's {name}")
        if self.gamma <= 0.0:
            raise BloomError(f"The tone's gamma is {self.gamma:g}: give more than 0.")
        curves = tuple(tuple(_numbers(p, "A tone curve point", 3) for p in curve) for curve in self.curves)
        splines = tuple(tuple(_numbers(p, "A tone spline point", 2) for p in curve) for curve in self.splines)
        if curves and [len(curve) for curve in curves] != [4, 4, 4, 4]:
            raise BloomError("The tone's curves are not four curves of four points: give four or none.")
        if splines and (len(splines) != 4 or min(len(curve) for curve in splines) < 2):
            raise BloomError("The tone's splines are not four curves of points: give four or none.")
        self._set(
            supersample=int(supersample),
            filter_shape=_choice(self.filter_shape, FILTER_SHAPES, "The tone's filter_shape"),
            background=_numbers(self.background, "The background", 3),
            curves=curves,
            splines=splines,
        )


@cache
def _default_colors() -> tuple[tuple[float, float, float], ...]:
    """256 colours from deep blue over rose to cream, for a flame that brings none of its own."""
    t = np.linspace(0.0, 1.0, 256)[:, None]
    middle, swing = np.array([0.60, 0.45, 0.55]), np.array([0.40, 0.40, -0.25])
    colors = middle - swing * np.cos(np.pi * t + np.array([0.0, 0.25, -0.35]))
    return tuple(map(tuple, (np.round(np.clip(colors, 0.0, 1.0) * 255.0) / 255.0).tolist()))


@dataclass(frozen=True)
class Palette(_Validated):
    """Colours over the colour index 0..1.

    Parameters
    ----------
    colors
        One or more display-referred sRGB triples in 0..1.
    mode
        ``"linear"`` blends neighbours, ``"step"`` does not.
    phase
        Cyclic shift: index ``c`` shows the colour at ``(c + phase) mod 1``.
    anchors
        Empty, or two or more colours like those of `colors`, evenly spaced and blended in OKLab: they are
        then what the palette shows, and `colors` what it would show without them. Animations move anchors.
    """

    colors: tuple[tuple[float, float, float], ...] = field(default_factory=_default_colors)
    mode: str = "linear"
    phase: float = 0.0
    anchors: tuple[tuple[float, float, float], ...] = ()

    def __post_init__(self) -> None:
        rows = self.colors.tolist() if isinstance(self.colors, np.ndarray) else self.colors
        colors = tuple(_numbers(color, "A palette colour", 3) for color in rows)
        if not colors:
            raise BloomError("The palette is empty: give one or more colours.")
        anchors = tuple(_numbers(color, "A palette anchor", 3) for color in self.anchors)
        if len(anchors) == 1:
            raise BloomError("The palette has one anchor: give two or more, or none.")
        self._set(
            colors=colors,
            anchors=anchors,
            mode=_choice(self.mode, PALETTE_MODES, "The palette's mode"),
            phase=_number(self.phase, "The palette's phase"),
        )

    @cached_property
    def array(self) -> np.ndarray:
        """The colours that it shows as a read-only (n, 3) float64 array."""
        array = blended(np.array(self.anchors), ANCHORED) if self.anchors else np.array(self.colors)
        array.flags.writeable = False
        return array


@dataclass(frozen=True)
class Flame(_Validated):
    """A fractal flame.

    Parameters
    ----------
    xforms
        One or more; the chaos game chooses among them.
    finals
        Final xforms, applied to what is plotted and not fed back.
    version
        Text of the program that wrote the file; "ember" in it selects reading rules.
    extra, extra_elements
        Attributes and child elements of the file outside the model.
    compatibility
        The renderer whose rules hold, one of `compatibility.COMPATIBILITIES`; empty for the one that the
        version asks for.
    """

    name: str
    xforms: tuple[Xform, ...]
    finals: tuple[Xform, ...] = ()
    palette: Palette = field(default_factory=Palette)
    camera: Camera = field(default_factory=Camera)
    tone: Tone = field(default_factory=Tone)
    version: str = "BLOOM"
    extra: Extra = ()
    extra_elements: tuple[str, ...] = ()
    compatibility: str = ""

    def __post_init__(self) -> None:
        self._set(
            name=_text(self.name, "The name of a flame"),
            xforms=_instances(self.xforms, Xform, "The xforms of a flame"),
            finals=_instances(self.finals, Xform, "The final xforms of a flame"),
            version=_text(self.version, "The version of a flame"),
            extra=_pairs(self.extra, "An extra attribute of a flame"),
            extra_elements=tuple(_text(text, "An extra element of a flame") for text in self.extra_elements),
        )
        if self.compatibility:
            _choice(self.compatibility, COMPATIBILITIES, "The compatibility of a flame")
        if not self.xforms:
            raise BloomError(f"The flame {self.name!r} has no xform: add one.")
        for value, kind in ((self.palette, Palette), (self.camera, Camera), (self.tone, Tone)):
            if not isinstance(value, kind):
                raise BloomError(f"The flame {self.name!r} holds {value!r}: give a {kind.__name__}.")

    @property
    def rules(self) -> Rules:
        """The rules of the renderer that the flame follows."""
        return RULES[self.compatibility or compatibility_of(self.version)]
