"""The test command: checks once, then the test suite in every supported Blender.

    python3 tools/run_tests.py                       everything that this machine can run
    python3 tools/run_tests.py --blender 5.2         in one Blender
    python3 tools/run_tests.py --only checks         ruff, mypy, import-linter, spelling, documentation
    python3 tools/run_tests.py --only tests -- -k julia    pass the rest on to pytest

Tests that need no Blender run once per Python, those that do run in every Blender, and those that look
at all Blenders themselves run once. Each group is a process of its own under a time limit, for a Blender
that crashes or hangs must not take the rest along. Exits with 1 if anything failed.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import build_extension
import environments
from environments import ROOT, Environment, EnvironmentsError

TOOLS = ROOT / "tools"
#: The tools that start without anything installed, and are checked by themselves.
SCRIPTS = ("bloom_demo", "build_extension", "environments", "progress", "run_tests")
TESTS = ROOT / "tests"
#: What is checked for spelling.
WRITTEN = (
    "README.md CHANGELOG.md blender_manifest.toml __init__.py benchmarks bloom_blender docs examples farm"
    " operators panels tests tools"
).split()
#: Folders of tests that need no Blender: once per Python. A folder not named here runs in every Blender.
CORE = ("chaos", "cli", "develop", "flame", "growth", "record", "trajectory")
#: Folders of tests that start every Blender themselves: once.
ONCE = ("extension",)
#: Folders of tests that run once more where PyTorch is, as on a machine that trains.
TRAINING = ("record",)
SECONDS = {"training": 300, "checks": 300, "core": 600, "blender": 600, "once": 900}
NO_TESTS = 5  # pytest's exit code


@dataclass(frozen=True)
class Job:
    """One process: a check or a group of tests in one environment."""

    name: str
    command: list[str]
    seconds: float
    folder: Path = ROOT


@dataclass(frozen=True)
class Result:
    """How a job ended."""

    name: str
    verdict: str  # "passed", "FAILED", "no tests"
    seconds: float


def _python(environment: Environment, *arguments: str) -> list[str]:
    return [str(environment.python), *arguments]


def checks(environment: Environment, staged: Path) -> list[Job]:
    """Linting, types, the rules of who may import whom, spelling, and the documentation's site.

    ``staged`` is a copy of the shipped code named ``bloom``: mypy and import-linter must see the
    extension as one package, because ``operators`` and ``panels`` import relatively from its root.
    """
    configuration = str(ROOT / "pyproject.toml")
    cache = str(ROOT / "build" / "mypy")
    types = _python(environment, "-m", "mypy", "--config-file", configuration, "--cache-dir", cache)
    scripts = ["--explicit-package-bases", *(f"{name}.py" for name in SCRIPTS)]
    linter = "from importlinter.cli import lint_imports_command as run; run()"
    site = _python(environment, "-m", "mkdocs", "build", "--strict", "--quiet")
    imports = _python(environment, "-c", linter, "--config", configuration, "--no-cache")
    return [
        Job("ruff", _python(environment, "-m", "ruff", "check", "."), SECONDS["checks"]),
        Job("mypy, the extension", [*types, "-p", "bloom"], SECONDS["checks"], staged),
        Job("mypy, the tools", [*types, *scripts], SECONDS["checks"], TOOLS),
        Job("import-linter", imports, SECONDS["checks"], staged),
        Job("spelling", _python(environment, "-m", "codespell_lib", *WRITTEN), SECONDS["checks"]),
        Job("documentation", [*site, "--site-dir", str(ROOT / "build" / "site")], SECONDS["checks"]),
    ]


def groups() -> dict[str, list[str]]:
    """Test folders and files by where they have to run: ``core``, ``blender`` and ``once``."""
    sorted_out: dict[str, list[str]] = {"core": [], "blender": [], "once": []}
    for path in sorted(TESTS.iterdir()):
        is_test_file = path.name.startswith("test_") and path.suffix == ".py"
        if not is_test_file and not any(path.rglob("test_*.py")):
            continue
        group = "core" if path.name in CORE else "once" if path.name in ONCE else "blender"
        sorted_out[group].append(str(path.relative_to(ROOT)))
    return sorted_out


def tests(made: list[Environment], wanted: list[str], extra: list[str]) -> list[Job]:
    """The pytest processes: which group runs in which environment."""
    paths = groups()
    last_of_python = {environment.blender.python: environment for environment in made}
    places = {"core": list(last_of_python.values()), "blender": made, "once": made[-1:]}
    jobs = []
    for group in wanted:
        for environment in places[group] if paths[group] else []:
            where = f"Blender {environment.blender.version}"
            if group == "core":
                where = "Python {}.{}".format(*environment.blender.python)
            command = _python(environment, "-m", "pytest", *paths[group], *extra)
            jobs.append(Job(f"{group} tests, {where}", command, SECONDS[group]))
    return jobs


def training(extra: list[str]) -> tuple[list[Job], str]:
    """The recorder's tests with PyTorch, or why they are left out."""
    python, reason = environments.training()
    if python is None:
        return [], reason
    paths = [str((TESTS / name).relative_to(ROOT)) for name in TRAINING]
    command = [str(python), "-m", "pytest", *paths, *extra]
    return [Job("recorder tests, PyTorch", command, SECONDS["training"])], ""


