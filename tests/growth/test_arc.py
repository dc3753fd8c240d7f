"""The numbers that tell a film's arc, against series whose numbers are known."""

from __future__ import annotations

import numpy as np
import pytest

from bloom_blender.errors import BloomError
from bloom_blender.growth.arc import arc_of, jumps_of, rank_correlation


def test_a_series_that_falls_has_the_arc_of_one():
    moved = np.linspace(4.0, 0.5, 100)
    arc = arc_of(moved)
    assert arc.rank_correlation == pytest.approx(-1.0)
    assert (arc.frames, arc.largest_at, arc.jumps) == (101, 0.0, ())
    assert arc.first_fifth == pytest.approx(moved[:20].mean())
    assert arc.ratio == pytest.approx(moved[:20].mean() / moved[80:].mean())
    assert arc.calmest == 0.5
    assert arc_of(moved[::-1]).rank_correlation == pytest.approx(1.0)


def test_ranks_of_equal_values_are_their_mean():
    # By hand: ranks 1.5 1.5 3 4 against 1 2 3 4.
    assert rank_correlation(np.arange(4), np.array([7, 7, 8, 9])) == pytest.approx(4.5 / np.sqrt(5 * 4.5))
    assert rank_correlation(np.arange(4), np.ones(4)) == 0.0


def test_a_jump_is_found_where_it_is_and_a_rise_is_none():
    moved = np.linspace(1.0, 2.0, 40)
    moved[17] *= 8.0
    assert jumps_of(moved) == (19,)
    assert jumps_of(np.linspace(0.1, 3.0, 60)) == ()


def test_a_film_that_stands_still_at_the_end_has_no_ratio_and_one_that_is_too_short_no_arc():
    assert arc_of(np.r_[np.ones(30), np.zeros(30)]).as_dict()["ratio"] is None
    with pytest.raises(BloomError, match="use 21 or more"):
        arc_of(np.ones(5))
