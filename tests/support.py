"""What several tests share: where real input data lies."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


def data_path(name: str) -> Path:
    """Path of a real input file or folder below ``$BLOOM_DATA/data``; skips the test where it is absent.

    ``BLOOM_DATA`` defaults to ``../shared`` beside the repository. The files belong to other people
    and are no part of the project, so the suite must pass without them.
    """
    root = Path(os.environ.get("BLOOM_DATA", REPOSITORY.parent / "shared"))
    path = root / "data" / name
    if not path.exists():
        pytest.skip(f"real data {name} is not on this machine (set BLOOM_DATA)")
    return path


def code_blocks(text: str) -> list[str]:
    """The Python of a Markdown page, block by block, each at the line where it is in the page."""
    found = re.finditer(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return ["\n" * text.count("\n", 0, match.start(1)) + match[1] for match in found]
