"""Compiled xforms whose variations set the colour or read and clear the running sum, against numpy.

The reference applies the whole xform in float64, as ember does: pre variations one after the other, the
regular ones on one point in the order of the file (``flatten`` last), post variations on their sum.
"""

from __future__ import annotations

import ctypes

import numpy as np
import pytest

from bloom_blender.chaos.kernels import layout
from bloom_blender.chaos.kernels.build import xform_loop
from bloom_blender.chaos.structure import structure_of, values_of
from bloom_blender.chaos.xforms import SHOWN
from bloom_blender.flame.model import Flame, Variation, Xform
from bloom_blender.flame.variations import VARIATIONS, lookup
from bloom_blender.flame.variations.registry import COMPATIBILITIES
from bloom_blender.flame.variations.source import array_function

COUNT = 400
SUM = {"ax", "ay", "az", "sumx", "sumy", "sumz"}
SPECIAL = sorted(
    (name, compatibility)
    for name in VARIATIONS
    for compatibility in COMPATIBILITIES
    if (entry := lookup(name, compatibility)) is not lookup(name) or compatibility == COMPATIBILITIES[0]
    if entry.colors or entry.clears or SUM & set(entry.arguments)
)


def compiled(
    xform: Xform, points: np.ndarray, words: np.ndarray, compatibility: str = "1.0.0.14"
) -> np.ndarray:
    """The compiled xform's result for x, y, z, colour, (N, 4), as a final xform, which replaces no orbit."""
    flame = Flame("one", (Xform(),), (xform,), compatibility=compatibility)
    structure = structure_of(flame)
    values = values_of(flame, structure)[structure.offsets[1] :].copy()
    f, u = np.zeros(layout.FLOATS, np.float32), np.zeros(layout.WORDS, np.uint32)
    places = [slice(row, row + len(points)) for row in map(int, SHOWN)]
    for column, place in enumerate(places):
        f[place] = points[:, column]
    u[int(layout.GROUPED_WORD) : int(layout.GROUPED_WORD) + len(points)] = words
    kinds = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p)
    loop = ctypes.CFUNCTYPE(None, *kinds)(xform_loop(structure.parts[1]))
    loop(f.ctypes.data, u.ctypes.data, 0, len(points), values.ctypes.data)
    return np.stack([f[place] for place in places], 1).astype(np.float64)


def uniform(words: np.ndarray, draw: int) -> np.ndarray:
    """The number that draw ``draw`` of an application makes of the orbits' words."""
    h = words + np.uint32(draw * 0x9E3779B1 & 0xFFFFFFFF)
    h = (h ^ (h >> 16)) * np.uint32(0x7FEB352D)
    h = (h ^ (h >> 15)) * np.uint32(0x846CA68B)
    return ((h ^ (h >> 16)) >> 8) * 2.0**-24


def reference(
    xform: Xform, points: np.ndarray, words: np.ndarray, compatibility: str = "1.0.0.14"
) -> np.ndarray:
    """The image of x, y, z, colour, (N, 4), in float64."""
    a, d, b, e, c, f = xform.coefs
    x, y, z, old = points.T
    point = np.array([a * x + b * y + c, d * x + e * y + f, z])
    blended = xform.color_speed * xform.color + (1.0 - xform.color_speed) * old
    color, number = blended, 0
    forms = {form: [v for v in xform.variations if v.form == form] for form in ("pre", "regular", "post")}
    total = np.zeros_like(point)
    # A stable sort: only `last` ones leave the order of the file.
    ordered = [
        *forms["pre"],
        *sorted(forms["regular"], key=lambda v: lookup(v.name, compatibility).last),
        *forms["post"],
    ]
    for variation in ordered:
        entry = lookup(variation.name, compatibility)
        regular = variation.form == "regular"
        given = total if variation.form == "post" else point
        arguments = dict(zip("xyz", given, strict=True)) | {"w": variation.weight, "dc": color}
        arguments |= dict(zip(("ca", "cb", "cc", "cd", "ce", "cf"), (a, b, c, d, e, f), strict=True))
        arguments |= dict(zip(("ax", "ay", "az"), total if regular else given, strict=True))
        arguments |= dict(zip(("sumx", "sumy", "sumz"), total if regular else 0.0 * point, strict=True))
        arguments |= {f"u{k}": uniform(words, number * 16 + k + 1) for k in range(entry.randoms)}
        parameters = (parameter.argument for parameter in entry.parameters)
        arguments |= dict(zip(parameters, entry.values(variation), strict=True))
        number += 1
        wide = {name: np.broadcast_to(value, len(points)) for name, value in arguments.items()}
        with np.errstate(all="ignore"):
            result = array_function(entry.function)(*(wide[name] for name in entry.arguments))
        result = [np.broadcast_to(column, len(points)) for column in result]
        if entry.colors:
            color = result[3]
        if regular:
            keeps = np.array([[axis not in entry.clears] for axis in "xyz"])
            total = np.where(keeps, total, 0.0) + result[:3]
            continue
        new = given + result[:3] if entry.mode == "sum" else np.array(result[:3])
        if entry.mode == "assign":
            new = np.array([given[k] if axis in entry.keeps else new[k] for k, axis in enumerate("xyz")])
        point, total = (point, new) if variation.form == "post" else (new, total)
    if forms["pre"] and not forms["regular"]:
        total = point
    color = blended + xform.direct_color * (color - blended)
    return np.stack([*total, np.where(np.isfinite(color), color, 0.0)], 1)


