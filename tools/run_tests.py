"""The test command: checks once, then the test suite in every supported Blender.

    python3 tools/run_tests.py                       everything that this machine can run
    python3 tools/run_tests.py --blender 5.2         in one Blender
    python3 tools/run_tests.py --only checks         ruff, mypy, import-linter, spelling, documentation
    python3 tools/run_tests.py --only tests -- -k julia    pass the rest on to pytest

Tests that need no Blender run once per Python, those that do run in every Blender, and those that look
at all Blenders themselves run once. Each group is a process of its own under a time limit, for a Blender
that crashes or hangs must not take the rest along. As many run at once as the machine has processors
(most of the tests use one), and the output of each is shown when it ends. Exits with 1 if anything failed.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import build_extension
import covered
import environments
from environments import ROOT, Environment, EnvironmentsError

TOOLS = ROOT / "tools"
#: The tools that start without anything installed, and are checked by themselves.
SCRIPTS = ("bloom_demo", "build_extension", "covered", "environments", "mutate", "progress", "run_tests")
TESTS = ROOT / "tests"
#: What is checked for spelling.
WRITTEN = (
    "README.md CHANGELOG.md CONTRIBUTING.md blender_manifest.toml __init__.py benchmarks bloom_blender docs"
    " examples farm operators panels tests tools"
).split()
#: Folders of tests that need no Blender: once per Python. A folder not named here runs in every Blender.
CORE = (
    "chaos", "cli", "codegen", "develop", "device", "flame", "fuzz", "garden", "growth", "movie", "presets",
    "record", "trajectory",
)  # fmt: skip
#: Folders of tests that start every Blender themselves: once.
ONCE = ("extension",)
#: Folders of tests that run once more where PyTorch is, as on a machine that trains.
TRAINING = ("record",)
SECONDS = {"training": 300, "checks": 300, "core": 900, "blender": 900, "once": 900}
NO_TESTS = 5  # pytest's exit code
#: More at once than this would need much memory, and be hard to follow.
MOST_AT_ONCE = 4


@dataclass(frozen=True)
class Job:
    """One process: a check or a group of tests in one environment."""

    name: str
    command: list[str]
    seconds: float
    folder: Path = ROOT
    environ: dict[str, str] = field(default_factory=dict)  # added to that of all jobs


@dataclass(frozen=True)
class Result:
    """How a job ended."""

    name: str
    verdict: str  # "passed", "FAILED", "no tests"
    seconds: float
    failures: tuple[str, ...] = ()  # the lines of its output that name what failed


def _python(environment: Environment, *arguments: str) -> list[str]:
    return [str(environment.python), *arguments]


def checks(environment: Environment, staged: Path) -> list[Job]:
    """Linting, types, the rules of who may import whom, spelling, and the documentation's site.

    ``staged`` is a copy of the shipped code named ``bloom``: mypy and import-linter must see the
    extension as one package, because ``operators`` and ``panels`` import relatively from its root.
    """
    configuration = str(ROOT / "pyproject.toml")
    types = _python(environment, "-m", "mypy", "--config-file", configuration, "--cache-dir")
    caches = ROOT / "build" / "mypy", ROOT / "build" / "mypy-tools"  # two, for they run at the same time
    scripts = ["--explicit-package-bases", *(f"{name}.py" for name in SCRIPTS)]
    linter = "from importlinter.cli import lint_imports_command as run; run()"
    site = _python(environment, "-m", "mkdocs", "build", "--strict", "--quiet")
    imports = _python(environment, "-c", linter, "--config", configuration, "--no-cache")
    return [
        Job("ruff", _python(environment, "-m", "ruff", "check", "."), SECONDS["checks"]),
        Job("mypy, the extension", [*types, str(caches[0]), "-p", "bloom"], SECONDS["checks"], staged),
        Job("mypy, the tools", [*types, str(caches[1]), *scripts], SECONDS["checks"], TOOLS),
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


def _pytest(python: Path, arguments: list[str], coverage: Path | None) -> tuple[list[str], dict[str, str]]:
    """Command of a pytest process and what it needs in its environment.

    With a folder for ``coverage`` it measures which lines run, by the interpreter's own events where it has
    them (since 3.12), which costs next to nothing.
    """
    if coverage is None:
        return [str(python), "-m", "pytest", *arguments], {}
    measure = ["-m", "coverage", "run", "--rcfile", str(ROOT / "pyproject.toml")]
    command = [str(python), *measure, "--data-file", str(coverage / "data"), "-m", "pytest", *arguments]
    new = subprocess.run([python, "-c", "import sys; sys.exit(sys.version_info < (3, 12))"]).returncode == 0
    return command, {"COVERAGE_CORE": "sysmon" if new else "ctrace"}


def tests(made: list[Environment], wanted: list[str], extra: list[str], coverage: Path | None) -> list[Job]:
    """The pytest processes: which group runs in which environment.

    Those of the newest Blender measure coverage if there is a folder for it.
    """
    paths = groups()
    last_of_python = {environment.blender.python: environment for environment in made}
    places = {"core": list(last_of_python.values()), "blender": made, "once": made[-1:]}
    jobs = []
    for group in wanted:
        for environment in places[group] if paths[group] else []:
            where = f"Blender {environment.blender.version}"
            if group == "core":
                where = "Python {}.{}".format(*environment.blender.python)
            measured = environment == made[-1] and group != "once"  # whose Blenders are other processes
            folder = coverage if measured else None
            # What a formula gives hardly depends on the Python, so an older one tries a part of the cases.
            thinned = ["--fewer-cases"] if group == "core" and environment != made[-1] and not extra else []
            command, environ = _pytest(environment.python, [*paths[group], *thinned, *extra], folder)
            jobs.append(Job(f"{group} tests, {where}", command, SECONDS[group], environ=environ))
    return jobs


def training(extra: list[str], coverage: Path | None = None) -> tuple[list[Job], str]:
    """The recorder's tests with PyTorch, or why they are left out."""
    python, reason = environments.training()
    if python is None:
        return [], reason
    paths = [str((TESTS / name).relative_to(ROOT)) for name in TRAINING]
    command, environ = _pytest(python, [*paths, *extra], coverage)
    return [Job("recorder tests, PyTorch", command, SECONDS["training"], environ=environ)], ""


