"""Xforms for other processors and systems: nothing is called from outside, all widths have equal images."""

from __future__ import annotations

import ctypes
import itertools
import os
import platform
import re
from functools import cache

import numpy as np
import pytest

from bloom_blender.chaos.kernels import layout
from bloom_blender.chaos.structure import XformStructure, structure_of, values_of, xform_structure
from bloom_blender.chaos.xforms import APPLY, xform_assembly
from bloom_blender.codegen import linker
from bloom_blender.codegen.linker import Platform
from bloom_blender.flame.model import Flame, Variation, Xform
from bloom_blender.flame.variations import VARIATIONS
from bloom_blender.flame.xml import read_flame
from tests.support import REPOSITORY

#: The least processor that Blender runs on, one with AVX2, one with AVX-512; on arm64 all are alike.
X86 = {4: "x86-64-v2", 8: "haswell", 16: "skylake-avx512"}
PLATFORMS = {
    **{("windows-x64", width): Platform("x86_64-pc-windows-msvc", cpu) for width, cpu in X86.items()},
    **{("linux-x64", width): Platform("x86_64-unknown-linux-gnu", cpu) for width, cpu in X86.items()},
    **{("macos-arm64", width): Platform("arm64-apple-macosx", "apple-m1") for width in X86},
}


@cache
def shipped() -> tuple[XformStructure, ...]:
    """Xforms of all shipped flowers, each kind once; the largest first."""
    flames = sorted((REPOSITORY / "bloom_blender/presets").glob("*.flame"))
    parts = [part for path in flames for part in structure_of(read_flame(path)).parts]
    return tuple(sorted(dict.fromkeys(parts), key=lambda part: -len(xform_assembly(part, 4))))


@cache
def sample() -> tuple[XformStructure, ...]:
    """Each fortieth of the variations, as an xform of its own."""
    rules = Flame("one", (Xform(),)).rules
    xforms = [Xform(variations=(Variation(name, 0.7),)) for name in sorted(VARIATIONS)[::40]]
    return tuple(xform_structure(xform, rules, final=False) for xform in xforms)


def outside(code: str) -> set[str]:
    """What machine code calls, or takes the address of, that is not in it."""
    defined = set(re.findall(r'^"?([\w.@$?]+)"?:', code, re.M))
    used = re.findall(
        r"^\s+(?:(?:call|jmp)q?\s+\*?|movabsq\s+\$|blr?\s+|b\s+|adrp\s+\w+, |movz\s+\w+, #:abs_g\d:)"
        r'"?([A-Za-z_.][\w.@$?]*)',
        code,
        re.M,
    )
    names = {name.removesuffix("@PAGE").removesuffix("@GOTPAGE") for name in used}
    return {name for name in names - defined if not re.fullmatch(r"[xw]\d+|\.?L\w+", name)}


@pytest.mark.parametrize("system, width", PLATFORMS)
def test_calls_are_seen(system, width):
    text = (
        "declare float @sinf(float)\n"
        "define float @f(float %x) {\n  %y = call float @sinf(float %x)\n"
        "  %z = fadd float %x, %y\n  ret float %z\n}\n"
    )
    found = outside(linker.machine_code(text, PLATFORMS[system, width]))
    assert {name.removeprefix("_") for name in found} == {"sinf"}


@pytest.mark.parametrize("system, width", PLATFORMS)
def test_nothing_is_called_from_outside(system, width):
    """Each ninth of the flowers' xforms and of some variations, so that the cases together take them all.

    With ``BLOOM_EVERY_XFORM=1`` each case takes all, which lasts a minute. arm64 has vectors of 4 only.
    """
    machine, place = PLATFORMS[system, width], list(PLATFORMS).index((system, width))
    own = slice(None) if os.environ.get("BLOOM_EVERY_XFORM") else slice(place, None, 9)
    if system == "macos-arm64" and width > 4 and not os.environ.get("BLOOM_EVERY_XFORM"):
        own = slice(place, None, 36)
    for structure in (shipped() + sample())[own]:
        code = linker.machine_code(xform_assembly(structure, width), machine)
        assert outside(code) == set(), structure


