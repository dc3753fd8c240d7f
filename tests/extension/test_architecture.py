"""Who may import what, and when. import-linter (pyproject.toml) holds the directions between rooms.

Here are the rules that it cannot express: imports from outside are a short list for each room, heavy
ones stand inside functions, imports within the extension are relative, and passing by costs nothing.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OWN = {"bloom_blender", "operators", "panels", "bloom", "bloom_extension"}
BLENDER = {"bpy", "bpy_extras", "mathutils", "gpu", "gpu_extras", "blf", "bl_math"}
TRAINING = {
    *("torch", "tensorflow", "jax", "keras", "flax", "optax", "transformers", "lightning"),
    *("pytorch_lightning", "accelerate", "sklearn", "tqdm", "tensorboard", "tbparse", "wandb"),
}
#: Third-party packages that a room may import at all, besides the standard library.
ALLOWED = {
    "bloom_blender/trajectory": {"numpy", "safetensors"},
    "bloom_blender/record": {"numpy", "safetensors", *TRAINING},
    "bloom_blender/flame": {"numpy", "defusedxml"},
    "bloom_blender/codegen": {"numpy", "numba", "llvmlite", "platformdirs"},
    "bloom_blender/chaos": {"numpy", "numba"},
    "bloom_blender/device": {"numpy", "wgpu"},
    "bloom_blender/develop": {"numpy"},
    "bloom_blender/garden": {"numpy"},
    "bloom_blender/growth": {"numpy"},
    "bloom_blender/movie": {"numpy", "PIL"},
    "bloom_blender/cli": {"numpy", "OpenEXR", *TRAINING},
    "bloom_blender/scene": {"numpy", "openvdb", "OpenImageIO", *BLENDER},
    "bloom_blender": {"numpy"},  # the files at its top
    "operators": {*BLENDER, "numpy"},
    "panels": BLENDER,
}
#: These may be imported inside functions only. scipy is no dependency at all.
LAZY = {"numba", "llvmlite", "platformdirs", "PIL", "openvdb", "OpenEXR", "OpenImageIO", "wgpu", *TRAINING}
#: numba compiles what stands here: these modules import it at their top, and others import them in functions.
KERNELS = re.compile(
    r"bloom_blender/(codegen/numba_internals|chaos/kernels/(cells|cloud|develop|game|histogram|mixing|occlusion|voxels))"
    r"(\.py)?"
)


@dataclass(frozen=True)
class Import:
    """An import statement."""

    path: str
    line: int
    level: int
    module: str  # "" for `from . import x`
    at_import: bool  # runs when the file is imported

    @property
    def package(self) -> str:
        return self.module.partition(".")[0]

    def __str__(self):
        return f"{self.path}:{self.line}: {'.' * self.level}{self.module}"


def _imports_in(node: ast.AST, path: str, at_import: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(path, child.lineno, 0, alias.name, at_import)
        elif isinstance(child, ast.ImportFrom):
            yield Import(path, child.lineno, child.level, child.module or "", at_import)
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            yield from _imports_in(child, path, False)
        else:
            inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from _imports_in(child, path, at_import and not inside)


def _source_files() -> list[Path]:
    folders = ("bloom_blender", "operators", "panels")
    return [ROOT / "__init__.py", *(path for name in folders for path in sorted((ROOT / name).rglob("*.py")))]


def _imports() -> list[Import]:
    found = []
    for path in _source_files():
        name = path.relative_to(ROOT).as_posix()
        found += _imports_in(ast.parse(path.read_text(encoding="utf-8")), name, True)
    return found


IMPORTS = _imports()


def _room(path: str) -> str:
    return next((room for room in ALLOWED if path.startswith(room + "/")), "")


def test_outside_packages_are_on_the_list_of_the_room():
    wrong = []
    for item in IMPORTS:
        if item.level or item.package in sys.stdlib_module_names or item.package in OWN:
            continue
        if item.package not in ALLOWED.get(_room(item.path), set()):
            wrong.append(str(item))
    assert wrong == []


def test_imports_within_the_extension_are_relative():
    assert [str(item) for item in IMPORTS if not item.level and item.package in OWN] == []


def test_nothing_reads_pickles():
    """A pickle runs what it names: neither training files nor compiled code are read that way."""
    named = {"pickle", "cPickle", "dill", "cloudpickle", "marshal", "shelve", "joblib"}
    assert [str(item) for item in IMPORTS if item.package in named] == []


def test_imports_stay_within_the_extension():
    wrong = []
    for item in IMPORTS:
        depth = len(Path(item.path).parts)  # dots that reach the extension's root
        if item.path.startswith("bloom_blender/"):
            depth -= 1  # it is also a package of its own
        if item.level > depth:
            wrong.append(str(item))
    assert wrong == []


def _target(item: Import) -> str:
    """What a relative import reaches, from the repository's root: ``bloom_blender/errors``."""
    folder = Path(item.path).parent.parts
    return "/".join((*folder[: len(folder) - item.level + 1], *filter(None, item.module.split("."))))


