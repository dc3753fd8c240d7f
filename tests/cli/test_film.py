"""`bloom film`: from a run to a file that plays."""

from __future__ import annotations

from PIL import Image

from bloom_blender.cli import main


def film(tmp_path, *options):
    log = tmp_path / "log.csv"
    log.write_text("step,loss\n" + "".join(f"{step},{2.0 / (step + 1)}\n" for step in range(40)))
    return main(["film", str(log), "-o", str(tmp_path / "film.webp"), *options])


def test_a_log_becomes_a_film(tmp_path, capsys):
    options = ("--flame", "Rose", "--seconds", "0.5", "--fps", "8", "--width", "64", "--quality", "2")
    assert film(tmp_path, *options, "--drive", "metric") == 0
    assert "film.webp: 4 frames, 0.5 s, " in capsys.readouterr().out
    with Image.open(tmp_path / "film.webp") as image:
        assert image.n_frames == 4 and image.size[0] == 64


def test_two_lengths(tmp_path, capsys):
    assert film(tmp_path, "--seconds", "2", "--frames", "48") == 2
    assert "give one of them" in capsys.readouterr().err


def test_a_length_of_nothing(tmp_path, capsys):
    assert film(tmp_path, "--seconds", "0") == 2
    assert "give more than 0" in capsys.readouterr().err
