"""The number by which flames that pass are ranked: what raises it, what lowers it, and by how much."""

from __future__ import annotations

import math
from dataclasses import replace
from random import Random

import numpy as np
import pytest

from bloom_blender.chaos.points import PointCloud
from bloom_blender.flame.model import Camera
from bloom_blender.garden.interest import Interest, measured
from bloom_blender.garden.parts import hued_palette

BEST = Interest(
    shown=1.0, inside=1.0, extent=0.3, slimness=0.7, covered=0.5, peak=0.01, dimension=1.7, contrast=1.0,
    vividness=0.5, core=1.3, filled=0.78, detail=0.35, hues=5.0, depth=0.4, gathered=0.2, aside=0.1,
    surround=0.2,
)  # fmt: skip


def beauty(**measures) -> float:
    return replace(BEST, **measures).beauty


@pytest.mark.parametrize(
    "name,value,factor",
    [
        ("detail", 0.35 * math.e, math.exp(-1.0)),
        ("detail", 0.35 / math.e, math.exp(-1.0)),
        ("filled", 0.53, math.exp(-1.0)),
        ("filled", 1.03, math.exp(-1.0)),
        ("hues", 1.0, 0.15),
        ("hues", 2.6, 0.575),
        ("depth", 0.0, 0.2),
        ("depth", 0.14, 0.6),
        ("vividness", 0.0, 0.3),
        ("vividness", 0.25, 0.65),
        ("core", 0.75, 0.0),
        ("core", 0.925, 0.5),
        ("aside", 0.6, math.exp(-1.0)),
        ("gathered", 0.45, math.exp(-1.0)),
        ("surround", 0.47, math.exp(-1.0)),
        ("shown", 0.5, 0.5),
    ],
)
def test_each_measure_has_its_factor(name, value, factor):
    assert beauty(**{name: value}) == pytest.approx(factor * BEST.beauty)


def test_nothing_else_counts_and_the_best_is_one():
    assert beauty(extent=0.1, slimness=0.2, peak=0.3, covered=0.2, dimension=1.4, contrast=0.4) == BEST.beauty
    assert pytest.approx(1.0) == BEST.beauty


POINTS = 40_000


def measures(positions: np.ndarray, colors: np.ndarray | None = None) -> Interest:
    """What is said of points in a picture two units high and wide; white where no colors are given."""
    count = len(positions)
    shown = np.ones((count, 4), np.float32)
    if colors is not None:
        shown[:, :3] = colors
    zeros = np.zeros(count, np.float32)
    cloud = PointCloud(
        positions.astype(np.float32), shown, zeros, zeros, np.zeros((count, 4), np.float32), zeros,
        np.arange(count, dtype=np.int32), np.zeros(count, np.int32),
    )  # fmt: skip
    return measured(Camera(size=(200, 200), scale=100.0), cloud)


def square(chance: np.random.Generator) -> np.ndarray:
    return np.concatenate([chance.uniform(-1.0, 1.0, (POINTS, 2)), np.zeros((POINTS, 1))], axis=1)


def test_a_ring_is_hollow_and_a_ball_is_not():
    chance = np.random.default_rng(1)
    ball = chance.normal(0.0, 0.3, (POINTS, 3))
    directions = ball[:, :2] / np.linalg.norm(ball[:, :2], axis=1, keepdims=True)
    ring = np.concatenate([directions * chance.uniform(0.7, 0.9, (POINTS, 1)), np.zeros((POINTS, 1))], axis=1)
    assert measures(ring).core < 0.1
    assert "it is a hollow ring" in measures(ring).faults
    assert measures(ball).core > 1.0


def test_chance_alone_makes_no_detail_and_a_pattern_does():
    chance = np.random.default_rng(2)
    even = square(chance)
    assert measures(even).detail < 0.02
    # Cells of 1, 2 and 4 of 96 rows are filled or empty, each with probability ½: their variance is known.
    kept = np.ones(POINTS, bool)
    for rows in (96, 48, 24):
        filled = chance.random((rows, rows)) < 0.5
        cell = np.minimum(((even[:, :2] + 1.0) * 0.5 * rows).astype(int), rows - 1)
        kept &= filled[cell[:, 1], cell[:, 0]]
    assert measures(even[kept]).detail > 0.5


def test_hues_are_counted():
    chance = np.random.default_rng(3)
    points = square(chance)
    side = (points[:, 0] > 0.0)[:, None]
    assert measures(points).hues == 0.0, "white has none"
    assert measures(points, np.where(side, [[1.0, 0.0, 0.0]], [[0.9, 0.0, 0.0]])).hues == pytest.approx(1.0)
    halves = np.where(side, [[1.0, 0.0, 0.0]], [[0.0, 1.0, 1.0]])
    assert measures(points, halves).hues == pytest.approx(2.0, abs=0.05)


def test_depth_is_the_shortest_over_the_longest():
    chance = np.random.default_rng(4)
    assert measures(square(chance)).depth == pytest.approx(0.0, abs=1e-6)
    box = chance.uniform(-1.0, 1.0, (POINTS, 3)) * (0.9, 0.9, 0.3)
    assert measures(box).depth == pytest.approx(1.0 / 3.0, abs=0.02)


def test_light_at_the_edge_is_aside_and_light_all_over_has_no_dim_surround():
    chance = np.random.default_rng(5)
    spot = chance.normal((0.8, 0.0, 0.0), 0.05, (POINTS // 4, 3))
    both = measures(np.concatenate([square(chance), spot]))
    assert both.aside == pytest.approx(0.8, abs=0.05)
    assert both.gathered > 0.15
    assert measures(square(chance)).surround > 0.8
    assert measures(chance.normal(0.0, 0.25, (POINTS, 3))).surround < 0.3


def test_palettes_of_several_hues_stay_in_the_levels_of_files_and_away_from_grey():
    for seed in range(20):
        colors = hued_palette(Random(seed)).array
        assert colors.shape == (256, 3) and (colors >= 0.0).all() and (colors <= 1.0).all()
        np.testing.assert_allclose(colors * 255.0, np.round(colors * 255.0), atol=1e-4)
        assert np.ptp(colors, axis=1).mean() > 0.15
        assert np.ptp(colors[:, 0]) > 0.1 and colors.max() > 0.85
