"""The tools of this repository, the environments that they made, and the zip that they build."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def tools():
    """The modules of ``tools/``."""
    folder = str(ROOT / "tools")
    sys.path.insert(0, folder)
    try:
        names = ("environments", "build_extension", "run_tests", "progress", "mutate", "covered")
        return SimpleNamespace(**{name: importlib.import_module(name) for name in names})
    finally:
        sys.path.remove(folder)


@pytest.fixture(scope="session")
def ready(tools):
    """The environments of the supported Blenders that are there, oldest first; skips where none is."""
    found = tools.environments.existing()
    if not found:
        pytest.skip("no environment below .venv: make them with tools/environments.py")
    return found


@pytest.fixture(scope="session")
def archive(tools, ready, tmp_path_factory):
    """The extension's zip for this machine and every Python, built from the working tree."""
    build = tools.build_extension
    zips = build.build(
        ready[-1], [build.this_platform()], list(build.PYTHONS), tmp_path_factory.mktemp("dist")
    )
    yield zips[0]
    zips[0].unlink()
