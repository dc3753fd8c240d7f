"""Build the Blender extension as a zip, with the wheels that it needs inside.

    python3 tools/build_extension.py                                       for this machine's platform
    python3 tools/build_extension.py --platform linux-x64 windows-x64 macos-arm64 --split-platforms

Blender's own ``blender_ext.py`` (from pip's ``bpy``) packs and validates, so what passes here passes in
Blender and on extensions.blender.org. Nothing of the working tree but the shipped files is touched.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from email.parser import Parser
from pathlib import Path

import environments
from environments import ROOT, Environment, EnvironmentsError

#: Everything at the top of the repository that is shipped: what Python imports, and the rest.
CODE = ("__init__.py", "bloom_blender", "operators", "panels")
SHIPPED = (*CODE, "blender_manifest.toml", "LICENSE", "README.md", "CHANGELOG.md")
NOT_SHIPPED = shutil.ignore_patterns("__pycache__", "*.py[co]", ".*", "*.blend[1-9]")
#: pip's names for Blender's platforms, newest first. Blender itself needs glibc 2.28 and macOS 11.
PLATFORMS = {
    "linux-x64": (
        "manylinux_2_28_x86_64",
        "manylinux_2_27_x86_64",
        "manylinux_2_26_x86_64",
        "manylinux_2_24_x86_64",
        "manylinux_2_17_x86_64",
        "manylinux2014_x86_64",
    ),
    "windows-x64": ("win_amd64",),
    "macos-arm64": ("macosx_12_0_arm64", "macosx_11_0_arm64"),
}
PYTHONS = tuple(".".join(map(str, python)) for python in sorted({b.python for b in environments.SUPPORTED}))
#: Pythons of Blenders that distributions build; in a zip only when asked for: each adds 61 MiB of wheels.
DISTRIBUTIONS = ("3.14",)
#: Blender brings these itself, so no wheel of them may be in the zip.
BLENDER_BRINGS = {"numpy", "requests", "urllib3", "certifi", "idna", "charset-normalizer", "zstandard"}
#: The line of blender_manifest.toml in whose place the lists of wheels and platforms go.
PLACE = "# wheels = []\n"
WHEELS = ROOT / "build" / "wheels"


class BuildError(RuntimeError):
    """The zip cannot be built; the message says why."""


def this_platform() -> str:
    """Blender's name of the platform that we run on."""
    machine = {"x86_64": "x64", "AMD64": "x64", "amd64": "x64", "aarch64": "arm64"}.get(
        platform.machine(), platform.machine()
    )
    system = {"Linux": "linux", "Windows": "windows", "Darwin": "macos"}.get(platform.system(), "")
    name = f"{system}-{machine}"
    if name not in PLATFORMS:
        raise BuildError(f"there are no wheels for {name}: name another platform, {', '.join(PLATFORMS)}")
    return name


def pinned() -> list[str]:
    """The wheels that are shipped, as exact requirements from pyproject.toml."""
    import tomllib

    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["bloom"]["wheels"]


def _project(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def needs(wheel: Path) -> set[str]:
    """Names of the projects that a wheel cannot work without, from its metadata."""
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = Parser().parsestr(archive.read(name).decode())
    lines = [line for line in metadata.get_all("Requires-Dist", []) if "extra" not in line.partition(";")[2]]
    return {_project(name) for line in lines for name in re.findall(r"^[\w.-]+", line)}


def _is_wheel_of(path: Path, requirement: str) -> bool:
    name, _, version = requirement.partition("==")
    parts = path.name.split("-")
    return _project(parts[0]) == _project(name) and parts[1] == version


def download(platform_name: str, python: str, cache: Path = WHEELS) -> list[Path]:
    """Fetch the pinned wheels for one platform and Python; what lies in the cache is not fetched again.

    Parameters
    ----------
    platform_name : a key of `PLATFORMS`.
    python : Python version such as ``"3.11"``.
    cache : folder that keeps the wheels, one sub-folder per platform and Python.
    """
    folder = cache / f"{platform_name}-{python}"
    folder.mkdir(parents=True, exist_ok=True)
    requirements = pinned()
    here = list(folder.glob("*.whl"))
    missing = [line for line in requirements if not any(_is_wheel_of(path, line) for path in here)]
    if missing:
        print(f"Downloading {', '.join(missing)} for {platform_name}, Python {python}", flush=True)
        command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet"]
        command += ["--no-deps", "--only-binary=:all:", "--implementation", "cp"]
        command += ["--python-version", python, "--dest", str(folder)]
        for tag in PLATFORMS[platform_name]:
            command += ["--platform", tag]
        result = subprocess.run([*command, *missing], capture_output=True, text=True)
        if result.returncode:
            raise BuildError(f"pip could not download the wheels: {result.stderr.strip()[-600:]}")
    wheels = [next(p for p in folder.glob("*.whl") if _is_wheel_of(p, line)) for line in requirements]
    packed = {_project(path.name.split("-")[0]) for path in wheels}
    absent = set().union(*map(needs, wheels)) - packed - BLENDER_BRINGS
    if absent:
        names = ", ".join(sorted(absent))
        raise BuildError(f"the wheels need {names} too: pin it in [tool.bloom] of pyproject.toml")
    return wheels


def stage(target: Path, root: Path = ROOT, names: tuple[str, ...] = SHIPPED) -> None:
    """Copy the shipped files (or some of them), and nothing else, into the new folder ``target``.

    Raises
    ------
    BuildError : a shipped file is missing in ``root``.
    """
    target.mkdir(parents=True)
    for name in names:
        source = root / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=NOT_SHIPPED)
        elif source.is_file():
            shutil.copy2(source, target / name)
        else:
            raise BuildError(f"{name} is missing in {root}, and it is part of the extension")