def agree(xform: Xform, compatibility: str = "1.0.0.14") -> None:
    rng = np.random.default_rng(8)
    points = rng.uniform(-1.5, 1.5, (COUNT, 4)).astype(np.float32).astype(np.float64)
    points[:, 3] = rng.random(COUNT)
    words = rng.integers(0, 2**32, COUNT, dtype=np.uint32)
    got = compiled(xform, points, words, compatibility)
    expected = reference(xform, points, words, compatibility)
    nudged = reference(xform, points * (1.0 + 4e-7), words, compatibility)
    with np.errstate(invalid="ignore"):
        slack = 5e-5 * (1.0 + np.abs(expected)) + 6.0 * np.abs(nudged - expected)
        wrong = ~(np.abs(got - expected) <= slack) & np.isfinite(expected)
    # A point within a float32 step of a jump may fall on its other side, and colours jump from 1 to 0.
    assert wrong.any(1).mean() <= 0.02, (got[wrong.any(1)][:3], expected[wrong.any(1)][:3])


def with_others(name: str, form: str, compatibility: str = "1.0.0.14") -> tuple[Variation, ...]:
    """The variation after one that leaves a sum, and before another."""
    tested = Variation(name, 0.7, lookup(name, compatibility).defaults(), form)
    return Variation("linear", 0.6), tested, Variation("hemisphere", 0.4)


@pytest.mark.parametrize("form", ["regular", "pre", "post"])
@pytest.mark.parametrize(("name", "compatibility"), SPECIAL)
def test_the_kernel_equals_the_reference(name, compatibility, form):
    variations = with_others(name, form, compatibility)
    agree(Xform(coefs=(0.9, -0.3, 0.2, 1.1, 0.1, -0.2), color=0.3, variations=variations), compatibility)


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0, -0.5])
def test_var_color_mixes_the_colour_that_was_set(share):
    agree(Xform(color=0.8, color_speed=0.3, direct_color=share, variations=with_others("dc_linear", "post")))


def test_colours_pass_from_one_variation_to_the_next():
    variations = (
        Variation("dc_gridout", 0.5, (), "pre"),
        Variation("dc_bubble", 0.5),
        Variation("linear", 0.5),
        Variation("dc_ztransl", 0.4),
        Variation("dc_gridout", 0.3),
    )
    agree(Xform(variations=variations))


def test_a_colour_that_is_no_number_counts_as_0():
    triangle = Variation("dc_triangle", 1.0)  # of no area: the coefs are 0
    xform = Xform(coefs=(0.0, 0.0, 0.0, 0.0, 0.3, 0.2), variations=(triangle, Variation("linear", 1.0)))
    image = compiled(xform, np.full((3, 4), 0.5), np.zeros(3, np.uint32))
    assert (image[:, 3] == 0.0).all()


def test_only_flatten_leaves_the_order_of_the_file():
    xform = Xform(
        variations=(
            Variation("flatten", 1.0),
            Variation("linear3D", 0.5),
            Variation("rotate_x", 0.3),
            Variation("hemisphere", 0.7),
            Variation("mirror_y", 1.0),
            Variation("bubble", 0.5),
        )
    )
    agree(xform)
    image = compiled(xform, np.full((5, 4), 0.5), np.zeros(5, np.uint32))
    assert (image[:, 2] == 0.0).all()


def test_rotations_clear_their_own_axis_only():
    before, points, words = Variation("linear3D", 3.0), np.full((1, 4), 0.9), np.zeros(1, np.uint32)
    for axis, name in enumerate(("rotate_x", "rotate_y", "rotate_z")):
        turned = Variation(name, 0.7)
        alone, after = (
            compiled(Xform(variations=v), points, words)[0] for v in ((turned,), (before, turned))
        )
        added = np.full(3, 2.7)
        added[axis] = 0.0
        np.testing.assert_allclose(after[:3], alone[:3] + added, rtol=1e-6)


QUOTIENTS = "tan csc cot tanh sech csch coth sec foci foci_3D".split()


@pytest.mark.parametrize("compatibility", ["1.0.0.14", "current"])
@pytest.mark.parametrize("name", QUOTIENTS)
def test_quotients_that_leave_float32_have_their_limit(name, compatibility):
    """Beyond 88 cosh overflows float32: the quotients would be NaN, which would throw orbits away."""
    rng = np.random.default_rng(2)
    points = rng.uniform(-300.0, 300.0, (COUNT, 4)).astype(np.float32).astype(np.float64)
    xform = Xform(variations=(Variation(name, 0.7, lookup(name, compatibility).defaults()),))
    got = compiled(xform, points, np.zeros(COUNT, np.uint32), compatibility)
    expected = reference(xform, points, np.zeros(COUNT, np.uint32), compatibility)
    assert np.isfinite(got).all()
    # Sines of hundreds are exact to 1e-4 in float32, which counts near 0 only.
    far = np.abs(points[:, :2]).min(1) > 100.0
    np.testing.assert_allclose(got[far, :2], expected[far, :2], atol=1e-4)


def test_elliptic_coordinates_keep_their_digits_near_the_segment():
    """There cosh μ is 1 but for digits that float32 lacks: μ itself came in steps of 3e-4."""
    rng = np.random.default_rng(4)
    points = np.stack([rng.uniform(-0.9, 0.9, COUNT), rng.uniform(-1e-4, 1e-4, COUNT)], 1)
    points = np.pad(points, ((0, 0), (0, 2))).astype(np.float32).astype(np.float64)
    xform = Xform(variations=(Variation("ePush", 0.7, (("dist", 3.0), ("push", 0.0), ("rotate", 0.0))),))
    words = np.zeros(COUNT, np.uint32)
    np.testing.assert_allclose(compiled(xform, points, words), reference(xform, points, words), atol=5e-7)
