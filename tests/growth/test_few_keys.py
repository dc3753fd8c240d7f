"""Few keys that stay near many: the bound is checked on the curves' own polynomials, frame by frame."""

from __future__ import annotations

import numpy as np
import pytest

from bloom_blender.growth.few_keys import few_keys

FRAMES = np.arange(1.0, 401.0)


def curve_of(keys, frames):
    """Bezier curves between keys, at frames; the time is solved for (no use is made of where handles lie)."""
    values = np.empty(len(frames))
    for row, frame in enumerate(frames):
        k = int(np.clip(np.searchsorted(keys.places[:, 0], frame, side="right") - 1, 0, len(keys.rows) - 2))
        (t0, y0), (t1, y1), (t2, y2), (t3, y3) = (
            keys.places[k], keys.right[k], keys.left[k + 1], keys.places[k + 1],
        )  # fmt: skip
        time = np.poly1d([t3 - 3 * t2 + 3 * t1 - t0, 3 * t2 - 6 * t1 + 3 * t0, 3 * (t1 - t0), t0 - frame])
        roots = time.roots[np.abs(time.roots.imag) < 1e-6].real
        u = roots[np.argmin(np.abs(roots - np.clip(roots, 0.0, 1.0)))]
        values[row] = y0 * (1 - u) ** 3 + 3 * y1 * u * (1 - u) ** 2 + 3 * y2 * u**2 * (1 - u) + y3 * u**3
    return values


def shapes():
    random = np.random.default_rng(0)
    t = np.linspace(0.0, 1.0, len(FRAMES))
    return {
        "wave": np.sin(12.0 * t) * np.exp(-2.0 * t),
        "step": np.where(t < 0.37, -1.0, 3.0),
        "corner": np.abs(t - 0.4),
        "walk": np.cumsum(random.normal(size=len(t))),
        "noise": random.uniform(0.1, 1.0, len(t)),
        "far": 1000.0 + 0.01 * np.sin(9.0 * t),
        "line": 5.0 - 3.0 * t,
    }


@pytest.mark.parametrize("error", [0.001, 0.01, 0.2])
def test_the_bound_holds_in_every_frame(error):
    columns = np.stack(list(shapes().values()), axis=1).astype(np.float32)
    for name, column, keys in zip(shapes(), columns.T, few_keys(FRAMES, columns, error), strict=True):
        assert keys.rows[0] == 0 and keys.rows[-1] == len(FRAMES) - 1
        assert (keys.places[:, 1] == column[keys.rows]).all(), "keys lie on the curve"
        astray = np.abs(curve_of(keys, FRAMES) - column).max()
        assert astray <= error * np.ptp(column.astype(np.float64)) * (1.0 + 1e-9), name


def test_smooth_curves_need_few_and_straight_ones_two():
    found = dict(
        zip(shapes(), few_keys(FRAMES, np.stack(list(shapes().values()), axis=1), 0.01), strict=True)
    )
    assert len(found["line"].rows) == 2
    assert len(found["wave"].rows) <= 8
    assert len(found["corner"].rows) <= 6
    wave = found["wave"]
    left, right = wave.places - wave.left, wave.right - wave.places
    assert left[:, 0] * right[:, 1] == pytest.approx(left[:, 1] * right[:, 0]), "handles are in line"


def test_curves_are_worked_on_for_themselves():
    """What a curve gets does not depend on which others are there, or on units and offsets of either axis."""
    columns = np.stack(list(shapes().values()), axis=1)
    together = few_keys(FRAMES, columns, 0.02)
    for column, keys in zip(columns.T, together, strict=True):
        alone = few_keys(FRAMES, column[:, None], 0.02)[0]
        assert (alone.rows == keys.rows).all() and (alone.right == keys.right).all()
    scaled = few_keys(FRAMES, 4.0 * columns[:, :1], 0.02)[0]
    assert (scaled.rows == together[0].rows).all()


def test_still_and_short_curves():
    still, moving = few_keys(np.arange(3.0), np.array([[2.0, 1.0], [2.0, 5.0], [2.0, 1.0]]), 0.01)
    assert still.places.tolist() == [[0.0, 2.0]]
    assert moving.rows.tolist() == [0, 1, 2]
    assert few_keys(np.arange(1.0), np.array([[2.0]]), 0.01)[0].places.tolist() == [[0.0, 2.0]]
    assert few_keys(np.arange(2.0), np.zeros((2, 0)), 0.01) == ()
    uneven = few_keys(np.array([0.5, 1.0, 2.0, 2.25]), np.array([[0.0], [1.0], [0.0], [4.0]]), 0.01)[0]
    assert uneven.places[:, 0].tolist() == [0.5, 1.0, 2.0, 2.25]