def with_wheels(manifest: str, wheels: list[str], platforms: list[str]) -> str:
    """The manifest's text with its lists of wheels and platforms filled in."""
    if PLACE not in manifest:
        raise BuildError(f"blender_manifest.toml has lost its line {PLACE.strip()!r}")
    listed = "".join(f'    "./wheels/{name}",\n' for name in wheels)
    names = ", ".join(f'"{name}"' for name in platforms)
    return manifest.replace(PLACE, f"platforms = [{names}]\nwheels = [\n{listed}]\n")


def extension_command(environment: Environment, *arguments: str | Path) -> list[str | Path]:
    """Command line for Blender's ``blender_ext.py``, which checks tags against Blender's own list."""
    program = environment.scripts / "addons_core" / "bl_pkg" / "cli" / "blender_ext.py"
    tags = environment.scripts / "modules" / "_bpy_internal" / "extensions" / "tags.py"
    verb, *rest = arguments
    return [environment.python, program, verb, "--valid-tags", tags, *rest]


def _run(command: list[str | Path]) -> None:
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if result.returncode:
        raise BuildError(f"Blender refuses the extension: {result.stdout.strip()}")


def build(
    environment: Environment,
    platforms: list[str],
    pythons: list[str],
    output: Path,
    *,
    split: bool = False,
    cache: Path = WHEELS,
    root: Path = ROOT,
) -> list[Path]:
    """Build and validate the zip, or with ``split`` one per platform.

    Parameters
    ----------
    environment : where Blender's ``blender_ext.py`` is taken from.
    platforms, pythons : what to pack wheels for.
    output : folder for the zips; made if it is not there.
    cache : folder that keeps downloaded wheels.
    root : the source tree.

    Returns
    -------
    The zips.
    """
    import tomllib

    wheels = {p.name: p for name in platforms for python in pythons for p in download(name, python, cache)}
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bloom-build-") as temporary:
        source, built = Path(temporary) / "bloom", Path(temporary) / "built"
        stage(source, root)
        built.mkdir()
        (source / "wheels").mkdir()
        for name, path in wheels.items():
            try:
                os.link(path, source / "wheels" / name)
            except OSError:
                shutil.copy2(path, source / "wheels" / name)
        file = source / "blender_manifest.toml"
        text = file.read_text(encoding="utf-8")
        file.write_text(with_wheels(text, sorted(wheels), platforms), encoding="utf-8")
        manifest = tomllib.loads(text)
        options: list[str | Path] = ["--source-dir", source]
        if split:
            options += ["--split-platforms", "--output-dir", built]
        else:
            suffix = platforms[0].replace("-", "_") if len(platforms) == 1 else "all"
            options += ["--output-filepath", built / f"{manifest['id']}-{manifest['version']}-{suffix}.zip"]
        _run(extension_command(environment, "validate", source))
        _run(extension_command(environment, "build", *options))
        zips = []
        for path in sorted(built.glob("*.zip")):
            _run(extension_command(environment, "validate", path))
            zips.append(Path(shutil.move(path, output / path.name)))
    return zips


def main(argv: list[str] | None = None) -> int:
    """Build the zip and say where it lies."""
    parser = argparse.ArgumentParser(description="Build the Blender extension with its wheels.")
    parser.add_argument("--platform", nargs="+", choices=list(PLATFORMS), help="default: this machine's")
    parser.add_argument(
        "--python",
        nargs="+",
        choices=(*PYTHONS, *DISTRIBUTIONS),
        default=list(PYTHONS),
        help="default: those of blender.org's builds",
    )
    parser.add_argument("--split-platforms", action="store_true", help="one zip per platform")
    parser.add_argument("--output", type=Path, default=ROOT / "dist", help="folder for the zips")
    parser.add_argument("--wheels", type=Path, default=WHEELS, help="folder that keeps downloaded wheels")
    arguments = parser.parse_args(argv)
    platforms = arguments.platform or [this_platform()]
    made, missing = environments.newest()
    if made is None:
        environments.report(missing)
        raise BuildError("building needs one supported Blender's module, and there is none")
    zips = build(
        made,
        platforms,
        arguments.python,
        arguments.output,
        split=arguments.split_platforms,
        cache=arguments.wheels,
    )
    for path in zips:
        print(f"{path}  {path.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    environments.restart_in_supported_python()
    try:
        sys.exit(main())
    except (BuildError, EnvironmentsError) as problem:
        sys.exit(f"error: {problem}")
