"""The code of docs/api.md for Blender, run block by block in the extension."""

from __future__ import annotations

import importlib

import numpy as np
import pytest

from bloom_blender.trajectory import Series, Trajectory, write_bloom
from tests.support import REPOSITORY, code_blocks

PAGE = REPOSITORY / "docs" / "api.md"


def test_every_block_for_blender_runs(extension, tmp_path, monkeypatch):
    _, _, text = PAGE.read_text(encoding="utf-8").partition("\n## In Blender\n")
    blocks = code_blocks(text)
    assert len(blocks) >= 3
    steps = np.arange(1, 21)
    values = np.random.default_rng(3).normal(size=(20, 4)) / steps[:, None]
    write_bloom(Trajectory("run", (Series("update/layer", steps, values, "update"),)), tmp_path / "run.bloom")
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), names)
    assert names["flame"].xforms != names["api"].read_preset("lotus").xforms


@pytest.mark.parametrize("module", ["actions", "flame_object", "growing", "presets"])
def test_modules_that_scripts_imported_before_still_hold_what_the_page_named(extension, module):
    scene = f"{extension.__name__}.bloom_blender.scene"
    api, older = importlib.import_module(f"{scene}.api"), importlib.import_module(f"{scene}.{module}")
    named = {
        "actions": ("add_flame", "set_up_scene"),
        "flame_object": ("flame_of",),
        "growing": ("grow_by", "regrow"),
        "presets": ("read_preset",),
    }
    assert [getattr(older, name) for name in named[module]] == [getattr(api, name) for name in named[module]]


def test_the_table_names_what_the_api_holds(extension):
    """Each call that the table names for Blender can be imported from where it says."""
    rows = [line for line in PAGE.read_text(encoding="utf-8").split("\n") if "`bloom_blender.scene" in line]
    calls = 0
    for row in (row for row in rows if row.startswith("| `")):
        names, module, _ = (cell.strip() for cell in row.strip("|").split("|"))
        found = importlib.import_module(f"{extension.__name__}.{module.strip('`')}")
        for name in names.split(","):
            assert getattr(found, name.strip(" `")).__doc__
            calls += 1
    assert calls >= 4
