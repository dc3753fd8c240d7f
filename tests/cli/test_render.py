"""`bloom render` and `bloom variations`, run as a user runs them."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from bloom_blender.cli import main
from bloom_blender.cli.render import Progress, chosen, output_for
from bloom_blender.develop import render
from bloom_blender.errors import BloomError
from bloom_blender.flame.xml import read_flame, write_flames
from tests.develop.samples import flower, toned
from tests.support import REPOSITORY


@pytest.fixture
def pack(tmp_path):
    """A file of three flames."""
    flames = tuple(replace(toned(flower(), quality=20.0), name=f"flower {k}") for k in range(3))
    write_flames(flames, tmp_path / "pack.flame")
    return tmp_path / "pack.flame"


def bloom(*arguments) -> int:
    return main([str(argument) for argument in arguments])


def pixels(path) -> np.ndarray:
    return np.asarray(Image.open(path))


def test_a_picture_of_the_library(pack, capsys):
    output = pack.with_name("one.png")
    options = ("--width", 48, "--quality", 30, "--supersample", 2, "--seed", 5, "--threads", 1, "--index", 2)
    assert bloom("render", pack, "-o", output, *options, "--stats") == 0
    captured = capsys.readouterr()
    stats = json.loads(captured.out)
    assert stats["iterations"] >= 30 * 48 * 36 and stats["chaos_seconds"] > 0
    assert stats["iterations_per_second"] > 0 and captured.err == ""
    expected = render(read_flame(pack, 1), width=48, quality=30, supersample=2, seed=5)
    assert np.array_equal(pixels(output), (expected[..., :3] * 255).astype(np.uint8))
    assert sorted(path.name for path in pack.parent.iterdir()) == ["one.png", "pack.flame"]
    assert bloom("render", pack, "-o", output, "--width", 48, "--transparent", "--bits", 16) == 0
    assert Image.open(output).mode == "RGBA"


def test_a_damaged_flame_of_a_pack_is_left_out(pack, capsys):
    texts = pack.read_text().replace('name="flower 1"', 'name="flower 1" cam_zoom="x"')
    pack.write_text(texts.replace("<xform ", '<xform tornado="1" ', 1))
    options = ("--width", 16, "--quality", 1)
    assert bloom("render", pack, "-o", pack.with_name("#.png"), *options, "--range", "-") == 1
    told = capsys.readouterr().err.splitlines()
    assert "Xform 1: tornado is unknown" in told[0] and "left out: pack.flame, flame 2" in told[1]
    assert sorted(path.name for path in pack.parent.glob("*.png")) == ["1.png", "3.png"]
    assert bloom("render", pack, "-o", pack.with_name("a.png"), *options, "--index", 3) == 0
    assert bloom("render", pack, "-o", pack.with_name("b.png"), *options, "--index", 2) == 2
    assert "cam_zoom" in capsys.readouterr().err


def test_a_long_picture_says_so(capsys):
    """After its first part, once, and also where stderr is no terminal."""

    class Done:
        iterations = 1

    def told(total: int, quiet: bool = False) -> str:
        progress = Progress("a.png", False, None, lambda histogram: None, quiet=quiet)
        progress.began = time.perf_counter() - 10.0
        progress(Done(), total)
        progress(Done(), total)
        return capsys.readouterr().err

    assert re.fullmatch(r"bloom: a\.png takes about 1:0\d:\d\d\n", told(370))
    assert told(3) == "" == told(370, quiet=True)


def test_a_pack(pack, capsys):
    outputs = [pack.with_name(f"f{k:03}.png") for k in (2, 3)]
    outputs[0].write_bytes(b"kept")
    assert bloom("render", pack, "-o", pack.with_name("f###.png"), "--range", "2-", "--skip-existing") == 0
    assert outputs[0].read_bytes() == b"kept" and pixels(outputs[1]).shape == (48, 64, 3)
    assert not pack.with_name("f001.png").exists()


@pytest.mark.parametrize(
    "text,numbers", [("2-3", [2, 3]), ("-", [1, 2, 3]), ("-2", [1, 2]), ("3-", [3]), ("2", [2])]
)
def test_ranges(text, numbers):
    assert chosen(text, 3, "--range") == numbers


@pytest.mark.parametrize("text", ["0-1", "3-2", "2-4", "x", "1-2-3", "--"])
def test_wrong_ranges(text):
    with pytest.raises(BloomError, match="--range"):
        chosen(text, 3, "--range")


def test_numbers_in_names():
    assert [output_for(name, 7).name for name in ("a.png", "#.png", "a####b.png")] == [
        "a.png",
        "7.png",
        "a0007b.png",
    ]


@pytest.mark.parametrize("options,text", [
    (("--width", 0), "width"), (("--width", 200_000), "GB of memory"), (("--quality", -1), "quality"),
    (("--supersample", 0), "supersample"), (("--threads", 0), "--threads"), (("--index", 4), "--index"),
    (("--range", "1-2"), "####"), (("--update", 0), "--update"),
])  # fmt: skip
def test_what_cannot_be_done(pack, capsys, options, text):
    output = pack.with_name("no.png")
    assert bloom("render", pack, "-o", output, *options) == 2
    error = capsys.readouterr().err
    assert error.startswith("bloom: error: ") and text in error and not output.exists()


@pytest.mark.parametrize("name,text", [("a.jpg", ".png"), ("no/a.png", "not a folder"), (".", "folder")])
def test_outputs_that_cannot_be(pack, capsys, name, text):
    assert bloom("render", pack, "-o", pack.parent / name) == 2
    assert text in capsys.readouterr().err


@pytest.mark.parametrize("options", [(), ("--transparent",)])
def test_exr_holds_the_light_of_the_png(pack, options):
    """Half floats of linear light: the display values of the 16-bit .png, undone by their formula."""
    import OpenEXR

    exr, png = pack.with_name("a.exr"), pack.with_name("a.png")
    assert bloom("render", pack, "-o", exr, "--width", 32, *options) == 0
    assert bloom("render", pack, "-o", png, "--width", 32, *options) == 0
    with OpenEXR.File(str(exr)) as file:
        ((name, channel),) = file.channels().items()
    assert name == ("RGBA" if options else "RGB")
    shown = np.asarray(Image.open(png), np.float64) / 255.0
    if options:  # a PNG's alpha is straight, and no smaller than the light
        assert (shown[..., 3] > channel.pixels[..., 3] - 0.005).all()
        shown = shown[..., :3] * shown[..., 3:]
    light = np.where(shown <= 0.04045, shown / 12.92, ((shown + 0.055) / 1.055) ** 2.4)
    assert light.max() > 0.1
    # A level and a half of display values where two are rounded and multiplied, one where it is truncated.
    np.testing.assert_allclose(channel.pixels[..., :3], light, atol=0.0137 if options else 0.012)


@pytest.mark.skipif(sys.platform == "win32", reason="an interrupt is sent in another way there")
def test_an_interrupt_and_how_it_goes_on(pack):
    """Interrupted with a state kept, the picture goes on to the very bits of one go."""
    output, state = pack.with_name("long.png"), pack.with_name("state.npz")
    command = [sys.executable, "-m", "bloom_blender", "render", str(pack), "-o", str(output)]
    process = subprocess.Popen(
        [*command, "--quality", "10000000", "--update", "0.2", "--resume", str(state)],
        cwd=REPOSITORY, stderr=subprocess.PIPE,
    )  # fmt: skip
    for _ in range(600):
        if output.exists():
            break
        time.sleep(0.1)
    os.kill(process.pid, signal.SIGINT)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 130
    assert re.fullmatch(rb"bloom: long\.png takes about [\d:]+\n", error)
    assert pixels(output).shape == (48, 64, 3)
    iterations = int(np.load(state)["counts"][0])
    quality = (iterations + 1) / (64 * 48)
    assert subprocess.run(
        [*command, "--quality", str(quality), "--resume", str(state)], cwd=REPOSITORY, timeout=120
    ).returncode == 0  # fmt: skip
    assert not state.exists()
    flame = read_flame(pack)
    whole = render(replace(flame, tone=replace(flame.tone, quality=quality)))
    assert np.array_equal(pixels(output), (whole[..., :3] * 255).astype(np.uint8))


def test_variations(capsys):
    assert bloom("variations") == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("julia3D julia3D_power=") for line in lines) and "linear" in lines
    assert bloom("variations", "--json") == 0
    assert json.loads(capsys.readouterr().out)["linear"] == {}
