"""Frames of a scene on a card: camera, lens, several flames, motion."""

from __future__ import annotations

import numpy as np

from bloom_blender.chaos.projection import Lens
from bloom_blender.develop.exposure import COMBINED, DENSITY, FrameJob, Moment, Shot, View, render_frame
from tests.device.test_histogram import SIZE, flame


def job(device: str) -> FrameJob:
    """Two flames, one behind the other, that move while the shutter is open, out of focus."""
    width, height = SIZE
    far = np.array([0.0, 0.0, -1.0, 6.0])  # distance before a camera at z = 6 that looks down
    clip = np.stack([[2.4, 0, 0, 0], [0, 2.4 * width / height, 0, 0], [0, 0, -1.0, 5.0], far])
    view = View(SIZE, clip, far, 0.1, 100.0, Lens(-3.0, 0.5))
    moments = []
    for moved in (0.0, 0.2):
        worlds = [
            ((1, 0, 0, moved), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1)),
            ((0.5, 0, 0, -1.0), (0, 0.5, 0, 0.3), (0, 0, 0.5, 1.0), (0, 0, 0, 1)),
        ]
        shots = tuple(Shot(flame(), world, seed) for seed, world in enumerate(worlds))
        moments.append(Moment(shots, view))
    first = flame()
    points = 100 * width * height
    return FrameJob(
        tuple(moments), 1, 0, points, first.tone, first.rules, passes=frozenset((DENSITY,)), device=device
    )


def test_a_frame_of_a_card_is_the_processors(card):
    warnings: list[str] = []
    pictures = [
        render_frame(job(device), should_stop=lambda: False, warn=warnings.append)
        for device in ("gpu", "cpu")
    ]
    assert warnings == []
    ours, theirs = pictures
    assert ours is not None and theirs is not None
    assert np.corrcoef(ours[COMBINED].ravel(), theirs[COMBINED].ravel())[0, 1] > 0.995
    np.testing.assert_allclose(ours[COMBINED].mean((0, 1)), theirs[COMBINED].mean((0, 1)), rtol=0.02)
    np.testing.assert_allclose(ours[DENSITY].mean(), theirs[DENSITY].mean(), rtol=0.02)


def test_a_frame_goes_on_without_the_card_that_was_asked_for():
    warnings: list[str] = []
    found = render_frame(job("gpu:99"), should_stop=lambda: False, warn=warnings.append)
    expected = render_frame(job("cpu"), should_stop=lambda: False)
    assert found is not None and expected is not None and warnings
    for name, picture in expected.items():
        np.testing.assert_array_equal(found[name], picture)
