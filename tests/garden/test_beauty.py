"""The number by which flames that pass are ranked: what raises it, what lowers it, and by how much."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from bloom_blender.garden.interest import Interest

BEST = Interest(
    shown=1.0, inside=1.0, extent=0.3, slimness=0.7, covered=0.5, peak=0.01,
    dimension=1.7, contrast=1.0, vividness=1.0,
)  # fmt: skip


def beauty(**measures) -> float:
    return replace(BEST, **measures).beauty


@pytest.mark.parametrize(
    "name,value,factor",
    [
        ("dimension", 1.45, math.exp(-1.0)),
        ("dimension", 1.95, math.exp(-1.0)),
        ("dimension", 1.2, math.exp(-4.0)),
        ("covered", 0.15, math.exp(-1.0)),
        ("covered", 0.85, math.exp(-1.0)),
        ("contrast", 2.0, (1.0 - math.exp(-4.0)) / (1.0 - math.exp(-1.0))),
        ("contrast", 0.0, 0.0),
        ("vividness", 0.0, 0.2),
        ("vividness", 0.5, 0.6),
        ("inside", 0.25, 0.25),
        ("shown", 0.5, 0.5),
    ],
)
def test_each_measure_has_its_factor(name, value, factor):
    assert beauty(**{name: value}) == pytest.approx(factor * BEST.beauty)


def test_nothing_else_counts_and_the_best_is_below_one():
    assert beauty(extent=0.1, slimness=0.2, peak=0.3) == BEST.beauty
    assert BEST.beauty == pytest.approx(1.0 - math.exp(-1.0))
    assert 0.99 < beauty(contrast=3.0) < 1.0