#: What the lowest packages import of ours, besides errors and later.
LOWEST = {"codegen": "codegen", "trajectory": "trajectory|files|arrays", "flame": "flame|codegen|files"}


@pytest.mark.parametrize("room", LOWEST)
def test_the_lowest_rooms_know_no_other(room):
    known = re.compile(rf"bloom_blender/({LOWEST[room]}|errors|later)(/.*)?")
    inside = [item for item in IMPORTS if item.path.startswith(f"bloom_blender/{room}/") and item.level]
    assert [str(item) for item in inside if not known.fullmatch(_target(item))] == []


def test_the_rules_have_no_exceptions():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    contracts = tomllib.loads(text)["tool"]["importlinter"]["contracts"]
    assert [contract["id"] for contract in contracts if contract.get("ignore_imports")] == []


def test_heavy_packages_are_imported_at_first_use():
    light = [item for item in IMPORTS if item.at_import and not KERNELS.fullmatch(item.path)]
    assert [str(item) for item in light if item.package in LAZY] == []


def test_root_imports_nothing_of_blender():
    assert [str(i) for i in IMPORTS if i.path == "__init__.py" and i.at_import and i.package in BLENDER] == []
    assert [str(i) for i in IMPORTS if i.path == "__init__.py" and i.at_import and i.level] == []


def test_kernels_are_imported_at_first_use():
    """They import numba, which takes a third of a second."""
    light = [item for item in IMPORTS if item.at_import and item.level and not KERNELS.fullmatch(item.path)]
    assert [str(item) for item in light if KERNELS.fullmatch(_target(item))] == []
    heavy = [item for item in IMPORTS if not item.at_import and KERNELS.fullmatch(_target(item))]
    assert {item.path for item in heavy} <= {
        "bloom_blender/chaos/kernels/build.py",
        "bloom_blender/codegen/kernels.py",
    }


def test_no_text_is_run_as_code():
    """Extension platforms refuse it, and a reader cannot follow it: no exec, no eval, no compile."""
    run = {"exec", "eval", "compile", "__import__", "FunctionType", "CodeType", "run_path", "run_module"}
    # A pattern, a function that numba compiles, and LLVM's type of a function.
    allowed = re.compile(r"re\.compile|function\.compile|ir\.FunctionType")
    found = []
    for path in _source_files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                of = ast.unparse(node.func)
                if of.rpartition(".")[2] in run and not allowed.fullmatch(of):
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno}: {of}")
    assert found == []


def test_panels_only_read_the_scene():
    allowed = ("bloom_blender.scene", "bloom_blender.flame", "bloom_blender.growth", "bloom_blender.errors")
    allowed = tuple(name.replace(".", "/") for name in allowed)
    reached = [(item, _target(item)) for item in IMPORTS if item.path.startswith("panels/") and item.level]
    assert [str(item) for item, place in reached if not place.startswith(("panels", *allowed))] == []


LIGHT = ("bloom_blender", "bloom_blender.trajectory", "bloom_blender.flame.xml", "bloom_blender.growth.grow")


@pytest.mark.parametrize(
    "module", [*LIGHT, "bloom_blender.record", "bloom_blender.cli", "bloom_blender.chaos.points"]
)
def test_importing_loads_nothing_heavy(module):
    code = f"import sys, {module}; print(*sorted(set(sys.modules) & {LAZY | BLENDER!r}))"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.split() == []


def test_core_runs_without_scene_and_numba():
    """The files of a training machine: no Blender, no compiler, no scene room."""
    absent = sorted(BLENDER | {"numba", "llvmlite"})
    code = (
        "import sys\n"
        "class Absent:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name.partition('.')[0] in {absent!r} or '.scene' in name:\n"
        "            raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Absent())\n"
        f"import {', '.join((*LIGHT, 'bloom_blender.record', 'bloom_blender.cli'))}\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert result.returncode == 0, result.stderr


def test_the_picture_of_a_frame_is_current():
    """tools/draw_architecture.py draws it from the code."""
    tool = ROOT / "tools" / "draw_architecture.py"
    result = subprocess.run(
        [sys.executable, str(tool), "--check"], capture_output=True, text=True, timeout=60
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_table_of_packages_names_each_once():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = re.findall(r"^\| `([\w/]+)/`", text, re.MULTILINE)
    core = ROOT / "bloom_blender"
    folders = [path for path in (*core.iterdir(), *(core / "scene").iterdir()) if path.is_dir()]
    there = {path.relative_to(core).as_posix() for path in folders if not path.name.startswith("__")}
    assert sorted(named) == sorted(there | {"operators"})
