"""Every choice of `bloom grow`, and frames as flames."""

from __future__ import annotations

import numpy as np
import pytest

from bloom_blender.cli import main
from bloom_blender.flame.xml import read_flame, read_flames, write_flame
from bloom_blender.growth import Binding, grow, load_npz
from bloom_blender.trajectory import Series, Trajectory, write_bloom
from tests.growth.samples import converging_run, flower, word_run


@pytest.fixture
def files(tmp_path):
    """A run with a loss, another one, a run of words, and a flame."""
    for name, seed in (("run", 0), ("other", 1)):
        run = converging_run(seed=seed)
        loss = Series("loss", run.series[0].steps, np.exp(-np.arange(300) / 60.0), "metric")
        write_bloom(Trajectory(name, (*run.series, loss)), tmp_path / f"{name}.bloom")
    write_bloom(word_run(), tmp_path / "words.bloom")
    (tmp_path / "flower.flame").write_text(write_flame(flower()))
    return tmp_path


def bloom(files, *arguments, run="run.bloom", output="curves.npz"):
    """Exit status of `bloom grow` on a run, its file and its curves or flames."""
    output = files / output
    status = main(
        ["grow", str(files / run), str(files / "flower.flame"), "-o", str(output), *map(str, arguments)]
    )
    assert status == 0
    return read_flames(output) if output.suffix == ".flame" else load_npz(output)


def read(files, name):
    from bloom_blender.trajectory import read_trajectory

    return read_trajectory(files / name)


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        (("--drive", "layers"), {"drive": "layers"}),
        (("--drive", "metric", "--smoothing", 0), {"drive": "metric", "smoothing": 0.0}),
        (("--time", "loss", "--metric", "loss"), {"time": "loss", "metric": "loss"}),
        (("--time", "log", "--loop"), {"time": "log", "loop": True}),
        (
            ("--bind", "loss=bud", "--bind", "loss=xform1.coefs.turn:-0.5"),
            {
                "drive": "hand",
                "bindings": (Binding("loss", "bud"), Binding("loss", "xform1.coefs.turn", -0.5)),
            },
        ),
    ],
    ids=str,
)
def test_choices_are_those_of_the_library(files, arguments, options):
    curves = bloom(files, "--frames", 30, *arguments)
    expected = grow(read(files, "run.bloom"), read_flame(files / "flower.flame"), frames=30, **options)
    np.testing.assert_array_equal(curves.values, expected.values)
    assert curves.order == "time"


def test_another_run_s_mapping(files):
    curves = bloom(files, "--frames", 30, "--like", files / "run.bloom", run="other.bloom")
    run, other = read(files, "run.bloom"), read(files, "other.bloom")
    expected = grow(other, read_flame(files / "flower.flame"), frames=30, like=run)
    np.testing.assert_array_equal(curves.values, expected.values)


def test_frames_as_flames_carry_their_palette(files):
    options = ("--frames", 20, "--colors", "embeddings", "--table", "source", "--hue", 30)
    flames = bloom(files, *options, "--at", "1,10,20", run="words.bloom", output="film.flame")
    assert [flame.name for flame in flames] == ["flower 0001", "flower 0010", "flower 0020"]
    curves = bloom(files, *options, run="words.bloom")
    for flame, row in zip(flames, (0, 9, 19), strict=True):
        assert flame.xforms[0].coefs == curves.parameters(row)["xform1.coefs"]
        assert not flame.palette.anchors and len(flame.palette.colors) == 256
        np.testing.assert_allclose(
            flame.palette.colors[0], curves.parameters(row)["palette.color1"], atol=1e-7
        )
    assert len(bloom(files, "--frames", 20, "--at", "/8", output="film.flame")) == 4  # 1, 9, 17, 20
    assert len(bloom(files, "--frames", 5, output="film.flame")) == 5


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--at", "1,2"), "--at is for frames as flames"),
        (("-o", "film.txt"), "end it in .npz or .flame"),
        (("--at", "0", "-o", "film.flame"), "give numbers of frames from 1 to 250"),
        (("--at", "one", "-o", "film.flame"), "give numbers of frames"),
        (("--at", "/0", "-o", "film.flame"), "give numbers of frames"),
        (("--bind", "loss"), "write it as loss=xform1.weight:0.5"),
        (("--drive", "hand"), "nothing is bound by hand"),
        (("--smoothing", "-1"), "smoothing is -1.0"),
        (("--colors", "embeddings"), "no embeddings to colour by"),
        (("--time", "loss", "--metric", "nll"), "no series named 'nll'"),
        (("--like", "words.bloom"), "which the mapping was fitted on"),
        (("--mapping", "classic", "--drive", "all"), "classic mapping has no option 'drive'"),
    ],
    ids=str,
)
def test_errors_name_the_remedy_and_write_nothing(files, capsys, monkeypatch, arguments, words):
    monkeypatch.chdir(files)
    before = sorted(path.name for path in files.iterdir())
    output = () if "-o" in arguments else ("-o", "curves.npz")
    assert main(["grow", "run.bloom", "flower.flame", *output, *arguments]) == 2
    error = capsys.readouterr().err
    assert words in error and error.count("\n") == 1
    assert sorted(path.name for path in files.iterdir()) == before
