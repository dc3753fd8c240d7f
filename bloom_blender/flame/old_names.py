"""Names of variations and parameters that programs once wrote, and what they are called today.

What Fractorium's reader and Apophysis accept: plugins of Apophysis named their parameters after themselves or
after nothing, and some variations were renamed. Files are written with today's names.
"""

from __future__ import annotations

from functools import cache

_VARIATIONS = {
    "bwraps2": "bwraps",
    "bwraps7": "bwraps",
    "cross2": "cross",
    "dcztransl": "dc_ztransl",
    "faber_w": "w",
    "faber_x": "x",
    "logn": "log",
    "radial_gaussian": "radial_blur",
    "scrop": "smartcrop",
    "spin_z": "rotate_z",
}
"""Old name to today's, both for the regular form and for those with ``pre_`` and ``post_``."""

_PREFIXES = {
    "bubble2": ("bubble_",),
    "bubblet3d": ("", "_"),
    "bwraps": ("bwraps2_", "bwraps7_"),
    "circlesplit": ("cs_",),
    "concentric": ("",),
    "cubiclattice_3d": ("cubic3d_",),
    "d_spherical": ("d_spher_",),
    "dc_cylinder": ("dc_cyl_", "cyl_"),
    "dc_ztransl": ("dcztransl_",),
    "depth_blur": ("db_",),
    "hexaplay3d": ("hexa3d_",),
    "interference2": ("intrfr2_",),
    "lineart": ("lt_", "lt"),
    "log": ("logn_",),
    "mobius": ("",),
    "mobius_strip": ("mobius_",),
    "nblur": ("nb_",),
    "octagon": ("octa_",),
    "oscilloscope2": ("osco2_",),
    "pixel_flow": ("",),
    "poincare2": ("poincare_",),
    "pow_block": ("pow_",),
    "projective": ("pr_",),
    "radial_blur": ("radial_gaussian_",),
    "randcubes": ("",),
    "rotate_x": ("rx_",),
    "rotate_y": ("ry_",),
    "scry2": ("",),
    "smartcrop": ("scrop_",),
    "smartshape": ("sshape_",),
    "splitbrdr": ("splitb_",),
    "stwin": ("swtin_",),
    "truchet_fill": ("tf_",),
    "unicorngaloshen": ("",),
    "w": ("faber_w_",),
    "waves2_radial": ("w2r_",),
    "x": ("faber_x_",),
}
"""Variation in small letters to what stood before the short names of its parameters."""

_SHORT_NAMES = {("octapol", "radius"): ("octapol_r",)}
"""Parameters that had another short name."""

_STRIP = frozenset(
    f"mobius_{name}" for name in ("radius", "width", "rect_x", "rect_y", "rotate_x", "rotate_y")
)

FLAM3_ORDER = tuple(
    """linear sinusoidal spherical swirl horseshoe polar handkerchief heart disc spiral hyperbolic diamond ex
    julia bent waves fisheye popcorn exponential power cosine rings fan blob pdj fan2 rings2 eyefish bubble
    cylinder perspective noise julian juliascope blur gaussian_blur radial_blur pie ngon curl rectangles arch
    tangent square rays blade secant2 twintrian cross disc2 super_shape flower conic parabola bent2 bipolar
    boarders butterfly cell cpow curve edisc elliptic escher foci lazysusan loonie pre_blur modulus
    oscilloscope polar2 popcorn2 scry separation split splits stripes wedge wedge_julia wedge_sph whorl waves2
    exp log sin cos tan sec csc cot sinh cosh tanh sech csch coth auger flux mobius""".split()
)
"""flam3's variations by their numbers, by which its first files named them (``var``, ``var1``)."""


def todays_name(attribute: str, beside: frozenset[str] | set[str] | dict[str, str]) -> str:
    """The attribute that a weight has today.

    ``beside`` has the names of all attributes of the xform in small letters: the variation mobius_strip was
    once called as the Moebius map is, and is distinguished from it by its parameters.
    """
    form, name = _split(attribute.lower())
    if name == "mobius" and any(f"{form}{parameter}" in beside for parameter in _STRIP):
        return f"{form}mobius_strip"
    return form + _VARIATIONS[name] if name in _VARIATIONS else attribute


@cache
def old_parameters(variation: str, parameter: str, form: str) -> tuple[str, ...]:
    """Attributes, in small letters, that a parameter of a variation once had."""
    start = "" if form == "regular" else f"{form}_"
    variation, parameter = variation.lower(), parameter.lower()
    names = [f"{prefix}{parameter}" for prefix in _PREFIXES.get(variation, ())]
    names += _SHORT_NAMES.get((variation, parameter), ())
    return tuple(start + name for name in names)


def listed_variations(attribute: str, text: str) -> list[tuple[str, str]]:
    """Attributes and weights that flam3's old ``var`` (all weights) and ``var1`` (one number) stand for.

    Empty where the text is no such list.
    """
    words = text.split()
    if attribute == "var":
        if len(words) > len(FLAM3_ORDER):
            return []
        return [(name, word) for name, word in zip(FLAM3_ORDER, words, strict=False) if word.strip("+-0.")]
    if len(words) == 1 and words[0].isdecimal() and int(words[0][:6]) < len(FLAM3_ORDER):
        return [(FLAM3_ORDER[int(words[0])], "1")]
    return []


def _split(name: str) -> tuple[str, str]:
    for form in ("pre_", "post_"):
        if name.startswith(form):
            return form, name[len(form) :]
    return "", name
