"""Python environments for the supported Blenders, made from pip's ``bpy`` wheels.

Blender comes as a Python module for exactly one Python each. This file knows which, finds the Pythons
of this machine, and makes one virtual environment per Blender below ``.venv/``. It needs nothing but
the standard library and is written so that an old ``python3`` can start it too.

    python3 tools/environments.py            make (or update) all that this machine can have
    python3 tools/environments.py --list     say what is there and what is missing
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".venv"
RUNTIME = ("render",)
TESTING = ("render", "test")
#: Of a machine that trains: no Blender, but PyTorch.
TRAINING = ("test", "training", "examples")
PIP_SECONDS = 20 * 60
#: What the bpy wheels need of a bare Debian or Ubuntu (from ``ldd`` on their library).
DEBIAN_LIBRARIES = (
    "libx11-6 libxrender1 libxfixes3 libxi6 libxkbcommon0 libsm6 libice6 libgl1 libegl1 libgl1-mesa-dri"
)
#: Overrides the search: Python executables, separated as in PATH.
OVERRIDE = "BLOOM_PYTHONS"

_QUESTION = (
    "import sys, venv, ensurepip, json;"
    "print(json.dumps([sys.version_info[:2], sys.version_info[3] == 'final' and sys.maxsize > 2**32,"
    " getattr(sys, '_base_executable', None) or sys.executable]))"
)


class EnvironmentsError(RuntimeError):
    """An environment cannot be made; the message says why and what to do."""


@dataclass(frozen=True)
class Blender:
    """A supported Blender and the one Python that its module runs in."""

    version: str
    python: tuple[int, int]

    @property
    def extra(self) -> str:
        """Name of its extra in pyproject.toml."""
        return "blender-" + self.version.replace(".", "_")


#: Oldest first. The last one that a machine can have is where checks and films are made.
SUPPORTED = (Blender("4.5", (3, 11)), Blender("5.2", (3, 13)), Blender("5.3", (3, 13)))
#: Blenders between them. Here only the finished zip is tried: installed, used and removed.
INSTALL_ONLY = (Blender("5.0", (3, 11)), Blender("5.1", (3, 13)))


@dataclass(frozen=True)
class Environment:
    """A virtual environment with one Blender in it."""

    blender: Blender
    folder: Path

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return _python_of(self.folder)

    @property
    def site_packages(self) -> Path:
        """Where pip put its packages."""
        if os.name == "nt":
            return self.folder / "Lib" / "site-packages"
        return self.folder / "lib" / "python{}.{}".format(*self.blender.python) / "site-packages"

    @property
    def scripts(self) -> Path:
        """Blender's own folder of scripts."""
        return self.site_packages / "bpy" / self.blender.version / "scripts"


@dataclass(frozen=True)
class Missing:
    """A supported Blender that this machine does not have, and why."""

    blender: Blender
    reason: str
    failed: bool = False  # something went wrong, rather than just being absent


# ---------------------------------------------------------------------------------------------------------
# Pythons


def _names_on_path(versions: list[tuple[int, int]]) -> list[str]:
    names = ["python{}.{}".format(*version) for version in versions] + ["python3", "python"]
    extra = ["/usr/local/bin", "/opt/homebrew/bin", "/opt/local/bin", str(Path.home() / ".local/bin")]
    folders = [folder for folder in os.environ.get("PATH", "").split(os.pathsep) if folder] + extra
    found = []
    for name in names:
        for folder in folders:  # not only the first one: it may be a shim that does not run
            path = shutil.which(name, path=folder)
            if path:
                found.append(path)
    return found


def _in_known_folders(versions: list[tuple[int, int]]) -> list[str]:
    home = Path.home()
    pyenv = Path(os.environ.get("PYENV_ROOT") or home / ".pyenv")
    uv = Path(os.environ.get("UV_PYTHON_INSTALL_DIR") or home / ".local/share/uv/python")
    found: list[Path] = []
    for version in versions:
        dotted = "{}.{}".format(*version)
        for folder in (
            *sorted(pyenv.glob(f"versions/{dotted}*"), reverse=True),
            *sorted(uv.glob(f"cpython-{dotted}*"), reverse=True),
            Path(f"/Library/Frameworks/Python.framework/Versions/{dotted}"),
        ):
            found.append(folder / "bin" / f"python{dotted}")
        for folder in (*pyenv.glob(f"pyenv-win/versions/{dotted}*"), *uv.glob(f"cpython-{dotted}*")):
            found.append(folder / "python.exe")
        programs = os.environ.get("LOCALAPPDATA")
        if programs:
            short = "Python{}{}".format(*version)
            found.append(Path(programs) / "Programs" / "Python" / short / "python.exe")
    return [str(path) for path in found if path.exists()]


