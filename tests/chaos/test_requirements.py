"""Another numba in the process, or none: one sentence that names it, and the rest of Bloom goes on."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib

import pytest

from bloom_blender.codegen import requirements
from tests.support import REPOSITORY

SCRIPT = """
import sys
from bloom_blender.chaos.points import compute_points
from bloom_blender.errors import BloomError
from bloom_blender.flame.xml import read_flame, write_flame
flame = read_flame("bloom_blender/presets/lotus.flame")
assert "lotus" in write_flame(flame).lower()
try:
    compute_points(flame, 1000)
except BloomError as error:
    print(error)
"""


def said(folder, **environment: str) -> str:
    """What a process prints that finds packages in ``folder`` first."""
    paths = os.pathsep.join([str(folder), str(REPOSITORY)])
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=REPOSITORY, capture_output=True, text=True, timeout=60,
        env=os.environ | {"PYTHONPATH": paths} | environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def package(folder, name: str, text: str) -> None:
    (folder / name).mkdir()
    (folder / name / "__init__.py").write_text(text)


def test_an_older_numba(tmp_path):
    """As an add-on's of 2024: it loads, and has another LLVM."""
    package(
        tmp_path, "numba", "__version__ = '0.60.0'\nclass config: DISABLE_JIT = 0\ndef njit(f): return f\n"
    )
    assert said(tmp_path) == (
        f"Bloom needs numba 0.62 or newer and found numba 0.60.0 in {tmp_path}: disable the add-on that "
        "brought it, or update or remove it there, and start again."
    )


def test_an_older_llvmlite(tmp_path):
    """numba itself refuses it, by an ImportError."""
    package(tmp_path, "llvmlite", "__version__ = '0.43.0'\n")
    (tmp_path / "llvmlite" / "binding.py").write_text("")
    text = said(tmp_path)
    assert text.startswith("Bloom cannot load numba ") and f"llvmlite 0.43.0 in {tmp_path}" in text
    assert "start again" in text and "\n" not in text


def test_half_of_llvmlite(tmp_path):
    package(tmp_path, "llvmlite", "")
    text = said(tmp_path)
    assert f"llvmlite of no version in {tmp_path} (No module named 'llvmlite.binding')" in text


@pytest.mark.parametrize(
    "text", ["", "__version__ = 'unknown'\n", "raise ImportError('needs NumPy 2.2 or less.')"]
)
def test_something_else_of_that_name(tmp_path, text):
    package(tmp_path, "numba", text)
    sentence = said(tmp_path)
    assert f"in {tmp_path}" in sentence and "\n" not in sentence and sentence.endswith("start again.")


def test_numba_switched_off(tmp_path):
    assert "NUMBA_DISABLE_JIT" in said(tmp_path, NUMBA_DISABLE_JIT="1")


def test_the_range_is_that_of_the_package():
    text = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    needed = tomllib.loads(text)["project"]["optional-dependencies"]["render"]
    oldest, beyond = (".".join(map(str, v)) for v in (requirements.OLDEST, requirements.BEYOND))
    assert f"numba>={oldest},<{beyond}" in needed


def test_a_version_to_come_is_named_when_it_fails(monkeypatch):
    import numba

    assert requirements.failure() is None  # a mistake of our own keeps its traceback
    monkeypatch.setattr(numba, "__version__", "0.99.0")
    requirements.check()  # it may do
    assert "numba 0.99.0" in str(requirements.failure())
