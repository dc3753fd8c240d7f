"""Movies of a flame that moves: the pictures, the file, and what an interrupt leaves."""

from __future__ import annotations

import base64
import re
import shutil
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from bloom_blender.develop import png_bytes, render, resized
from bloom_blender.develop.png import dithered
from bloom_blender.errors import BloomError
from bloom_blender.flame.parameters import with_parameters
from bloom_blender.flame.presets import read_preset
from bloom_blender.growth import Curves
from bloom_blender.movie import make_movie

FLAME = read_preset("rose")
SMALL = {"width": 64, "quality": 2.0, "supersample": 1}


def turning(frames: int) -> Curves:
    """Curves in which the palette turns."""
    values = np.linspace(0.0, 0.5, frames)[:, None]
    return Curves(("palette.phase",), np.zeros(1), values)


def images(path) -> list[np.ndarray]:
    """The frames of an animated picture."""
    with Image.open(path) as image:
        found = []
        for index in range(image.n_frames):
            image.seek(index)
            found.append(np.asarray(image.convert("RGB")))
    return found


def test_each_frame_is_the_picture_of_the_flame_at_that_frame(tmp_path):
    curves = turning(3)
    movie = make_movie(FLAME, curves, tmp_path / "film.png", keep_frames=True, **SMALL)
    assert (movie.frames, movie.fps) == (3, 24)
    shown = images(movie.path)
    assert len(shown) == 3
    for index, pixels in enumerate(shown):
        flame = resized(with_parameters(FLAME, curves.parameters(index)), 64)
        flame = replace(flame, tone=replace(flame.tone, quality=2.0, supersample=1))
        expected = png_bytes(dithered(render(flame)[..., :3]))
        assert (tmp_path / "film_frames" / f"{index + 1:05}.png").read_bytes() == expected
        with Image.open(tmp_path / "film_frames" / f"{index + 1:05}.png") as kept:
            assert np.array_equal(pixels, np.asarray(kept))


@pytest.mark.parametrize("ending", [".webp", ".gif", ".png"])
def test_files_play_at_the_rate_and_repeat(tmp_path, ending):
    path = tmp_path / f"film{ending}"
    make_movie(FLAME, turning(5), path, fps=24, **SMALL)
    with Image.open(path) as image:
        assert image.n_frames == 5 and image.info.get("loop") == 0
        durations = []
        for index in range(5):
            image.seek(index)
            image.load()
            durations.append(image.info["duration"])
    assert abs(sum(durations) - 5000 / 24) <= (5 if ending == ".gif" else 1)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [path.name]


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not on this machine")
def test_mp4(tmp_path):
    folder = tmp_path / "100% of it"
    folder.mkdir()
    path = folder / "film.mp4"
    make_movie(FLAME, turning(4), path, **SMALL)
    assert path.read_bytes()[4:8] == b"ftyp"
    assert sorted(entry.name for entry in folder.iterdir()) == ["film.mp4"]


def test_an_interrupted_film_goes_on(tmp_path):
    path, calls = tmp_path / "film.png", []

    def stop(done, total):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_movie(FLAME, turning(4), path, progress=stop, **SMALL)
    kept = {entry.name for entry in (tmp_path / "film_frames").iterdir()}
    assert kept == {"film.json", "00001.png", "00002.png"} and not path.exists()
    make_movie(FLAME, turning(4), path, progress=lambda done, total: calls.append((done, total)), **SMALL)
    assert calls == [(2, 4), (3, 4), (4, 4)]
    assert len(images(path)) == 4


def test_pictures_of_another_film_are_left_alone(tmp_path):
    make_movie(FLAME, turning(2), tmp_path / "film.png", keep_frames=True, **SMALL)
    before = {entry.name: entry.read_bytes() for entry in (tmp_path / "film_frames").iterdir()}
    with pytest.raises(BloomError, match="holds pictures of another film"):
        make_movie(FLAME, turning(3), tmp_path / "film.png", **SMALL)
    assert {entry.name: entry.read_bytes() for entry in (tmp_path / "film_frames").iterdir()} == before


def test_files_of_the_user_beside_the_pictures_stay(tmp_path):
    (tmp_path / "film_frames").mkdir()
    (tmp_path / "film_frames" / "notes.txt").write_text("mine")
    with pytest.raises(BloomError, match="another film"):
        make_movie(FLAME, turning(2), tmp_path / "film.png", **SMALL)
    assert (tmp_path / "film_frames" / "notes.txt").read_text() == "mine"


def test_a_notebook_shows_the_film(tmp_path):
    movie = make_movie(FLAME, turning(2), tmp_path / "film.webp", **SMALL)
    kind, data = re.fullmatch(r'<img src="data:(image/webp);base64,([^"]+)".*>', movie._repr_html_()).groups()
    assert base64.b64decode(data) == movie.path.read_bytes() and kind == "image/webp"


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("film.avi", {}, r"not written: choose \.mp4, \.webp"),
        ("film.webp", {"fps": 0}, "0 frames a second: give 1 to 1000"),
        ("film.webp", {"quality": -1.0}, "quality is -1: give more than 0"),
        ("none/film.webp", {}, "is not a folder: create it first"),
    ],
)
def test_what_cannot_be_made_is_told_before_anything_is_computed(tmp_path, name, options, message):
    with pytest.raises(BloomError, match=message):
        make_movie(FLAME, turning(2), tmp_path / name, **SMALL | options)
    assert not list(tmp_path.iterdir())


def test_mp4_without_ffmpeg(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BloomError, match=r"needs ffmpeg.*write a \.webp"):
        make_movie(FLAME, turning(2), tmp_path / "film.mp4", **SMALL)
