"""New flames: the test of interest on flames that are known, and that all new ones pass it."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from bloom_blender.chaos.histogram import Histogram
from bloom_blender.chaos.points import compute_points
from bloom_blender.errors import BloomError
from bloom_blender.flame.model import Camera, Flame, Variation, Xform
from bloom_blender.flame.view import on_plane
from bloom_blender.flame.xml import parse_flames, read_flame, write_flame
from bloom_blender.garden import interest, mutate, random_flame
from bloom_blender.garden.interest import framed
from tests.develop.samples import flower, square
from tests.support import REPOSITORY, data_path

LINEAR = (Variation("linear"),)
SETTINGS = {"tries": 60, "finalists": 1}


def maps(*coefs, camera=None, **changes) -> Flame:
    """A flame of affine maps."""
    xforms = tuple(Xform(coefs=c, variations=LINEAR, **changes) for c in coefs)
    return Flame("maps", xforms, camera=camera or Camera(size=(640, 480), scale=100.0))


POINT = maps((0.5, 0.0, 0.0, 0.5, 0.0, 0.0))
LINE = maps((0.5, 0.0, 0.0, 0.5, 0.5, 0.0), (0.5, 0.0, 0.0, 0.5, -0.5, 0.0))
CORNER = maps(*((0.5, 0.0, 0.0, 0.5, 0.01 * x, 0.01 * y) for x, y in ((1, 0), (-1, 1), (-1, -1))))
ESCAPING = maps((3.0, 0.0, 0.0, 3.0, 1.0, 0.0), (0.0, 2.0, -2.0, 0.0, 1.0, 1.0))
ELSEWHERE = replace(CORNER, camera=Camera(size=(640, 480), center=(50.0, 0.0), scale=100.0))
CIRCLE = Flame(
    "circle",
    (Xform(variations=(Variation("julia3D", 1.0, (("power", 40.0),)),), coefs=(0.2, 0, 0, 0.2, 1.0, 0.0)),),
    camera=Camera(size=(640, 480), scale=180.0),
)


@pytest.mark.parametrize("flame,fault", [
    (POINT, "it is a point"), (LINE, "it is a line"), (CORNER, "too little of the frame"),
    (ESCAPING, "too many points escape"), (ELSEWHERE, "too little of it is in the frame"),
    (CIRCLE, "curves"), (square(), "even patch"), (maps((0.5, 0, 0, 0.5, 0, 0), opacity=0.0), "hidden"),
])  # fmt: skip
def test_what_is_not_interesting(flame, fault):
    measures = interest(flame)
    assert not measures.passes
    assert any(fault in text for text in measures.faults), measures


@pytest.mark.parametrize("name", ["brick", "crucible", "fireflies", "hearts", "neon", "willowisp"])
def test_the_first_bloom_is_interesting(name):
    assert interest(read_flame(data_path("bloom/flames") / f"{name}.flame")).faults == ()


@pytest.mark.parametrize(
    "name", sorted(path.stem for path in (REPOSITORY / "bloom_blender" / "presets").glob("*.flame"))
)
def test_presets_are_interesting(name):
    assert interest(read_flame(REPOSITORY / "bloom_blender" / "presets" / f"{name}.flame")).faults == ()


def test_a_frame_is_fitted():
    triangle = maps(*((0.5, 0, 0, 0.5, 9 + x, -4 + y) for x, y in ((1, 0), (-1, 1), (-1, -1))))
    for rotate in (0.0, 30.0, 180.0):
        found = framed(replace(triangle, camera=replace(triangle.camera, rotate=rotate, zoom=1.0)))
        measures = interest(found)
        assert measures.inside > 0.95 and measures.covered > 0.2 and measures.extent > 0.2
        assert found.camera.rotate == rotate and found.camera.zoom == 0.0
    assert framed(ESCAPING) == ESCAPING


def test_the_plane_is_the_one_that_pictures_show():
    """The mean place of a spot in space, by the histogram, and by `on_plane`."""
    camera = replace(flower().camera, dof=0.0, center=(0.1, -0.2), zpos=0.3, size=(200, 160))
    corners = ((0.1, 0.0), (-0.05, 0.1), (0.2, -0.05))
    spot = maps(*((0.5, 0, 0, 0.5, *corner) for corner in corners)).xforms
    raised = Xform(variations=(*LINEAR, Variation("ztranslate", 0.2)), color_speed=0.0)
    flame = Flame("spot", spot, (raised,), camera=camera)
    histogram = Histogram(flame, supersample=1)
    histogram.add(100_000)
    hits = histogram.buckets[..., 3]
    assert hits.sum() == histogram.iterations
    rows, columns = (np.indices(hits.shape) * hits).sum((1, 2)) / hits.sum() + 0.5 - 10
    seen = on_plane(camera, compute_points(flame, 50_000).positions.astype(np.float64)).mean(0)
    assert compute_points(flame, 100).positions[:, 2] == pytest.approx(0.2)
    expected = (seen - camera.center) * camera.pixels_per_unit + (100, 80)
    assert (columns, rows) == pytest.approx(tuple(expected), abs=0.2)


@pytest.mark.parametrize("kind", ["flower", "general", "any"])
def test_random_flames_pass_and_are_the_same_for_a_seed(kind):
    flame = random_flame(5, kind=kind, **SETTINGS)
    assert interest(flame).passes
    assert flame == random_flame(5, kind=kind, **SETTINGS)
    assert flame.xforms != random_flame(6, kind=kind, **SETTINGS).xforms
    assert parse_flames(write_flame(flame)) == (flame,)


def test_mutations_pass_and_are_the_same_for_a_seed():
    parent = read_flame(REPOSITORY / "bloom_blender" / "presets" / "dahlia.flame")
    for strength in (0.1, 0.5, 1.0):
        child = mutate(parent, 3, strength, **SETTINGS)
        assert interest(child).passes and child.xforms != parent.xforms
        assert child == mutate(parent, 3, strength, **SETTINGS)
        assert parse_flames(write_flame(child)) == (child,)
    near = mutate(parent, 3, 0.01, **SETTINGS)
    assert near.camera == parent.camera and len(near.xforms) == len(parent.xforms)
    for xform, other in zip(near.xforms, parent.xforms, strict=True):
        assert [v.name for v in xform.variations] == [v.name for v in other.variations]
        assert math.dist(xform.coefs, other.coefs) < 0.1


def test_what_cannot_be_done():
    with pytest.raises(BloomError, match="choose one of any, flower, general"):
        random_flame(0, kind="tree")
    with pytest.raises(BloomError, match="try another seed"):
        random_flame(0, tries=0)
    with pytest.raises(BloomError, match="give more than 0, up to 1"):
        mutate(square(), strength=2.0)
    with pytest.raises(BloomError, match="a smaller strength"):
        mutate(POINT, strength=0.1, tries=2)
