"""The real zip, in a clean profile of each Blender, in a Python that has none of its wheels."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
from environments import FOLDER, INSTALL_ONLY, SUPPORTED, existing

sys.path.pop(0)

WHEELS = ("numba", "llvmlite", "safetensors", "defusedxml")
PROGRAM = Path(__file__).with_name("installed.py")
SECONDS = 240
FLAME = """<flame name="tiny" version="EMBER-LNX-1.0.0.14" size="96 72" center="0 0" scale="24">
  <xform weight="0.5" color="0" linear="0.6" swirl="0.3" coefs="0.5 0.1 -0.1 0.5 0.3 0.1"/>
  <xform weight="0.7" color="1" spherical="0.5" linear="0.2" coefs="-0.4 0.2 0.1 0.6 -0.4 0.2"/>
  <palette count="4" format="RGB">FF0000 00FF00 0000FF FFFFFF</palette>
</flame>
"""


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


@pytest.fixture
def clean_python(environment):
    """A Python with bpy and without the wheels that the extension brings.

    It is a copy of the environment by hard links, which takes two seconds and no space. Without it the
    environment's own numba would be found first, and the wheels in the zip never be tried.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"clean-{environment.blender.version}-", dir=FOLDER))
    try:
        make = [environment.python, "-m", "venv", "--without-pip", folder]
        subprocess.run(make, check=True, timeout=60)
        copy = type(environment)(environment.blender, folder)

        def wheels(_, names):
            return [name for name in names if name.lower().split("-")[0].split(".")[0] in WHEELS]

        copied = environment.site_packages
        shutil.copytree(copied, copy.site_packages, ignore=wheels, copy_function=_link, dirs_exist_ok=True)
        yield copy.python
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def run_file(tmp_path):
    """A small training run, made up."""
    from bloom_blender.trajectory import Series, Trajectory, write_bloom

    random = np.random.default_rng(7)
    steps = np.arange(1, 31)
    updates = [
        Series(f"update/layer{n}", steps, random.normal(size=(30, 4)) / steps[:, None], "update")
        for n in range(3)
    ]
    path = tmp_path / "tiny.bloom"
    write_bloom(Trajectory("tiny", (*updates, Series("loss", steps, 1.0 / steps, "metric"))), path)
    return path


@pytest.fixture
def seen(archive, clean_python, run_file, tmp_path):
    """What `installed.py` saw in one Blender."""
    profile, report, flame = tmp_path / "profile", tmp_path / "report.json", tmp_path / "tiny.flame"
    profile.mkdir()
    flame.write_text(FLAME, encoding="utf-8")
    dropped = ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "BLOOM_CACHE_DIR", "NUMBA_CACHE_DIR")
    environ = {name: value for name, value in os.environ.items() if name not in dropped}
    environ |= {"BLENDER_USER_RESOURCES": str(profile), "PYTHONNOUSERSITE": "1"}
    command = [clean_python, PROGRAM, archive, flame, run_file, report]
    with open(tmp_path / "output.txt", "w+", encoding="utf-8") as output:
        result = subprocess.run(
            command, cwd=tmp_path, env=environ, stdout=output, stderr=subprocess.STDOUT, timeout=SECONDS
        )
        output.seek(0)
        said = output.read()
    shutil.rmtree(profile, ignore_errors=True)  # the unpacked wheels are 370 MB
    print(said[-5000:])
    assert result.returncode == 0, f"exit code {result.returncode}"
    return {**json.loads(report.read_text(encoding="utf-8")), "said": said, "profile": str(profile)}


@pytest.mark.slow
@pytest.mark.parametrize(
    "environment",
    existing() + existing(INSTALL_ONLY),
    ids=lambda environment: environment.blender.version,
)
def test_installed_extension_works_and_leaves_nothing(environment, seen, record_property):
    for name in ("first_enable_ms", "register_ms"):
        record_property(name, seen[name])
        print(f"Blender {seen['blender']}: {name[:-3]} took {seen[name]:.0f} ms")

    assert seen["preinstalled"] == []
    assert "bloom" in seen["installed"]
    assert seen["numba"].startswith(seen["profile"])

    assert seen["imported"] == [], "registering must not import these"
    assert "BLOOM_OT_import_run" in seen["added"]["types"]
    assert {"types", "properties", "menus", "handlers"} <= seen["added"].keys()
    assert seen["survives_new_file"]

    assert seen["import_flame"] == seen["import_run"] == seen["add_flame"] == ["FINISHED"]
    assert seen["frames"] == [1, 6]
    assert seen["points"] == 20
    assert seen["moved"], "the run must move the points"
    assert seen["grown"] != seen["still"]
    for picture in (seen["still"], seen["grown"]):
        assert picture["brightest"] > 0.2
        assert picture["lit"] > 0.002
    assert "Policy violation" not in seen["said"]

    assert seen["left_by_factory_reset"] == {}
    assert seen["left_by_disable"] == {}
    assert seen["lost_by_disable"] == {}


def test_every_supported_blender_was_tried():
    blenders = SUPPORTED + INSTALL_ONLY
    there = {item.blender.version for item in existing(blenders)}
    missing = {blender.version for blender in blenders} - there
    if missing:
        pytest.skip(f"Blender {', '.join(sorted(missing))} is not on this machine")
