"""The example for Blender, at a small size, in a process of its own as a reader runs it.

Those that train are in ``tests/record``.
"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.support import REPOSITORY

SMALL = ("--frames", "3", "--width", "32", "--points", "500", "--samples", "1", "--quality", "5")


@pytest.fixture
def grow(tmp_path):
    """Function that runs the example with few points and frames; returns exit code and what it said."""

    def grow(*arguments):
        command = [sys.executable, str(REPOSITORY / "examples/grow_a_flower.py"), "--out", str(tmp_path)]
        environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
        result = subprocess.run(
            [*command, *SMALL, *arguments], env=environment, capture_output=True, text=True, timeout=240
        )
        return result.returncode, result.stdout + result.stderr

    return grow


def test_grow_a_flower(grow, tmp_path, blender):
    code, said = grow()
    assert code == 0, said
    assert "progress 1.0000 done" in said
    assert [path.name for path in sorted((tmp_path / "frames").iterdir())] == [
        "0001.png",
        "0002.png",
        "0003.png",
    ]
    film = (tmp_path / "flower.mp4").read_bytes()
    assert film[4:8] == b"ftyp"
    blender.ops.wm.open_mainfile(filepath=str(tmp_path / "flower.blend"))
    scene = blender.context.scene
    assert (scene.frame_start, scene.frame_end, scene.render.resolution_x) == (1, 3, 32)
    for still in ("particles.png", "volume.png"):
        picture = blender.data.images.load(str(tmp_path / still))
        assert tuple(picture.size) == (32, 18)
        assert max(picture.pixels[:][::4]) > 0.1
    assert any("bloom_flame" in obj for obj in scene.objects)


def test_a_mistake_is_told(grow):
    code, said = grow("--flame", "no-such-flower")
    assert code == 2
    assert "error: Bloom ships no flame 'no-such-flower'" in said
    assert "Traceback" not in said
