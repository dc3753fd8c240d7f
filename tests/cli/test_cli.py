"""The command line, run as a user runs it."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

import bloom_blender
from bloom_blender.cli import main
from bloom_blender.flame.presets import find_flame
from bloom_blender.flame.xml import read_flame, read_flames, write_flame
from bloom_blender.growth import grow, load_npz
from bloom_blender.trajectory import read_bloom, read_trajectory, write_bloom
from tests.growth.samples import converging_run, flower, gasket, word_run
from tests.support import REPOSITORY, data_path


@pytest.fixture
def files(tmp_path):
    """A run, a run of words, and a flame, as files."""
    write_bloom(converging_run(), tmp_path / "run.bloom")
    write_bloom(word_run(), tmp_path / "words.bloom")
    (tmp_path / "flower.flame").write_text(write_flame(flower()), encoding="utf-8")
    return tmp_path


def bloom(*arguments) -> int:
    return main([str(argument) for argument in arguments])


def error_of(capsys) -> str:
    captured = capsys.readouterr()
    assert captured.err.startswith("bloom: error: ")
    assert captured.err.count("\n") == 1
    assert "Traceback" not in captured.err
    return captured.err


def test_the_program_runs_by_itself():
    def run(*arguments):
        command = [sys.executable, "-m", "bloom_blender", *arguments]
        return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=60)

    version = run("--version")
    assert (version.returncode, version.stdout) == (0, f"bloom {bloom_blender.__version__}\n")
    failed = run("info", "no such file")
    assert failed.returncode == 2
    assert failed.stderr.startswith("bloom: error: no such file cannot be read")
    assert run().returncode == 2
    assert "bloom grow" in run("grow", "--help").stdout


def test_grow_writes_the_curves_of_the_library(files, capsys):
    output = files / "curves.npz"
    options = ("--frames", 40, "--seed", 3, "--bud", 0.5, "--wind", 0, "--gain", 2)
    assert bloom("grow", files / "run.bloom", files / "flower.flame", *options, "-o", output) == 0
    told = f"{output}: 40 frames of {len(load_npz(output).names)} parameters"
    assert capsys.readouterr().out.splitlines() == [told, "No metric says how good the model became."]
    flame = read_flame(files / "flower.flame")
    expected = grow(converging_run(), flame, frames=40, seed=3, bud=0.5, wind=0, gain=2)
    with np.load(output) as file:
        assert file["names"].tolist() == list(expected.names)
        np.testing.assert_array_equal(file["base"], expected.base)
        np.testing.assert_array_equal(file["values"], expected.values)
        assert str(file["order"]) == "time"


@pytest.mark.parametrize("suffix", [".npy", ".npz", ".txt", ".json", "dict.json"])
def test_permutations_come_in_files(files, suffix):
    permutation = np.arange(16)[::-1].copy()
    path = files / f"order{suffix}"
    if suffix == ".npy":
        np.save(path, permutation)
    elif suffix == ".npz":
        np.savez(path, perm=permutation)
    elif suffix == ".txt":
        path.write_text("\n".join(map(str, permutation)))
    else:
        numbers = permutation.tolist()
        path.write_text(json.dumps({"perm": numbers} if suffix == "dict.json" else numbers))
    output = files / "curves.npz"
    options = (
        "--mapping",
        "classic",
        "--frames",
        20,
        "--epochs",
        4,
        "--skip-words",
        1,
        "--permutation",
        path,
    )
    assert bloom("grow", files / "words.bloom", files / "flower.flame", *options, "-o", output) == 0
    expected = grow(
        word_run(), flower(), mapping="classic", frames=20, epochs=4, skip_words=1, permutation=permutation,
        order="emitted", end_on_base=False,
    )  # fmt: skip
    curves = load_npz(output)
    assert curves.order == "reversed"
    np.testing.assert_array_equal(curves.values, expected.values)


def test_grow_reproduces_the_original_animation(tmp_path):
    original, folder = data_path("bloom/willowisp_first450.npz"), data_path("bloom/embeddings")
    flame, output = data_path("bloom/flames/willowisp.flame"), tmp_path / "curves.npz"
    options = ("--epochs", 15, "--skip-words", 2, "--permutation", original, "--side", "tgt")
    arguments = ("grow", folder, flame, "--mapping", "classic", "--frames", 900, *options, "-o", output)
    assert bloom(*arguments) == 0
    with np.load(output) as ours, np.load(original) as theirs:
        assert ours["values"].shape == (900, 24)
        np.testing.assert_array_equal(ours["base"], theirs["base"])
        np.testing.assert_allclose(ours["values"][:450], theirs["params"], rtol=0, atol=1e-9)
    assert bloom(*arguments, "--end-on-base") == 0
    with np.load(output) as ours, np.load(original) as theirs:
        assert ours["values"][0].tobytes() == ours["base"].tobytes()
        np.testing.assert_allclose(ours["values"][1:451], theirs["params"], rtol=0, atol=1e-9)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("absent.bloom", "flower.flame"), "absent.bloom"),
        (("run.bloom", "absent.flame"), "absent.flame"),
        (("flower.flame", "flower.flame"), "flower.flame"),
        (("run.bloom", "run.bloom"), "run.bloom"),
        (("run.bloom", "flower.flame", "--index", 2), "no flame 2"),
        (("run.bloom", "flower.flame", "--frames", 1), "frames is 1"),
        (("run.bloom", "flower.flame", "--bud", "nan"), "bud is nan"),
        (("run.bloom", "flower.flame", "--epochs", 3), "no option 'epochs'"),
        (("run.bloom", "flower.flame", "--end-on-base"), "no option 'end_on_base'"),
        (("run.bloom", "flower.flame", "--mapping", "classic"), "robust mapping"),
        (("words.bloom", "flower.flame", "--mapping", "classic", "--frames", 900), "fewer than 900 frames"),
        (("words.bloom", "flower.flame", "--permutation", "absent.npy"), "absent.npy cannot be read"),
        (("words.bloom", "flower.flame", "--permutation", "bad.txt"), "not a list of whole numbers"),
        (("words.bloom", "flower.flame", "--permutation", "bad.npz"), "not a list of whole numbers"),
        (("words.bloom", "flower.flame", "--permutation", "bad.json"), "not a list of whole numbers"),
        (("words.bloom", "flower.flame", "--permutation", "other.npz"), "no array named perm"),
        (("words.bloom", "flower.flame", "--source", "none"), "choose one of source"),
    ],
)
def test_errors_are_one_sentence_and_write_nothing(files, capsys, monkeypatch, arguments, words):
    monkeypatch.chdir(files)
    (files / "bad.txt").write_text("0 1 two")
    (files / "bad.npz").write_bytes(b"PK\x03\x04 and no more")
    (files / "bad.json").write_text("[0, 1.5]")
    np.savez(files / "other.npz", order=np.arange(16))
    before = {path.name: path.read_bytes() for path in files.iterdir()}
    assert bloom("grow", *arguments, "-o", "curves.npz") == 2
    assert words in error_of(capsys)
    assert {path.name: path.read_bytes() for path in files.iterdir()} == before


def test_an_output_that_cannot_be_written_is_an_error(files, capsys):
    assert bloom("grow", files / "run.bloom", files / "flower.flame", "-o", files) == 2
    assert "is a folder" in error_of(capsys)
    assert bloom("grow", files / "run.bloom", files / "flower.flame", "-o", files / "no" / "c.npz") == 2
    assert "cannot be written" in error_of(capsys)


def test_misspelt_arguments_end_with_2(capsys):
    for arguments in (("grow",), ("bloom",), ("grow", "a", "b", "-o", "c", "--frames", "many")):
        with pytest.raises(SystemExit) as caught:
            bloom(*arguments)
        assert caught.value.code == 2
    assert "invalid int value: 'many'" in capsys.readouterr().err


def test_interrupted_and_out_of_memory(files, capsys, monkeypatch):
    for error, status in ((KeyboardInterrupt, 130), (MemoryError, 2)):

        def fail(*_, error=error, **_options):
            raise error

        monkeypatch.setattr("bloom_blender.cli.info.describe", fail)
        assert bloom("info", files / "run.bloom") == status
    assert "not enough memory" in capsys.readouterr().err


def test_info_of_a_flame(files, capsys):
    path = files / "two.flame"
    other = ' nonesuch="1" nonesuch_x="2" animate_origin="1" pre_blur_fx_priority="2"'
    strange = write_flame(gasket()).replace(' linear="1"', other, 1)
    path.write_text(f"<flames>{write_flame(flower())}{strange}</flames>")
    assert bloom("info", path, "--json") == 0
    description = json.loads(capsys.readouterr().out)
    assert description["kind"] == "flame"
    first, second = description["flames"]
    assert first["name"] == "flower"
    assert first["compatibility"] == "1.0.0.14"
    assert first["size"] == [640, 480]
    assert [xform["variations"] for xform in first["xforms"]] == [
        ["gaussian_blur", "flatten"],
        ["linear", "waves2"],
    ]
    assert [xform["weight"] for xform in first["xforms"]] == [0.5, 5.0]
    assert first["finals"][0]["variations"] == ["julia3D"]
    assert first["variations"] == {
        "known": ["gaussian_blur", "flatten", "linear", "waves2", "julia3D"], "unknown": []
    }  # fmt: skip
    assert any("nonesuch" in remark for remark in second["remarks"])
    assert second["variations"]["unknown"] == ["nonesuch"]
    assert bloom("info", path) == 0
    text = capsys.readouterr().out
    assert "final xform: julia3D" in text
    assert "unknown variations: none" in text
    assert "nonesuch" in text


def test_a_shipped_flame_is_named_as_elsewhere(files, capsys, tmp_path):
    assert bloom("info", "Midnight Rose") == 0
    assert "Midnight Rose" in capsys.readouterr().out
    assert (
        bloom("interpolate", "lotus", "midnight-rose", "-o", str(tmp_path / "way.flame"), "--frames", "3")
        == 0
    )
    written = read_flames(tmp_path / "way.flame")
    assert written[0].xforms == find_flame("lotus").xforms
    assert bloom("render", "lotos", "-o", str(tmp_path / "a.png")) == 2
    assert "lotos cannot be read" in capsys.readouterr().err


def test_info_of_a_pack(files, capsys):
    """A damaged flame does not take the others along; a large pack is listed in a few lines."""
    text = write_flame(read_flame(files / "flower.flame"))
    broken = text.replace("<flame ", '<flame cam_zoom="x" ', 1)
    (files / "pack.flame").write_text(f"<flames>{text}{broken}{text}</flames>")
    assert bloom("info", files / "pack.flame") == 0
    told = capsys.readouterr().out
    assert told.count("xform 1:") == 2 and "not read: pack.flame, flame 2: cam_zoom is 'x'" in told
    assert bloom("info", files / "pack.flame", "--index", 2) == 2
    assert "cam_zoom" in capsys.readouterr().err
    (files / "large.flame").write_text(f"<flames>{text * 60}{broken}</flames>")
    assert bloom("info", files / "large.flame") == 0
    assert capsys.readouterr().out.startswith("61 flames: 1 ")
    assert bloom("info", files / "large.flame", "--index", 60) == 0
    assert capsys.readouterr().out.count("xform 1:") == 1


def test_a_path_that_is_too_long_is_an_error(files, capsys):
    long = "n" * 300
    assert bloom("render", long, "-o", files / "a.png") == 2
    assert bloom("render", files / "flower.flame", "-o", files / f"{long}.png") == 2
    assert bloom("info", long) == 2
    assert bloom("grow", files / "run.bloom", long, "-o", files / "a.npz") == 2
    assert len(capsys.readouterr().err.splitlines()) == 4


def test_info_of_gradients(tmp_path, capsys):
    path = tmp_path / "two.ugr"
    path.write_text("a { index=0 color=255 } b c { gradient: index=9 color=1 }")
    assert bloom("info", path, "--json") == 0
    assert json.loads(capsys.readouterr().out)["palettes"] == {"a": 256, "b c": 256}
    assert bloom("info", path) == 0
    assert capsys.readouterr().out == "palette 'a', 256 colours\npalette 'b c', 256 colours\n"


def test_info_of_a_run(files, capsys):
    assert bloom("info", files / "run.bloom", "--json") == 0
    description = json.loads(capsys.readouterr().out)
    assert description["kind"] == "run"
    steps = {"length": 300, "width": 6, "first_step": 0, "last_step": 299}
    facts = {
        "name": "weights",
        "kind": "update",
        "unit": "",
        "nan": 0,
        "gaps": 0,
        "largest_gaps": [],
        **steps,
    }
    assert len(description["series"]) == 1
    assert facts.items() <= description["series"][0].items()
    assert description["embeddings"] == []
    assert bloom("info", files / "words.bloom") == 0
    assert "embeddings 'source': 8 snapshots of 40 words × 24, steps 0 to 7" in capsys.readouterr().out


@pytest.mark.parametrize("content", [b"", b"\x00" * 100, b"hello", b"<flame", b"\xff\xfe<\x00"])
def test_info_of_anything_else_is_an_error(tmp_path, capsys, content):
    path = tmp_path / "thing"
    path.write_bytes(content)
    assert bloom("info", path) == 2
    assert "thing" in error_of(capsys)


def test_info_of_an_empty_folder_is_an_error(tmp_path, capsys):
    assert bloom("info", tmp_path) == 2
    assert "holds no run that Bloom can read" in error_of(capsys)


def test_info_of_a_folder_of_recorded_runs_names_them(files, capsys):
    assert bloom("info", files) == 2
    assert "choose one of them, run.bloom, words.bloom." in error_of(capsys)


def test_no_path_is_not_the_folder_one_stands_in(files, capsys, monkeypatch):
    monkeypatch.chdir(files)
    assert bloom("grow", "", "flower.flame", "-o", "curves.npz") == 2
    assert "No file is chosen" in error_of(capsys)


def test_a_flame_is_no_run(files, capsys):
    assert bloom("convert", files / "flower.flame", "-o", files / "made.bloom") == 2
    assert "flower.flame is not a training run: it holds flames" in error_of(capsys)


# Runs of other programs.


def test_convert_any_run(files, capsys):
    log = files / "log.csv"
    log.write_text("step,train/loss,val/loss\n" + "".join(f"{s},{3 - s / 100},nan\n" for s in range(100)))
    output = files / "log.bloom"
    options = ("--series", "train/*", "--series", "val/*", "--steps", "10:50", "--name", "mine")
    assert bloom("convert", log, "-o", output, *options) == 0
    assert capsys.readouterr().out == (
        f"{output}: 2 series and 0 embedding tables of 'mine', steps 10 to 50\n"
    )
    run = read_bloom(output)
    assert run.series_named("train/loss").steps.tolist() == list(range(10, 51))
    assert np.isnan(run.series_named("val/loss").values).all()
    assert bloom("info", output, "--json") == 0
    train, val = json.loads(capsys.readouterr().out)["series"]
    assert (train["minimum"], train["maximum"], train["nan"], val["nan"]) == (2.5, 2.9, 0, 41)
    assert bloom("convert", log, "-o", output, "--float32") == 0
    exact = read_trajectory(log).series_named("train/loss").values
    np.testing.assert_array_equal(read_bloom(output).series_named("train/loss").values, np.float32(exact))


def test_convert_checkpoints_with_other_directions(files, capsys):
    rng = np.random.default_rng(1)
    folder = files / "checkpoints"
    folder.mkdir()
    for step in (1, 2, 10):
        np.savez(folder / f"model_{step}.npz", **{"a.w": rng.normal(size=(9, 9))})
    assert bloom("convert", folder, "-o", files / "a.bloom", "--directions", 4, "--seed", 5) == 0
    run = read_bloom(files / "a.bloom")
    assert run.series_named("update/a").values.shape == (2, 4)
    assert run.metadata["seed"] == "5"
    assert bloom("info", folder, "--series", "update/*") == 0
    assert "update 'update/a': 2 × 16, steps 2 to 10" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("absent", "-o", "new.bloom"), "absent"),
        (("two", "-o", "new.bloom"), "2 runs: choose one of a.csv, b.csv"),
        (("two", "-o", "new.bloom", "--run", "c.csv"), "no run named 'c.csv'"),
        (("run.bloom", "-o", "run.bloom"), "is the source itself"),
        (("run.bloom", "-o", "two"), "is a folder"),
        (("run.bloom", "-o", "new.bloom", "--run", "x"), "holds one run"),
        (("run.bloom", "-o", "new.bloom", "--steps", "5"), "not a range"),
        (("run.bloom", "-o", "new.bloom", "--series", "none"), "choose among"),
        (("run.bloom", "-o", "new.bloom", "--directions", 0), "cannot be 0 directions"),
        (("run.bloom", "-o", "nowhere/new.bloom"), "cannot be written"),
        (("cut.csv", "-o", "new.bloom"), "line 3 of cut.csv"),
    ],
)
def test_convert_refuses_in_one_sentence(files, capsys, monkeypatch, arguments, words):
    monkeypatch.chdir(files)
    (files / "two").mkdir()
    for name in ("a.csv", "b.csv"):
        (files / "two" / name).write_text("step,loss\n0,1\n1,2\n")
    (files / "cut.csv").write_text("step,loss\n0,1\n1")
    before = {path: path.read_bytes() for path in files.rglob("*") if path.is_file()}
    assert bloom("convert", *arguments) == 2
    assert words in error_of(capsys)
    assert {path: path.read_bytes() for path in files.rglob("*") if path.is_file()} == before
    if arguments[0] == "cut.csv":
        assert bloom("convert", *arguments, "--partial") == 0


def test_info_lists_the_runs_of_a_folder(files, capsys):
    for name in ("a.csv", "b.csv"):
        (files / name).write_text("step,loss\n0,1\n1,2\n")
    (files / "run.bloom").unlink()
    assert bloom("info", files) == 0
    assert capsys.readouterr().out.splitlines()[1:] == ["a.csv", "b.csv"]
    assert bloom("info", files, "--run", "b.csv", "--json") == 0
    assert json.loads(capsys.readouterr().out)["series"][0]["name"] == "loss"