def run(job: Job, environ: dict[str, str]) -> Result:
    """Run one job with its output on our own; kill it, children included, when its time is up."""
    print(f"\n=== {job.name}", flush=True)
    start = time.monotonic()
    process = subprocess.Popen(job.command, cwd=job.folder, env=environ, start_new_session=os.name != "nt")
    try:
        code = process.wait(timeout=job.seconds)
    except BaseException as error:
        _kill(process)
        if not isinstance(error, subprocess.TimeoutExpired):
            raise
        print(f"{job.name} did not end within {job.seconds:.0f} s and was stopped", flush=True)
        code = -1
    verdict = {0: "passed", NO_TESTS: "no tests"}.get(code, "FAILED")
    return Result(job.name, verdict, time.monotonic() - start)


def _kill(process: subprocess.Popen) -> None:
    if os.name == "nt":
        subprocess.run(["taskkill", "/T", "/F", "/PID", str(process.pid)], capture_output=True)
    else:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _stage(folder: Path) -> Path:
    staged = folder / "staged"
    build_extension.stage(staged / "bloom", names=build_extension.CODE)
    return staged


def main(argv: list[str] | None = None) -> int:
    """Run what was asked for; 0 when all of it passed."""
    parser = argparse.ArgumentParser(description="Run Bloom's checks and tests in every Blender.")
    parser.add_argument("--blender", action="append", default=[], metavar="X.Y", help="only this one")
    parser.add_argument(
        "--only",
        choices=["checks", "tests", "core", "blender", "once", "training"],
        help="only this part",
    )
    parser.add_argument("pytest", nargs="*", help="arguments for pytest, after --")
    arguments = parser.parse_args(argv)
    start = time.monotonic()
    made, missing = environments.available(tuple(arguments.blender), environments.TESTING)
    environments.report(missing)
    if not made:
        raise EnvironmentsError("not one supported Blender can run here, so there is nothing to test in")

    with tempfile.TemporaryDirectory(prefix="bloom-tests-", ignore_cleanup_errors=True) as temporary:
        folder = Path(temporary)
        environ = {**os.environ, "BLOOM_CACHE_DIR": str(folder / "cache")}
        (folder / "cache").mkdir()
        jobs: list[Job] = []
        if arguments.only in (None, "checks"):
            jobs += checks(made[-1], _stage(folder))
        wanted = ["core", "blender", "once"] if arguments.only in (None, "tests") else [arguments.only]
        if arguments.only not in ("checks", "training"):
            jobs += tests(made, wanted, arguments.pytest)
        without = ""
        if arguments.only in (None, "tests", "training"):
            more, without = training(arguments.pytest)
            jobs += more
        results = [run(job, environ) for job in jobs]

    failures = [item.blender.version for item in missing if item.failed]
    results += [Result(f"environment of Blender {version}", "FAILED", 0) for version in failures]
    print("\n=== summary")
    for result in results:
        print(f"{result.verdict:9}{result.seconds:7.0f} s  {result.name}")
    environments.report(missing)
    if without:
        print(f"The recorder's tests with PyTorch are left out: {without}")
    failed = sum(result.verdict == "FAILED" for result in results)
    print(f"{len(results) - failed} passed, {failed} failed, in {time.monotonic() - start:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    environments.restart_in_supported_python()
    try:
        sys.exit(main())
    except (EnvironmentsError, build_extension.BuildError) as problem:
        sys.exit(f"error: {problem}")
