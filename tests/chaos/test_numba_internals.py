"""What numba does not promise: if one of these fails, a new numba or llvmlite changed it."""

from __future__ import annotations

import numpy as np
import pytest

from bloom_blender.codegen import kernels, random_bits
from tests.chaos import some_kernels

CHANGED = "numba has changed what codegen/numba_internals.py relies on: "


def test_arguments_arrive():
    """The entry hands every kind of argument to numba's function, by its layout of arrays."""
    records = np.zeros(3, [("share", np.float32), ("number", np.int64)])
    records["share"], records["number"] = 0.5, [2, 4, -6]
    table = np.arange(6, dtype=np.int32).reshape(2, 3)
    totals = np.zeros(3)
    try:
        kernels.run(
            some_kernels.add_all, 3, 1,
            records, np.uint32(4_000_000_000), -7, np.float32(0.25), 0.5, table, totals,
        )  # fmt: skip
    except Exception as error:
        pytest.fail(CHANGED + repr(error))
    expected = np.array([1.0, 2.0, -3.0]) + 4e9 - 7 + 0.75 + 15
    assert totals.tolist() == expected.tolist(), CHANGED + "how arguments are passed"


def test_the_language_in_a_kernel():
    """sin, cos and the random numbers that a kernel calls are those of the language."""
    x = np.linspace(-20.0, 20.0, 1001, dtype=np.float32)
    h = np.arange(1001, dtype=np.uint32) * np.uint32(2654435761)
    results = np.zeros((1001, 5), np.float32)
    try:
        kernels.run(some_kernels.functions, 1001, 1, x, h, results)
    except Exception as error:
        pytest.fail(CHANGED + repr(error))
    wide = x.astype(np.float64)
    assert np.abs(results[:, 0] - np.sin(wide)).max() < 2e-7
    assert np.abs(results[:, 1] - np.cos(wide)).max() < 2e-7
    assert np.array_equal(results[:, 2], np.floor(x)) and np.array_equal(results[:, 3], np.abs(x))
    assert np.array_equal(results[:, 4], (random_bits.mixed(h) >> 8) * 2.0**-24)


def test_random_bits_do_not_change():
    """Flames of one seed look the same for ever: the hash in whole numbers of Python."""
    for h in (0, 1, 77, 0xFFFFFFFF):
        expected = (h ^ (h >> 16)) * 0x7FEB352D % 2**32
        expected = (expected ^ (expected >> 15)) * 0x846CA68B % 2**32
        expected ^= expected >> 16
        assert random_bits.mixed(np.array([h], np.uint32)).tolist() == [expected]


def test_nothing_of_python_is_in_the_machine_code():
    """So that what lies on disk runs without numba, and the interpreter's lock is not needed."""
    from llvmlite import binding

    from bloom_blender.codegen.numba_internals import entry_text

    text = entry_text(some_kernels.count, (("i8", 1),), "entry")
    module = binding.parse_assembly(text)
    outside = {f.name for f in module.functions if f.is_declaration and not f.name.startswith("llvm.")}
    assert outside == set(), CHANGED + "functions call into Python or numba"
