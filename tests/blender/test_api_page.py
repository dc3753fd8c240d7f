"""The code of docs/api.md for Blender, run block by block in the extension."""

from __future__ import annotations

import numpy as np

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