class _Running:
    """A job that was started; its output goes to a file, or to our own where ``folder`` is None."""

    def __init__(self, job: Job, environ: dict[str, str], folder: Path | None) -> None:
        self.job = job
        self.start = time.monotonic()
        self.output = None if folder is None else tempfile.TemporaryFile(dir=folder)  # noqa: SIM115
        self.process = subprocess.Popen(
            job.command, cwd=job.folder, env={**environ, **job.environ}, start_new_session=os.name != "nt",
            stdout=self.output, stderr=None if self.output is None else subprocess.STDOUT,
        )  # fmt: skip

    def result(self) -> Result | None:
        """How it ended, with its output shown; None while it runs. Kills it when its time is up."""
        code = self.process.poll()
        seconds = time.monotonic() - self.start
        late = code is None and seconds > self.job.seconds
        if code is None and not late:
            return None
        if late:
            _kill(self.process)
        failures: tuple[str, ...] = ()
        if self.output is not None:
            self.output.seek(0)
            text = self.output.read().decode("utf-8", "replace")
            self.output.close()
            print(f"\n=== {self.job.name}, {seconds:.0f} s\n{text.strip()}", flush=True)
            failures = tuple(line for line in text.splitlines() if line.startswith(("FAILED ", "ERROR ")))
        if late:
            print(f"{self.job.name} did not end within {self.job.seconds:.0f} s and was stopped", flush=True)
        ends = {0: "passed", NO_TESTS: "no tests"}
        verdict = "FAILED" if code is None else ends.get(code, "FAILED")
        return Result(self.job.name, verdict, seconds, failures)


