"""The code of docs/api.md that needs no Blender, run block by block as a reader would."""

from __future__ import annotations

import importlib.util
import shutil

from tests.support import REPOSITORY, code_blocks

PAGE = REPOSITORY / "docs" / "api.md"


def test_every_block_runs(tmp_path, monkeypatch):
    text, _, _ = PAGE.read_text(encoding="utf-8").partition("\n## In Blender\n")
    blocks = code_blocks(text)
    assert len(blocks) >= 9
    shutil.copy(REPOSITORY / "bloom_blender/presets/lotus.flame", tmp_path)
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    for block in blocks:
        if "# needs PyTorch" in block and importlib.util.find_spec("torch") is None:
            continue
        exec(compile(block, str(PAGE), "exec"), names)
    assert names["curves"].values.shape[0] == 24
    assert (names["alike"].values == names["grow"](names["run"], names["lotus"], frames=24).values).all()
    assert (tmp_path / "lotus.png").stat().st_size > 1000


def test_the_table_names_what_is_there():
    """Each call of the table can be imported from where it says, and has a docstring."""
    rows = [line for line in PAGE.read_text(encoding="utf-8").split("\n") if line.startswith("| `")]
    calls = 0
    for row in rows:
        names, module, _ = (cell.strip() for cell in row.strip("|").split("|"))
        if module.startswith("`bloom_blender.scene"):
            continue  # needs Blender
        found = importlib.import_module(module.strip("`"))
        for name in names.split(","):
            assert getattr(found, name.strip(" `")).__doc__, name
            calls += 1
    assert calls >= 12
