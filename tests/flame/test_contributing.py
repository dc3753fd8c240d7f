"""The variation of CONTRIBUTING.md, added as a contributor would add it."""

from __future__ import annotations

import importlib.util
import sys

import numpy as np
import pytest

from bloom_blender.chaos.points import compute_points
from bloom_blender.flame import evaluate_variation
from bloom_blender.flame.model import Flame, Variation, Xform
from bloom_blender.flame.variations import VARIATIONS, registry
from bloom_blender.flame.variations.source import check_source
from bloom_blender.flame.xml import parse_flames, write_flame
from tests.support import REPOSITORY, code_blocks


@pytest.fixture
def added(tmp_path):
    """The module of the page's block, as one more file of the variations; forgotten afterwards."""
    (block,) = code_blocks((REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8"))
    file = tmp_path / "contributed.py"
    file.write_text(block, encoding="utf-8")
    name = "bloom_blender.flame.variations.contributed"
    before = set(VARIATIONS)
    spec = importlib.util.spec_from_file_location(name, file)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    (new,) = set(VARIATIONS) - before
    yield new, [line for line in block.splitlines() if line.strip()]
    del registry.VARIATIONS.so_far[new], registry._BY_LOWER_NAME.so_far[new.lower()], sys.modules[name]


def test_a_variation_in_ten_lines(added):
    name, lines = added
    assert len(lines) <= 10
    assert check_source(VARIATIONS[name].function) == ()
    points = np.random.default_rng(1).normal(size=(50, 3))
    angle = np.arctan2(points[:, 1], points[:, 0])
    size = 0.5 * (1.0 + 0.25 * np.cos(7.0 * angle))
    expected = np.stack([size * points[:, 0], size * points[:, 1], 0.5 * points[:, 2]], axis=1)
    found = evaluate_variation(name, points, weight=0.5, parameters={"count": 7.0, "depth": 0.25})
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)

    variation = Variation(name, 0.5, (("count", 7.0), ("depth", 0.25)))
    other = Variation("linear", 0.5)
    xforms = (
        Xform(coefs=(1.0, 0.0, 0.0, 1.0, 0.6, 0.3), variations=(variation,)),
        Xform(coefs=(0.0, 1.0, -1.0, 0.0, -0.5, 0.1), variations=(other,)),
    )
    flame = Flame("garland", xforms)
    text = write_flame(flame)
    assert f'{name}="0.5" {name}_count="7" {name}_depth="0.25"' in text
    again = parse_flames(text)[0]
    assert again.xforms[0].variations == (variation,)

    # The set of points is mapped onto itself: what the compiled xform makes is what the formula makes of it.
    cloud = compute_points(again, 60_000)
    places = cloud.positions.astype(float)
    made = places[cloud.xform == 0]
    moved = places + np.array([0.6, 0.3, 0.0])
    whole = evaluate_variation(name, moved, weight=0.5, parameters={"count": 7.0, "depth": 0.25})
    for moment in (1, 2, 3):
        for axis in (0, 1):
            ours, theirs = (made[:, axis] ** moment).mean(), (whole[:, axis] ** moment).mean()
            assert ours == pytest.approx(theirs, abs=4.0 / 60_000**0.5)