def _commands(versions: list[tuple[int, int]]) -> list[list[str]]:
    """Commands that may start a wanted Python, the likeliest first."""
    override = os.environ.get(OVERRIDE)
    if override:
        return [[path] for path in override.split(os.pathsep) if path]
    own = getattr(sys, "_base_executable", None) or sys.executable
    commands = [[own], *([path] for path in _names_on_path(versions) + _in_known_folders(versions))]
    launcher = shutil.which("py")
    if launcher:
        commands += [[launcher, "-{}.{}".format(*version)] for version in versions]
    return commands


def _ask(command: list[str]) -> tuple[tuple[int, int], Path] | None:
    """Version and executable of the Python that ``command`` starts; None if it is no use to us."""
    try:
        answer = subprocess.run(
            [*command, "-c", _QUESTION], capture_output=True, text=True, timeout=30, check=True
        )
        version, usable, executable = json.loads(answer.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    return ((version[0], version[1]), Path(executable)) if usable else None


def find_pythons(versions: list[tuple[int, int]] | None = None) -> dict[tuple[int, int], Path]:
    """Find an executable for each wanted Python version by running every candidate.

    A name on PATH proves nothing: it may be a version manager's shim that only prints an error, or a
    Python without ``venv``. Candidates are the running interpreter, names on PATH, the folders of pyenv,
    uv and python.org, and the ``py`` launcher; ``BLOOM_PYTHONS`` replaces them all.
    """
    wanted = sorted(set(versions or [blender.python for blender in SUPPORTED]), reverse=True)
    found: dict[tuple[int, int], Path] = {}
    asked: set[tuple[str, ...]] = set()
    for command in _commands(wanted):
        if len(found) == len(wanted):
            break
        if tuple(command) in asked:
            continue
        asked.add(tuple(command))
        answer = _ask(command)
        if answer and answer[0] in wanted:
            found.setdefault(*answer)
    return found


def restart_in_supported_python() -> None:
    """Run the calling script again with Python 3.11 or later if this one is older; else do nothing."""
    if sys.version_info >= (3, 11):
        return
    pythons = find_pythons()
    if not pythons:
        wanted = sorted({blender.python for blender in SUPPORTED})
        names = " or ".join("{}.{}".format(*version) for version in wanted)
        sys.exit(f"Python {sys.version.split()[0]} is too old: install Python {names} and run this again.")
    sys.exit(subprocess.call([str(pythons[max(pythons)]), *sys.argv]))


# ---------------------------------------------------------------------------------------------------------
# Environments


def requirements(extras: tuple[str, ...]) -> list[str]:
    """Requirement lines of the project with these extras, from pyproject.toml."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = list(project["dependencies"])
    for extra in extras:
        lines += project["optional-dependencies"][extra]
    return sorted(set(lines))


def _python_of(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _stamp(folder: Path) -> dict:
    try:
        return json.loads((folder / "bloom.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _runs(python: Path) -> bool:
    try:
        return subprocess.run([python, "-c", ""], capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False


@contextlib.contextmanager
def _alone(folder: Path):
    """Hold a lock so that two commands never make the same environment at once; freed if we die."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with open(folder.parent / (folder.name + ".lock"), "w") as file:
        if sys.platform == "win32":
            import msvcrt

            while True:
                try:
                    msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
                    break
                except OSError:  # LK_LOCK gives up after ten seconds
                    continue
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def _waiting(label: str):
    """Say what is being made and how long it took, so that half a minute of pip does not look dead."""
    start = time.monotonic()
    print(f"{label} ...", flush=True)
    yield
    print(f"{label} took {time.monotonic() - start:.0f} s", flush=True)


def _command(command: list, log: Path, explain: str) -> None:
    """Run a command with its output in ``log``; EnvironmentsError with the last error lines if it fails."""
    with open(log, "a", encoding="utf-8") as file:
        file.write("$ " + " ".join(map(str, command)) + "\n")
        file.flush()
        start = file.tell()
        try:
            result = subprocess.run(command, stdout=file, stderr=subprocess.STDOUT, timeout=PIP_SECONDS)
        except subprocess.TimeoutExpired:
            minutes = PIP_SECONDS // 60
            raise EnvironmentsError(f"{explain} took more than {minutes} minutes (see {log})") from None
        except OSError as error:
            raise EnvironmentsError(f"{explain}: {error}") from None
    if result.returncode == 0:
        return
    with open(log, encoding="utf-8", errors="replace") as file:
        file.seek(start)
        lines = [line.strip() for line in file if line.strip()]
    errors = [line for line in lines if re.search("error", line, re.IGNORECASE)] or lines
    raise EnvironmentsError(f"{explain} failed: {' '.join(errors[-2:])[-400:]} (all of it: {log})")


def _check(python: Path, modules: list[str], log: Path) -> None:
    """Import what was installed; the usual trouble is a system library that a bare machine lacks."""
    try:
        _command([python, "-c", "import " + ", ".join(modules)], log, f"importing {modules[0]}")
    except EnvironmentsError as error:
        library = re.search(r"(lib\S+\.so[.\d]*): cannot open shared object file", str(error))
        if not library:
            raise
        raise EnvironmentsError(
            f"Blender needs the system library {library[1]}; on Debian or Ubuntu: "
            f"apt-get install {DEBIAN_LIBRARIES}"
        ) from None


def make(blender: Blender, python: Path, extras: tuple[str, ...] = RUNTIME) -> Environment:
    """Make the environment of one Blender, or bring it up to date; does nothing when it is.

    Parameters
    ----------
    blender : which Blender.
    python : an executable of its Python version.
    extras : extras of pyproject.toml that it needs; those of earlier calls are kept.

    Raises
    ------
    EnvironmentsError : pip failed, or Blender does not start here.
    """
    folder = FOLDER / f"blender-{blender.version}"
    label = "the environment of Blender {} (Python {}.{})".format(blender.version, *blender.python)
    modules = ["bpy"] + (["numba"] if "render" in extras else [])
    _make(folder, label, python, extras, blender.extra, modules)
    return Environment(blender, folder)


def _make(
    folder: Path, label: str, python: Path, extras: tuple[str, ...], extra: str, modules: list[str]
) -> None:
    """Make an environment in a folder, or bring it up to date; it must be able to import the modules."""
    inside = _python_of(folder)
    with _alone(folder):
        stamp = _stamp(folder)
        all_extras = tuple(sorted({*stamp.get("extras", ()), *extras}))
        wanted = requirements((*all_extras, extra))
        sound = bool(stamp) and _runs(inside)
        if sound and stamp["requirements"] == wanted:
            return
        log = FOLDER / f"{folder.name}.log"
        with _waiting(f"{'Updating' if sound else 'Making'} {label}"):
            if not sound:
                log.unlink(missing_ok=True)
                _command([python, "-m", "venv", "--clear", folder], log, "making the environment")
            (folder / "bloom.json").unlink(missing_ok=True)
            pip = [inside, "-m", "pip", "--disable-pip-version-check", "--no-input"]
            _command([*pip, "install", *wanted], log, "pip")
            _check(inside, modules, log)
            stamp = {"extras": all_extras, "requirements": wanted}
            (folder / "bloom.json").write_text(json.dumps(stamp, indent=1), encoding="utf-8")


def training(extras: tuple[str, ...] = TRAINING) -> tuple[Path | None, str]:
    """Make the environment of a training machine, where the recorder is tested with PyTorch.

    On Linux this is done only if pip finds a PyTorch for processors alone: the usual one brings gigabytes
    for graphics cards. ``PIP_EXTRA_INDEX_URL`` may name an index that has it.

    Returns
    -------
    Its interpreter, or None and the reason.

    Raises
    ------
    EnvironmentsError : pip failed, or PyTorch does not start here.
    """
    folder = FOLDER / "training"
    inside = _python_of(folder)
    if _stamp(folder).get("requirements") == requirements(extras) and _runs(inside):
        return inside, ""
    torch = next(line for line in requirements(("training",)) if line.startswith("torch"))
    for _, python in sorted(find_pythons().items()):
        if sys.platform != "linux" or _offers_small_torch(python, torch):
            _make(folder, "the environment of a training machine", python, extras, "training", ["torch"])
            return inside, ""
    return (
        None,
        "pip finds no PyTorch without graphics cards: set PIP_EXTRA_INDEX_URL to an index that has it",
    )


def _offers_small_torch(python: Path, requirement: str) -> bool:
    """Whether pip would install a build of PyTorch that is for processors alone (its version says so)."""
    pip = [str(python), "-m", "pip", "install", "--dry-run", "--no-deps", "--ignore-installed", "--quiet"]
    command = [*pip, "--disable-pip-version-check", "--no-input", "--report", "-", requirement]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
        return json.loads(done.stdout)["install"][0]["metadata"]["version"].endswith("+cpu")
    except (OSError, subprocess.SubprocessError, ValueError, LookupError):
        return False


def available(
    only: tuple[str, ...] = (),
    extras: tuple[str, ...] = RUNTIME,
    at_once: int = 1,
    blenders: tuple[Blender, ...] = SUPPORTED,
) -> tuple[list[Environment], list[Missing]]:
    """Make every environment that this machine can have.

    Parameters
    ----------
    only : Blender versions; empty for all of ``blenders``.
    extras : as for `make`.
    at_once : how many are made at the same time.
    blenders : which to choose from.

    Returns
    -------
    The environments, oldest Blender first, and the Blenders that had to be left out.
    """
    unknown = set(only) - {blender.version for blender in blenders}
    if unknown:
        names = ", ".join(blender.version for blender in blenders)
        wrong = ", ".join(sorted(unknown))
        raise EnvironmentsError(f"Blender {wrong} is not supported: choose from {names}")
    wanted = [blender for blender in blenders if not only or blender.version in only]
    pythons = find_pythons([blender.python for blender in wanted])

    def one(blender: Blender) -> Environment | Missing:
        if blender.python not in pythons:
            dotted = "{}.{}".format(*blender.python)
            return Missing(
                blender, f"no Python {dotted} with venv was found: install it, or name it in {OVERRIDE}"
            )
        try:
            return make(blender, pythons[blender.python], extras)
        except EnvironmentsError as error:
            return Missing(blender, str(error), failed=True)

    with ThreadPoolExecutor(at_once) as pool:
        results = list(pool.map(one, wanted))
    made = [result for result in results if isinstance(result, Environment)]
    return made, [result for result in results if isinstance(result, Missing)]


def newest(extras: tuple[str, ...] = RUNTIME) -> tuple[Environment | None, list[Missing]]:
    """Make only the environment of the newest Blender that this machine can have; None if of none."""
    missing: list[Missing] = []
    for blender in reversed(SUPPORTED):
        made, without = available((blender.version,), extras)
        if made:
            return made[0], missing
        missing += without
    return None, missing


def existing(blenders: tuple[Blender, ...] = SUPPORTED) -> list[Environment]:
    """Environments that are complete already, oldest Blender first; makes nothing."""
    found = [Environment(blender, FOLDER / f"blender-{blender.version}") for blender in blenders]
    return [environment for environment in found if _stamp(environment.folder)]


def report(missing: list[Missing]) -> None:
    """Say which Blenders were left out, and why."""
    for item in missing:
        print(f"Blender {item.blender.version} is left out: {item.reason}")


def main(argv: list[str] | None = None) -> int:
    """Make or list the environments; 1 when not one could be made."""
    parser = argparse.ArgumentParser(description="Make the environments of the supported Blenders.")
    parser.add_argument("--blender", action="append", default=[], metavar="X.Y", help="only this one")
    parser.add_argument("--training", action="store_true", help="that of a training machine instead")
    parser.add_argument("--list", action="store_true", help="say what there is, make nothing")
    arguments = parser.parse_args(argv)
    missing: list[Missing] = []
    if arguments.training:
        python, reason = training()
        print(f"training: {python or reason}")
        return 0 if python else 1
    if arguments.list:
        for version, path in sorted(find_pythons().items()):
            print("Python {}.{}: {}".format(*version, path))
        made = existing() + existing(INSTALL_ONLY)
    else:
        made, missing = available(tuple(arguments.blender), TESTING)
        if not arguments.blender:
            more, without = available((), (), blenders=INSTALL_ONLY)
            made, missing = made + more, missing + without
    for environment in made:
        print(f"Blender {environment.blender.version}: {environment.folder}")
    report(missing)
    return 0 if made or arguments.list else 1


if __name__ == "__main__":
    restart_in_supported_python()
    try:
        sys.exit(main())
    except EnvironmentsError as problem:
        sys.exit(f"error: {problem}")
