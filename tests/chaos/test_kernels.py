"""The compiled loops against the variations' own functions, and what a kernel promises."""

from __future__ import annotations

import ctypes
import os
import re

import numpy as np
import pytest

from bloom_blender.chaos.compiling import xform_kernel
from bloom_blender.chaos.structure import structure_of, values_of
from bloom_blender.flame import evaluate_variation
from bloom_blender.flame.model import Flame, Variation, Xform
from bloom_blender.flame.variations import VARIATIONS

COEFS = (0.9, -0.3, 0.2, 1.1, 0.1, -0.2)  # a d b e c f
SAMPLE = """auger blocky bubble butterfly cross curl cylinder diamond flatten linear linear3D oscilloscope
    poincare sec spherical swirl taurus Truchet waves2 z zcone ztranslate
    bipolar cell edisc elliptic fan fan2 flux log loonie Mobius modulus ngon pdj power rings2 separation sinh
    split tan wedge whorl
    bCollide collideoscope eCollide eMotion eMod eScale bwraps circlize gridout heat hypertile3D
    fourth mobiq murl2 octagon rational3 squarize tanq trade""".split()
"""Bloom's own, and a few of every family: each compiles for half a second."""

ALL = os.environ.get("BLOOM_ALL_VARIATIONS") == "1"
FIXED = sorted(name for name, entry in VARIATIONS.items() if entry.randoms == 0 and (ALL or name in SAMPLE))


def xform_with(name: str, form: str = "regular") -> Xform:
    entry = VARIATIONS[name]
    linear = () if form == "regular" else (Variation("linear", 1.0),)
    return Xform(coefs=COEFS, variations=(*linear, Variation(name, 0.7, entry.defaults(), form)))


def applied(xform: Xform, points: np.ndarray, words: np.ndarray | None = None) -> np.ndarray:
    """The compiled xform's result for points (N, 3), through the packed rows of a batch."""
    flame = Flame("one", (xform,))
    structure = structure_of(flame)
    values = values_of(flame, structure)
    module = xform_kernel(structure.parts[0])
    f = np.zeros(module.FLOATS, np.float32)
    u = np.zeros(module.WORDS, np.uint32)
    rows = [slice(int(row), int(row) + len(points)) for row in (module.PX, module.PY, module.PZ)]
    for axis, row in enumerate(rows):
        f[row] = points[:, axis]
    if words is not None:
        u[int(module.PR) : int(module.PR) + len(points)] = words
    pointers = (ctypes.POINTER(ctypes.c_float), ctypes.POINTER(ctypes.c_uint32))
    module.apply.ctypes(
        f.ctypes.data_as(pointers[0]),
        u.ctypes.data_as(pointers[1]),
        0,
        len(points),
        values.ctypes.data_as(pointers[0]),
    )
    return np.stack([f[row] for row in rows], 1)


@pytest.fixture(scope="module")
def inputs() -> np.ndarray:
    return np.random.default_rng(3).uniform(-1.5, 1.5, (400, 3)).astype(np.float32)


def affine(points: np.ndarray) -> np.ndarray:
    a, d, b, e, c, f = COEFS
    x, y, z = points.T.astype(np.float64)
    return np.stack([a * x + b * y + c, d * x + e * y + f, z], 1)


@pytest.mark.parametrize("name", FIXED)
def test_kernel_equals_the_function(inputs, name):
    a, d, b, e, c, f = COEFS
    points = affine(inputs)
    expected = evaluate_variation(name, points, weight=0.7, affine=(a, b, c, d, e, f))
    # How much the function itself magnifies a change of a float32 step tells what can be asked for.
    nudged = evaluate_variation(name, points * (1 + 4e-7), weight=0.7, affine=(a, b, c, d, e, f))
    got = applied(xform_with(name), inputs).astype(np.float64)
    with np.errstate(invalid="ignore"):
        slack = 3e-5 * (1 + np.abs(expected)) + 4 * np.abs(nudged - expected)
        wrong = ~(np.abs(got - expected) <= slack) & np.isfinite(expected)
    # A point within a float32 step of a jump (a floor, a branch) may fall on its other side.
    assert wrong.any(1).mean() <= 0.01, (name, got[wrong.any(1)][:3], expected[wrong.any(1)][:3])


@pytest.mark.parametrize("name", ["linear", "spherical", "swirl", "cylinder", "waves2", "julia3D"])
def test_hot_loops_use_vector_instructions(name):
    """A loop that calls the C library or works one orbit at a time is several times slower."""
    entry = VARIATIONS[name]
    flame = Flame("one", (Xform(variations=(Variation(name, 0.7, entry.defaults()),)),))
    module = xform_kernel(structure_of(flame).parts[0])
    if module.apply.cache_hits:
        pytest.skip("loaded from a cache, which holds no assembly to look at")
    assembly = module.apply.inspect_llvm()
    vectors = re.findall(r"<(?:4|8|16) x float>", assembly)
    assert len(vectors) > 20, f"{name} was not vectorised"
    calls = set(re.findall(r"call [^@]*@(\w+)\(", assembly)) & {
        "sinf",
        "cosf",
        "sin",
        "cos",
        "pow",
        "powf",
        "atan2",
    }
    assert not calls, f"{name} calls {calls}"


def test_random_numbers_are_those_of_the_word():
    words = np.random.default_rng(0).integers(0, 2**32, 512, dtype=np.uint32)
    blur = Xform(variations=(Variation("gaussian_blur", 1.0),))
    x, y, _ = applied(blur, np.zeros((512, 3)), words).T
    # u0 gives the angle, the sum of four others less 2 the radius: variance 1/3, half of it on each axis.
    assert abs(x.mean()) < 5 * np.sqrt(1 / 6 / 512) and abs(y.mean()) < 5 * np.sqrt(1 / 6 / 512)
    assert x.var() == pytest.approx(1 / 6, rel=0.25) and y.var() == pytest.approx(1 / 6, rel=0.25)
    again = applied(blur, np.zeros((512, 3)), words[::-1].copy())
    assert np.array_equal(again[::-1, 0], x)


def test_pre_and_post_forms():
    """A pre swirl feeds linear, a post swirl takes its sum: both are the swirl of the affine point."""
    points = np.random.default_rng(5).uniform(-1, 1, (64, 3)).astype(np.float32)
    expected = evaluate_variation("swirl", affine(points), weight=0.7, form="pre")
    for form in ("pre", "post"):
        np.testing.assert_allclose(applied(xform_with("swirl", form), points), expected, rtol=2e-5, atol=2e-5)


def test_xforms_of_the_same_variations_share_a_kernel():
    flames = [Flame("a", (xform_with("swirl"), xform_with("linear"))), Flame("b", (xform_with("linear"),))]
    kernels = [xform_kernel(part) for flame in flames for part in structure_of(flame).parts]
    assert kernels[1] is kernels[2] and kernels[0] is not kernels[1]