def run(jobs: list[Job], environ: dict[str, str], at_once: int = 1) -> list[Result]:
    """Run jobs in this order, some at once; their results in the order in which they ended.

    Whatever is still running when this ends, by Control-C for instance, is killed, children included.
    """
    waiting = list(jobs)
    running: list[_Running] = []
    results: list[Result] = []
    with tempfile.TemporaryDirectory(prefix="bloom-output-", ignore_cleanup_errors=True) as folder:
        try:
            while waiting or running:
                while waiting and len(running) < at_once:
                    job = waiting.pop(0)
                    print(f"\n=== {job.name}" if at_once == 1 else f"... {job.name}", flush=True)
                    running.append(_Running(job, environ, Path(folder) if at_once > 1 else None))
                for one in list(running):
                    result = one.result()
                    if result is not None:
                        running.remove(one)
                        results.append(result)
                time.sleep(0.05)
        finally:
            for one in running:
                _kill(one.process)
    return results


def _coverage(python: Path, folder: Path) -> Result:
    """Show the share of lines that ran, by room; whether each room has enough."""
    start = time.monotonic()
    try:
        rooms = covered.measured(python, folder)
    except subprocess.CalledProcessError as error:
        print(error.stdout, flush=True)
        return Result("coverage", "FAILED", time.monotonic() - start)
    print(f"\n=== coverage\n{covered.table(rooms)}", flush=True)
    short = [room for room in rooms if room.falls_short]
    failures = tuple(f"{room.name}: the tests run {room.share:.1%} of its lines" for room in short)
    return Result("coverage", "FAILED" if short else "passed", time.monotonic() - start, failures)


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
    parser.add_argument(
        "--jobs", type=int, metavar="N", help="so many at once; 1 shows the output as it comes (default: one"
        f" for each processor, {MOST_AT_ONCE} at most)", default=min(os.cpu_count() or 1, MOST_AT_ONCE)
    )  # fmt: skip
    parser.add_argument("pytest", nargs="*", help="arguments for pytest, after --")
    arguments = parser.parse_args(argv)
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="bloom-tests-", ignore_cleanup_errors=True) as temporary:
        return _main(arguments, start, Path(temporary))


def _main(arguments: argparse.Namespace, start: float, folder: Path) -> int:
    coverage = None
    if arguments.only in (None, "tests") and not arguments.blender and not arguments.pytest:
        coverage = folder / "coverage"  # with a part of the tests its figures would say nothing
        coverage.mkdir()
    with ThreadPoolExecutor(1) as pool:  # beside the others, for it waits for pip as they do
        recorder = None
        if arguments.only in (None, "tests", "training"):
            recorder = pool.submit(training, arguments.pytest, coverage)
        at_once = max(arguments.jobs, 1)
        made, missing = environments.available(
            tuple(arguments.blender), environments.TESTING, at_once=at_once
        )
        if arguments.only in (None, "tests", "once") and not arguments.blender:
            missing += environments.available((), (), at_once, environments.INSTALL_ONLY)[1]
        more, without = recorder.result() if recorder else ([], "")
    environments.report(missing)
    if not made:
        raise EnvironmentsError("not one supported Blender can run here, so there is nothing to test in")

    environ = {**os.environ, "BLOOM_CACHE_DIR": str(folder / "cache")}
    (folder / "cache").mkdir()
    jobs: list[Job] = []
    if arguments.only in (None, "checks"):
        jobs += checks(made[-1], _stage(folder))
    wanted = ["core", "blender", "once"] if arguments.only in (None, "tests") else [arguments.only]
    if arguments.only not in ("checks", "training"):
        jobs += tests(made, wanted, arguments.pytest, coverage)
    jobs += more
    results = run(jobs, environ, 1 if len(jobs) == 1 else at_once)
    if coverage is not None:
        results.append(_coverage(made[-1].python, coverage))

    failures = [item.blender.version for item in missing if item.failed]
    results += [Result(f"environment of Blender {version}", "FAILED", 0) for version in failures]
    print("\n=== summary")
    for result in results:
        print(f"{result.verdict:9}{result.seconds:7.0f} s  {result.name}")
        for line in result.failures:
            print(f"{'':20}{line}")
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
