"""What `docs/variations.md` says of the variations is what there is."""

from __future__ import annotations

import importlib.util
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_lists_of_the_page_are_those_of_the_registry():
    spec = importlib.util.spec_from_file_location("list_variations", ROOT / "tools" / "list_variations.py")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    page = tool.PAGE.read_text(encoding="utf-8")
    assert tool.brought_up_to_date(page) == page, "python tools/list_variations.py brings the page up to date"
