"""What every test gets: caches and preferences of its own, and a Blender that starts fresh.

The two folders are set through the environment before anything imports bpy or numba, so that no test
reads or writes what belongs to the user of this machine.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULE = "bl_ext.user_default.bloom"
_made: list[str] = []
#: What ``--fewer-cases`` thins out, and how much. Odd, so that alternating kinds of cases both stay.
MANY, EVERY = 40, 7


def _own_folder(variable: str) -> None:
    """Point an environment variable at a new folder for this run, unless it is set already."""
    if variable not in os.environ:
        folder = tempfile.mkdtemp(prefix="bloom-test-")
        os.environ[variable] = folder
        _made.append(folder)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--fewer-cases", action="store_true",
        help=f"of a test with more than {MANY} cases, only every {EVERY}th: for a second Python",
    )  # fmt: skip


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--fewer-cases"):
        return
    cases = Counter(item.nodeid.partition("[")[0] for item in items)
    seen: Counter[str] = Counter()
    kept, left_out = [], []
    for item in items:
        name = item.nodeid.partition("[")[0]
        (left_out if cases[name] > MANY and seen[name] % EVERY else kept).append(item)
        seen[name] += 1
    items[:] = kept
    config.hook.pytest_deselected(items=left_out)


def pytest_configure() -> None:
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # as a shell starts what runs in the background
        signal.signal(signal.SIGINT, signal.default_int_handler)
    _own_folder("BLENDER_USER_RESOURCES")
    _own_folder("BLOOM_CACHE_DIR")
    os.environ.setdefault("BLOOM_DEVICE", "cpu")  # what auto means: the same on machines with a card


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    # Blender 4.5 never ends if a driver that calls Python is still in the scene.
    if "bpy" in sys.modules:
        import bpy

        bpy.ops.wm.read_factory_settings(use_empty=True)
    for folder in _made:
        shutil.rmtree(folder, ignore_errors=True)


def _link_extension(resources: Path) -> None:
    """Make the working tree an installed extension of this run's own Blender profile."""
    link = resources / "extensions" / "user_default" / "bloom"
    if link.exists():
        return
    link.parent.mkdir(parents=True, exist_ok=True)
    try:
        link.symlink_to(ROOT, target_is_directory=True)
    except OSError:  # Windows without the right to make links
        import _winapi

        _winapi.CreateJunction(str(ROOT), str(link))


@pytest.fixture
def blender():
    """The ``bpy`` module with an empty factory scene, before and after; skips where there is no bpy."""
    bpy = pytest.importorskip("bpy", reason="this Python has no bpy")
    bpy.ops.wm.read_factory_settings(use_empty=True)
    yield bpy
    bpy.ops.wm.read_factory_settings(use_empty=True)


@pytest.fixture
def extension(blender):
    """The working tree as the enabled extension ``bl_ext.user_default.bloom``, in an empty scene.

    Its modules are another copy than ``bloom_blender``: compare with classes taken from here.
    """
    _link_extension(Path(os.environ["BLENDER_USER_RESOURCES"]))
    blender.ops.preferences.addon_enable(module=MODULE)
    yield sys.modules[MODULE]
    if MODULE in blender.context.preferences.addons:
        blender.ops.preferences.addon_disable(module=MODULE)
