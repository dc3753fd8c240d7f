"""The manifest and the zip: what reviewers of extensions reject on, and what belongs inside."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
import zipfile
from pathlib import Path

import pytest

import bloom_blender

ROOT = Path(__file__).resolve().parents[2]
MANIFEST = tomllib.loads((ROOT / "blender_manifest.toml").read_text(encoding="utf-8"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture
def staged(tools, tmp_path):
    """The shipped files in a folder."""
    tools.build_extension.stage(tmp_path / "bloom")
    return tmp_path / "bloom"


def test_versions_agree():
    assert MANIFEST["version"] == bloom_blender.__version__
    assert re.fullmatch(r"\d+\.\d+\.\d+(-[\w.]+)?", MANIFEST["version"])


def test_oldest_blender_is_the_oldest_supported(tools):
    oldest = tools.environments.SUPPORTED[0].version
    assert MANIFEST["blender_version_min"] == f"{oldest}.0"


def test_licence_is_that_of_the_project():
    assert MANIFEST["license"] == [f"SPDX:{PROJECT['project']['license']}"]
    assert "GNU GENERAL PUBLIC LICENSE" in (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_texts_follow_the_rules_of_the_extensions_platform():
    assert "__" not in MANIFEST["id"]
    assert MANIFEST["id"].isidentifier()
    assert "blender" not in MANIFEST["name"].lower()
    assert MANIFEST["type"] == "add-on"
    assert MANIFEST["maintainer"].strip() and "@" not in MANIFEST["maintainer"]  # there is no address
    for text in (MANIFEST["tagline"], *MANIFEST["permissions"].values()):
        assert 0 < len(text) <= 64
        assert text[-1].isalpha()
    assert list(MANIFEST["permissions"]) == ["files"]


def test_every_folder_that_is_not_shipped_is_excluded(tools):
    # Whoever builds with `blender --command extension build` gets no tests or pictures either.
    patterns = MANIFEST["build"]["paths_exclude_pattern"]
    shipped = {*tools.build_extension.SHIPPED, "wheels"}
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git repository")
    for name in {line.partition("/")[0] for line in listed.stdout.splitlines()} - shipped:
        assert name.startswith(".") or f"/{name}/" in patterns or f"/{name}" in patterns, name


@pytest.mark.parametrize("version", ["4.5", "5.2", "5.3"])
def test_blender_accepts_the_manifest(tools, ready, staged, version):
    for environment in ready:
        if environment.blender.version == version:
            break
    else:
        pytest.skip(f"Blender {version} is not on this machine")
    command = tools.build_extension.extension_command(environment, "validate", staged)
    result = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stdout + result.stderr


def test_zip_holds_the_extension_and_nothing_else(archive, tools):
    with zipfile.ZipFile(archive) as opened:
        names = opened.namelist()
        manifest = tomllib.loads(opened.read("blender_manifest.toml").decode())
    tops = {name.partition("/")[0] for name in names}
    assert tops == {*tools.build_extension.SHIPPED, "wheels"}
    assert not [name for name in names if "__pycache__" in name or name.endswith((".pyc", "~"))]
    assert any(name.startswith("bloom_blender/presets/") for name in names)
    assert manifest["platforms"] == [tools.build_extension.this_platform()]
    assert {name.removeprefix("./") for name in manifest["wheels"]} == {
        n for n in names if n.endswith(".whl")
    }


def test_zip_has_every_wheel_for_every_python(archive, tools):
    with zipfile.ZipFile(archive) as opened:
        wheels = [Path(name).name for name in opened.namelist() if name.endswith(".whl")]
    for requirement in tools.build_extension.pinned():
        project, _, version = requirement.partition("==")
        tags = [wheel.split("-")[2] for wheel in wheels if wheel.startswith(f"{project}-{version}-")]
        for python in tools.build_extension.PYTHONS:
            compact = "cp" + python.replace(".", "")
            assert compact in tags or any(tag.startswith(("py3", "py2.py3", "cp3")) for tag in tags)
            if project in ("numba", "llvmlite"):
                assert compact in tags
    assert not [wheel for wheel in wheels if wheel.startswith("numpy")]


def test_pinned_wheels_satisfy_the_ranges_of_the_package(tools):
    packaging = pytest.importorskip("packaging.requirements")
    extras = PROJECT["project"]["optional-dependencies"]
    ranges = {
        requirement.name: requirement.specifier
        for requirement in map(packaging.Requirement, PROJECT["project"]["dependencies"] + extras["render"])
    }
    for line in tools.build_extension.pinned():
        name, _, version = line.partition("==")
        assert name == "llvmlite" or version in ranges[name], line


def test_a_wheel_that_blender_brings_is_never_packed(tools):
    names = {line.partition("==")[0] for line in tools.build_extension.pinned()}
    assert names.isdisjoint(tools.build_extension.BLENDER_BRINGS)


def _classes():
    """Class statements of the Blender side, with the name of their file."""
    for folder in ("operators", "panels", "bloom_blender/scene"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for node in ast.walk(tree):
                if isinstance(node, ast.ClassDef):
                    yield path.relative_to(ROOT), node


def _attributes(node: ast.ClassDef) -> dict[str, object]:
    found = {}
    for statement in node.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            try:
                found[statement.targets[0].id] = ast.literal_eval(statement.value)
            except ValueError:
                found[statement.targets[0].id] = None
    return found


def test_operators_are_named_and_described_as_blender_wants():
    seen = 0
    for path, node in _classes():
        attributes = _attributes(node)
        if "bl_idname" not in attributes or "_OT_" not in node.name:
            continue
        seen += 1
        where = f"{path}: {node.name}"
        assert node.name == f"BLOOM_OT_{str(attributes['bl_idname']).removeprefix('bloom.')}", where
        description = attributes.get("bl_description") or ast.get_docstring(node)
        assert description, where
        assert not description.endswith("."), where
        words = str(attributes["bl_label"]).split()
        small = {
            "a",
            "an",
            "and",
            "as",
            "at",
            "by",
            "for",
            "from",
            "in",
            "of",
            "on",
            "or",
            "over",
            "the",
            "to",
            "with",
        }
        assert all(word[0].isupper() or word in small or not word[0].isalpha() for word in words), where
    assert seen


def test_extension_names_its_own_module_nowhere():
    for folder in ("operators", "panels", "bloom_blender"):
        for path in (ROOT / folder).rglob("*.py"):
            assert "bl_info" not in path.read_text(encoding="utf-8"), path
            assert "bl_ext." not in path.read_text(encoding="utf-8"), path
