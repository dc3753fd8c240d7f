"""Memory is used again, and never while somebody can see it."""

from __future__ import annotations

import numpy as np
import pytest

from bloom_blender.chaos import array_pool
from bloom_blender.chaos.points import compute_points
from tests.chaos.test_points import triangle


@pytest.fixture(autouse=True)
def no_memory_of_others():
    array_pool.release()
    yield
    array_pool.release()


def place(array):
    return array.ctypes.data


def test_memory_is_used_again():
    first = array_pool.empty((1000, 3), np.float32)
    where = place(first)
    second = array_pool.empty((1000, 3), np.float32)
    assert place(second) != where
    del first
    again = array_pool.zeros(3000, np.int32)  # of the same size, of another shape
    assert place(again) == where and not again.any()


@pytest.mark.parametrize("keep", [lambda a: a[::2], lambda a: a.reshape(-1)[5:].view(np.uint32), memoryview])
def test_what_a_view_shows_stays(keep):
    array = array_pool.zeros((1000, 3), np.float32)
    view = keep(array)
    del array
    for _ in range(3):
        array_pool.empty((1000, 3), np.float32).fill(7.0)
    assert not np.asarray(view).any()


def test_no_more_than_the_limit_is_kept(monkeypatch):
    monkeypatch.setattr(array_pool, "MOST", 1000)
    held = [array_pool.zeros(100, np.float32) for _ in range(5)]
    assert sum(map(len, array_pool._blocks)) <= 1000
    array_pool.empty(100, np.float32).fill(1.0)
    assert not np.any(held)
    assert array_pool.empty(1000, np.float32).shape == (1000,)  # larger than all that is kept
    assert array_pool.empty(0, np.float32).shape == (0,)


def test_clouds_that_are_kept_stay():
    first = compute_points(triangle(), 5_000)
    copies = {name: values.copy() for name, values in vars(first).items()}
    compute_points(triangle(), 5_000, seed=3)
    for name, values in copies.items():
        np.testing.assert_array_equal(getattr(first, name), values)
