"""The flames that come with the extension: sound, reproducible, and flowers that fill their frame."""

from __future__ import annotations

import importlib.util
import random
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bloom_blender.flame.model import Flame
from bloom_blender.flame.view import pinhole
from bloom_blender.flame.xml import parse_flames, read_flames, report_unknown

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "bloom_blender" / "presets").glob("*.flame"))
POINTS = 200_000


def _tool(name: str):
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up there
    spec.loader.exec_module(module)
    return module


makers = _tool("make_presets")


def _flame(path: Path) -> Flame:
    (flame,) = read_flames(path)
    return flame


def _share_inside(flame: Flame) -> float:
    """Share of the opacity of a small cloud whose points the flame's own camera sees."""
    compute_points = pytest.importorskip("bloom_blender.chaos.points").compute_points
    pytest.importorskip("numba")
    cloud = compute_points(flame, POINTS)
    lens = pinhole(flame.camera)
    seen = (cloud.positions * (1.0, -1.0, 1.0) - lens.matrix[:3, 3]) @ lens.matrix[:3, :3]
    ahead = seen[:, 2] < 0.0
    across = seen[:, :2] * (lens.focus_distance / np.where(ahead, -seen[:, 2], 1.0))[:, None]
    across = across / lens.width - lens.shift
    half = (0.5, 0.5 * flame.camera.size[1] / flame.camera.size[0])
    inside = ahead & (np.abs(across) <= half).all(1)
    opacity = cloud.colors[:, 3].astype(float)
    return float(opacity[inside].sum() / opacity.sum())


def test_every_preset_has_a_maker_and_a_file():
    assert [path.stem for path in FILES] == sorted(makers.PRESETS)
    assert len(FILES) >= 12


def test_every_preset_has_a_small_square_thumbnail():
    pictures = [path.with_suffix(".png") for path in FILES]
    assert sorted(FILES[0].parent.glob("*.png")) == pictures
    for picture in pictures:
        head = picture.read_bytes()[:24]
        assert head[:8] == b"\x89PNG\r\n\x1a\n"
        assert [int.from_bytes(head[i : i + 4], "big") for i in (16, 20)] == [makers.THUMBNAIL] * 2, (
            picture.name
        )
    assert sum(picture.stat().st_size for picture in pictures) < 400_000


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
class TestPreset:
    def test_is_what_the_tool_writes(self, path):
        assert path.read_text(encoding="utf-8") == makers.write_flame(makers.PRESETS[path.stem]())

    def test_reads_back_as_it_was_made(self, path):
        made = makers.PRESETS[path.stem]()
        assert parse_flames(makers.write_flame(made)) == (made,)

    def test_names_nothing_unknown(self, path):
        assert report_unknown(_flame(path)) == ()

    def test_weights_and_opacities_can_be_animated(self, path):
        flame = _flame(path)
        assert 2 <= len(flame.xforms) <= 8
        assert all(xform.weight > 0.0 for xform in flame.xforms)
        assert all(0.0 <= xform.opacity <= 1.0 for xform in flame.xforms)

    def test_is_wide_and_has_a_palette_of_256(self, path):
        flame = _flame(path)
        assert flame.camera.size == (1280, 720)
        assert len(flame.palette.colors) == 256
        assert len(set(flame.palette.colors)) > 200
        assert "ember" not in flame.version.lower()

    def test_most_points_are_in_the_frame(self, path):
        assert _share_inside(_flame(path)) >= 0.6

    def test_stays_in_the_frame_when_it_grows(self, path):
        flame, chance = _flame(path), random.Random(7)
        for _ in range(3):
            xforms = tuple(
                replace(x, coefs=tuple(c * chance.uniform(0.9, 1.1) for c in x.coefs)) for x in flame.xforms
            )
            assert _share_inside(replace(flame, xforms=xforms)) >= 0.6


def test_palettes_pass_through_their_stops():
    colors = makers.palette((0.0, 0.0, 0.0, 0.0), (0.5, 0.6, 0.0, 0.0), (1.0, 1.0, 0.0, 0.0)).array
    np.testing.assert_allclose(colors[0], 0.0, atol=1e-3)
    np.testing.assert_allclose(colors[-1], 1.0, atol=1e-3)
    assert np.ptp(colors, axis=1).max() < 0.01, "no chroma is grey"


def test_oklch_of_red():
    # Ottosson's values for sRGB red: L 0.627955, C 0.257683, h 29.234°.
    red = makers.oklch_to_srgb(np.array([0.627955]), np.array([0.257683]), np.array([29.2339]))
    np.testing.assert_allclose(red, [[1.0, 0.0, 0.0]], atol=0.02)


def test_chroma_out_of_reach_shrinks():
    bright = makers.oklch_to_srgb(np.array([0.95]), np.array([0.4]), np.array([300.0]))
    assert bright.min() >= 0.0 and bright.max() <= 1.0
