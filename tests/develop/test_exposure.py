"""The picture of a frame, without Blender."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bloom_blender.develop.exposure import (
    COMBINED,
    DENSITY,
    DEPTH,
    INDEX,
    NOTHING,
    FrameJob,
    Moment,
    Shot,
    View,
    empty_frame,
    render_frame,
)
from tests.develop.samples import flower

SIZE = (48, 32)


def view() -> View:
    """A parallel view from above, 3 units wide, between depths 1 and 10; it looks from z = 5."""
    clip = np.diag([2 / 3, 1.0, 1.0, 1.0])
    return View(SIZE, clip, np.array([0.0, 0.0, -1.0, 5.0]), 1.0, 10.0)


def shot(size: float = 1.0) -> Shot:
    world = np.diag([size, -size, size, 1.0])
    return Shot(flower(), tuple(map(tuple, world.tolist())), 0)


def job(*shots: Shot, passes=(), points: int = 400_000) -> FrameJob:
    flame = flower()
    tone = replace(flame.tone, supersample=1)
    return FrameJob((Moment(shots, view()),), 1, 0, points, tone, flame.rules, passes=frozenset(passes))


def go_on() -> bool:
    return False


def test_all_passes_are_of_the_same_flame():
    passes = render_frame(job(shot(), passes=(DEPTH, DENSITY, INDEX)), should_stop=go_on)
    seen = passes[DEPTH] < NOTHING
    assert 0.01 < seen.mean() < 1.0
    assert passes[DEPTH][seen].min() >= 1.0 and passes[DEPTH][seen].max() <= 10.0
    assert passes[COMBINED][..., 3][seen].mean() > 10.0 * passes[COMBINED][..., 3][~seen].mean()
    assert passes[DENSITY].max() > 0.0 and 0.0 <= passes[INDEX].min() <= passes[INDEX].max() <= 1.0


@pytest.mark.parametrize("size", [0.0, 1e-300, np.inf, np.nan])
def test_a_flame_without_extent_shows_nothing(size):
    """Alone it leaves an empty picture, beside another one no trace."""
    passes = render_frame(job(shot(size), passes=(DEPTH, INDEX)), should_stop=go_on)
    assert passes[COMBINED].max() == 0.0 and passes[DEPTH].min() == np.float32(NOTHING)
    both = render_frame(job(shot(), shot(size)), should_stop=go_on)[COMBINED]
    assert np.array_equal(both, render_frame(job(shot()), should_stop=go_on)[COMBINED])


def test_an_empty_frame_is_what_nothing_in_front_gives():
    beyond = render_frame(job(passes=(DEPTH, DENSITY, INDEX)), should_stop=go_on)
    empty = empty_frame(SIZE, None)
    assert beyond.keys() == empty.keys()
    for name, values in empty.items():
        assert np.array_equal(values, beyond[name]), name
    green = empty_frame(SIZE, np.array([0.0, 0.5, 0.0]))[COMBINED]
    assert np.array_equal(np.unique(green.reshape(-1, 4), axis=0), [[0.0, 0.5, 0.0, 1.0]])


def test_it_stops_when_it_is_told_to():
    asked = []

    def stop() -> bool:
        asked.append(True)
        return len(asked) == 2

    assert render_frame(job(shot(), points=10**9), should_stop=stop) is None
    assert len(asked) == 2


def test_progress_shows_the_picture_of_what_there_is():
    shares, pictures = [], []

    def progress(share, so_far):
        shares.append(share)
        pictures.append(so_far())

    points = 3_000_000
    whole = render_frame(job(shot(), points=points), should_stop=go_on, progress=progress)[COMBINED]
    assert shares == sorted(shares) and shares[-1] == 1.0 and len(shares) > 1
    assert np.array_equal(pictures[-1], whole) and pictures[0].max() > 0.0
    assert np.array_equal(render_frame(job(shot(), points=points), should_stop=go_on)[COMBINED], whole)


def test_moments_share_the_light():
    still = job(shot())
    moving = replace(still, moments=(*still.moments, Moment((), view())))
    one, half = (render_frame(j, should_stop=go_on)[COMBINED][..., 3].mean() for j in (still, moving))
    assert 0.0 < half < one
