"""The compiled loops against the variations' own functions, and what a kernel promises."""

from __future__ import annotations

import ctypes
import inspect
import platform
import re

import numpy as np
import pytest

from bloom_blender.chaos.kernels import layout
from bloom_blender.chaos.kernels.build import xform_loop
from bloom_blender.chaos.structure import structure_of, values_of, xform_structure
from bloom_blender.chaos.xforms import xform_assembly
from bloom_blender.codegen import linker
from bloom_blender.flame import evaluate_variation
from bloom_blender.flame.model import Flame, Variation, Xform
from bloom_blender.flame.variations import VARIATIONS

COEFS = (0.9, -0.3, 0.2, 1.1, 0.1, -0.2)  # a d b e c f


def _is_hash(name: str) -> bool:
    """Whether a variation takes random numbers from the low digits of a sine: float32 has other ones."""
    source = inspect.getsource(VARIATIONS[name].function)
    return "43758" in source or "shader_hash" in source


FIXED = sorted(name for name, entry in VARIATIONS.items() if entry.randoms == 0 and not _is_hash(name))


def xform_with(name: str, form: str = "regular") -> Xform:
    entry = VARIATIONS[name]
    linear = () if form == "regular" else (Variation("linear", 1.0),)
    return Xform(coefs=COEFS, variations=(*linear, Variation(name, 0.7, entry.defaults(), form)))


def applied(xform: Xform, points: np.ndarray, words: np.ndarray | None = None) -> np.ndarray:
    """The compiled xform's result for points (N, 3), through the packed rows of a batch."""
    flame = Flame("one", (xform,))
    structure = structure_of(flame)
    values = values_of(flame, structure)
    f = np.zeros(layout.FLOATS, np.float32)
    u = np.zeros(layout.WORDS, np.uint32)
    orbits = f[int(layout.GROUPED) : int(layout.GROUPED) + 4 * len(points)].reshape(-1, 4)
    orbits[:, :3] = points
    if words is not None:
        u[int(layout.GROUPED_WORD) : int(layout.GROUPED_WORD) + len(points)] = words
    pointers = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p)
    loop = ctypes.CFUNCTYPE(None, *pointers)(xform_loop(structure.parts[0]))
    loop(f.ctypes.data, u.ctypes.data, 0, len(points), values.ctypes.data)
    return orbits[:, :3]


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
        stays = np.abs(expected).sum(1, keepdims=True) < 1e10  # what escapes (or is NaN) restarts
        wrong = ~(np.abs(got - expected) <= slack) & stays
    # A point within a float32 step of a jump (a floor, a branch) may fall on its other side.
    assert wrong.any(1).mean() <= 0.01, (name, got[wrong.any(1)][:3], expected[wrong.any(1)][:3])


MACHINE_CODE = {
    "linear": Xform(variations=(Variation("linear", 1.0),)),
    "classic": Xform(variations=(Variation("spherical", 0.5), Variation("swirl", 0.5))),
    "julia3D": xform_with("julia3D"),
    "random": xform_with("gaussian_blur"),
    "loops": xform_with("crackle"),
    "all forms": Xform(
        variations=(
            Variation("waves2", 0.3, VARIATIONS["waves2"].defaults(), "pre"),
            Variation("cylinder", 0.5),
            Variation("curl", 0.5, VARIATIONS["curl"].defaults(), "post"),
        )
    ),
}


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="reads x86 machine code")
@pytest.mark.parametrize("final", [False, True])
@pytest.mark.parametrize("name", MACHINE_CODE)
def test_machine_code_is_all_vectors(name, final):
    """Every float operation of the loop works on a whole register, of single precision, without a call."""
    structure = xform_structure(MACHINE_CODE[name], Flame("one", (MACHINE_CODE[name],)).rules, final=final)
    code = linker.machine_code(xform_assembly(structure, linker.lanes()))
    loop = code[re.search(r"^\.LBB\d+_1:", code, re.M).start() :]
    operations = re.findall(
        r"^\s+(v?(?:add|sub|mul|div|fn?m(?:add|sub)\w*?|sqrt|min|max)([sp][sd]))\s", loop, re.M
    )
    assert len(operations) > 10
    assert {kind for _, kind in operations} == {"ps"}, sorted(operations)
    assert not re.findall(r"^\s+call\S*\s+.*", code, re.M)
    assert not re.findall(r"cvt\w*pd\b|cvt\w*sd\b", code)
    register = {16: "zmm", 8: "ymm", 4: "xmm"}[linker.lanes()]
    whole = len(re.findall(rf"^\s+v?\w+ps\s.*%{register}", loop, re.M))
    assert whole > 0.9 * len(re.findall(r"^\s+v?\w+ps\s", loop, re.M))


def test_each_orbit_is_its_own():
    """The image of a point depends neither on its place in the batch nor on its neighbours, to the bit."""
    xform = xform_with("julia3D")
    points = np.random.default_rng(4).uniform(-1, 1, (37, 3)).astype(np.float32)
    together = applied(xform, points, np.full(37, 77, np.uint32))
    for n in (0, 15, 16, 36):
        alone = applied(xform, points[n : n + 1], np.full(1, 77, np.uint32))
        assert np.array_equal(alone[0], together[n])


def test_a_loop_touches_no_other_orbits():
    xform = xform_with("swirl")
    flame = Flame("one", (xform,))
    structure = structure_of(flame)
    f = np.random.default_rng(6).uniform(-1, 1, layout.FLOATS).astype(np.float32)
    u = np.zeros(layout.WORDS, np.uint32)
    before, values = f.copy(), values_of(flame, structure)
    loop = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 2, *[ctypes.c_int64] * 2, ctypes.c_void_p)(
        xform_loop(structure.parts[0])
    )
    loop(f.ctypes.data, u.ctypes.data, 7, 21, values.ctypes.data)
    changed = np.flatnonzero(f != before)
    mine = int(layout.GROUPED) + 4 * 7 + np.arange(4 * 21)
    assert set(changed) <= set(mine) and len(changed) > 3 * 21


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
    kernels = [xform_loop(part) for flame in flames for part in structure_of(flame).parts]
    assert kernels[1] == kernels[2] and kernels[0] != kernels[1]