def test_windows_has_a_stack_probe_of_its_own():
    """The largest xform needs more than a page, and would call the C library otherwise."""
    code = linker.machine_code(xform_assembly(shipped()[0], 16), PLATFORMS["windows-x64", 16])
    assert re.search(r"^stack_probe:", code, re.M) and re.search(r"\$stack_probe\b", code)
    code = linker.machine_code(xform_assembly(shipped()[0], 16), PLATFORMS["linux-x64", 16])
    assert "stack_probe" not in code


def images(assembly: str, structure: XformStructure, values: np.ndarray, points: np.ndarray) -> np.ndarray:
    """What an xform's loop makes of points (N, 4), executed here."""
    address = linker.address_of("xform", assembly, lambda name: assembly.replace(f"@{APPLY}(", f"@{name}("))
    kinds = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p)
    f, u = np.zeros(layout.FLOATS, np.float32), np.zeros(layout.WORDS, np.uint32)
    u[int(layout.GROUPED_WORD) : int(layout.GROUPED_WORD) + len(points)] = np.arange(len(points)) * 2654435761
    grouped = f[int(layout.GROUPED) : int(layout.GROUPED) + 4 * len(points)].reshape(-1, 4)
    rows = f[int(layout.SHOWN_X) : int(layout.SHOWN_X) + 4 * layout.ORBITS].reshape(4, layout.ORBITS)[
        :, : len(points)
    ]
    place = rows.T if structure.final else grouped
    place[...] = points
    ctypes.CFUNCTYPE(None, *kinds)(address)(f.ctypes.data, u.ctypes.data, 0, len(points), values.ctypes.data)
    return place.copy()


@cache
def cases() -> dict[XformStructure, np.ndarray]:
    """Values of each kind of xform of the flowers."""
    found = {}
    for path in sorted((REPOSITORY / "bloom_blender/presets").glob("*.flame")):
        flame = read_flame(path)
        structure = structure_of(flame)
        values = values_of(flame, structure)
        starts = itertools.pairwise((*structure.offsets, structure.size))
        for part, (begin, end) in zip(structure.parts, starts, strict=True):
            found[part] = np.ascontiguousarray(values[begin:end])
    return found


@pytest.mark.parametrize("width", [4, 8])
def test_every_width_has_the_same_images(width):
    """Executed here, against the processor's own width, and against the variations in numpy elsewhere.

    Not to the bit: reciprocals of vectors of 16 begin with another estimate than those of 4 and 8.
    """
    points = np.random.default_rng(1).uniform(-1.5, 1.5, (203, 4)).astype(np.float32)
    for part, values in list(cases().items())[::12]:
        expected = images(xform_assembly(part, linker.lanes()), part, values, points)
        got = images(xform_assembly(part, width), part, values, points)
        assert np.isfinite(expected).all() and not np.array_equal(expected, points)
        wrong = np.abs(got - expected) > 2e-5 * (1.0 + np.abs(expected))
        assert wrong.any(1).mean() <= 0.01  # a point may fall on the other side of a jump


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="the probe is x86 code")
def test_the_stack_probe_changes_nothing():
    """The probe that Windows gets, executed here: the same bits, and no argument is lost."""
    points = np.random.default_rng(2).uniform(-1.5, 1.5, (203, 4)).astype(np.float32)
    part = shipped()[0]
    values = cases()[part]
    plain = xform_assembly(part, 16)
    assert re.search(r"\$stack_probe\b", linker.machine_code(linker.probed(plain)))
    results = [images(text, part, values, points) for text in (plain, linker.probed(plain))]
    assert np.array_equal(results[0].view(np.uint32), results[1].view(np.uint32))
