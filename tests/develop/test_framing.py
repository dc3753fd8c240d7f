"""The camera that fills a frame with a flower, measured on its finished picture."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bloom_blender.develop import render
from bloom_blender.develop.framing import aspect_size, extent_of, framed
from bloom_blender.develop.png import dithered
from bloom_blender.errors import BloomError
from bloom_blender.flame.color import linear_light
from bloom_blender.flame.presets import read_preset


def filled(flame, width):
    """Shares of the rows and of the columns that hold the inner 98 % of a picture's light."""
    light = linear_light(render(flame, width=width, quality=30)[..., :3].clip(0, 1)).sum(2)
    shares = []
    for axis in (1, 0):
        lines = light.sum(axis)
        inside = np.flatnonzero(
            (np.cumsum(lines) > 0.01 * lines.sum()) & (np.cumsum(lines) < 0.99 * lines.sum())
        )
        shares.append((inside[-1] - inside[0] + 1) / len(lines))
    return shares


@pytest.mark.parametrize("name", ["lotus", "poppy", "iris"])
def test_a_flower_fills_four_fifths_of_the_height(name):
    rows, _ = filled(framed(read_preset(name)), 320)
    assert 0.75 < rows < 0.85


def test_a_flower_fits_other_shapes_and_a_rolled_camera():
    lotus = read_preset("lotus")
    tall = framed(lotus, size=(180, 320))
    assert tall.camera.size == (180, 320)
    rows, columns = filled(tall, 180)
    assert 0.85 < columns < 0.97 and rows < 0.8
    rolled = framed(replace(lotus, camera=replace(lotus.camera, rotate=70.0, center=(0.4, -0.3))))
    assert 0.75 < filled(rolled, 320)[0] < 0.85


def test_a_flame_that_runs_out_of_its_frame_keeps_its_camera():
    nebula = read_preset("nebula")
    assert framed(nebula).camera == nebula.camera
    square = framed(nebula, size=(960, 960)).camera
    assert square.center == nebula.camera.center
    assert np.prod(square.extent) == pytest.approx(np.prod(nebula.camera.extent))
    assert framed(nebula, framing="whole").camera.extent[1] > 2 * nebula.camera.extent[1]
    assert framed(read_preset("lotus"), framing="file") == read_preset("lotus")


def test_a_dark_flame_keeps_its_camera():
    lotus = read_preset("lotus")
    dark = replace(lotus, tone=replace(lotus.tone, brightness=0.0))
    assert extent_of(dark) is None
    assert framed(dark, framing="whole") == dark


def test_aspects():
    assert aspect_size("16:9", 1280) == (1280, 720)
    assert aspect_size("9:16", 1280) == (720, 1280)
    assert aspect_size("1:1", 721) == (720, 720)
    for wrong in ("16x9", "0:1", "1:-1", "a:b", "1:2:3"):
        with pytest.raises(BloomError, match="give width and height"):
            aspect_size(wrong, 1280)
    with pytest.raises(BloomError, match="choose one of auto"):
        framed(read_preset("lotus"), framing="close")


def test_dither_keeps_the_mean_and_black():
    slope = np.repeat(np.linspace(0.0, 4.0 / 255.0, 64, dtype=np.float32)[None, :, None], 4000, axis=0)
    steps = np.floor(dithered(slope) * 255.0)
    assert np.abs(steps.mean(0) - slope[0] * 255.0).max() < 0.03
    assert not steps[:, 0].any()
