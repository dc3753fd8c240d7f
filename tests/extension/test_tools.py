"""The tools find Pythons that run, leave alone what is ready, and report what they could not do."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

posix = pytest.mark.skipif(os.name == "nt", reason="the shim is a shell script")


@pytest.fixture
def shim(tmp_path):
    """An executable such as version managers put on PATH: it only says that it has no Python."""
    path = tmp_path / "python3.13"
    path.write_text("#!/bin/sh\necho 'pyenv: python3.13: command not found' >&2\nexit 127\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def no_commands(tools, monkeypatch):
    """Any command fails, so that a test shows what is done without one."""

    def refuse(command, log, explain):
        raise tools.environments.EnvironmentsError(f"{explain} was refused")

    monkeypatch.setattr(tools.environments, "_command", refuse)


@posix
def test_a_python_that_does_not_run_is_passed_over(tools, shim, monkeypatch):
    monkeypatch.setenv("BLOOM_PYTHONS", os.pathsep.join([str(shim), sys.executable]))
    here = sys.version_info[:2]
    found = tools.environments.find_pythons([here, (3, 2)])
    assert list(found) == [here]
    assert found[here].exists()


@posix
def test_every_folder_of_the_path_is_searched(tools, shim, monkeypatch):
    monkeypatch.setenv("PATH", os.pathsep.join([str(shim.parent), *os.environ["PATH"].split(os.pathsep)]))
    here = sys.version_info[:2]
    assert here in tools.environments.find_pythons([here])


def test_blenders_without_python_are_left_out_with_a_reason(tools, monkeypatch, capsys):
    monkeypatch.setattr(tools.environments, "find_pythons", lambda versions: {})
    made, missing = tools.environments.available()
    assert made == []
    assert [item.blender for item in missing] == list(tools.environments.SUPPORTED)
    assert not any(item.failed for item in missing)
    tools.environments.report(missing)
    assert "Blender 5.2 is left out: no Python 3.13 with venv was found" in capsys.readouterr().out


def test_a_failing_installation_is_a_failure(tools, monkeypatch, tmp_path, no_commands):
    monkeypatch.setattr(tools.environments, "FOLDER", tmp_path)
    monkeypatch.setattr(
        tools.environments, "find_pythons", lambda versions: dict.fromkeys(versions, sys.executable)
    )
    made, missing = tools.environments.available(("5.2",))
    assert made == []
    assert [item.failed for item in missing] == [True]
    assert "was refused" in missing[0].reason


def test_unknown_blender_names_the_supported_ones(tools):
    with pytest.raises(
        tools.environments.EnvironmentsError, match=r"2\.79 is not supported: choose from 4\.5"
    ):
        tools.environments.available(("2.79",))


def test_a_ready_environment_is_left_alone(tools, ready, no_commands):
    for environment in ready:
        again = tools.environments.make(environment.blender, Path(sys.executable), tools.environments.RUNTIME)
        assert again == environment


def test_requirements_pin_the_blender(tools):
    for blender in tools.environments.SUPPORTED:
        lines = tools.environments.requirements(("render", blender.extra))
        assert any(line.startswith(f"bpy=={blender.version}.*") for line in lines)
        assert any(line.startswith("numba") for line in lines)


def test_staging_needs_every_shipped_file(tools, tmp_path):
    with pytest.raises(tools.build_extension.BuildError, match="is missing in"):
        tools.build_extension.stage(tmp_path / "bloom", root=tmp_path)


def test_every_test_folder_is_in_one_group(tools):
    groups = tools.run_tests.groups()
    listed = [name for names in groups.values() for name in names]
    assert len(listed) == len(set(listed))
    folders = [path for path in tools.run_tests.TESTS.iterdir() if any(path.rglob("test_*.py"))]
    assert {Path(name).name for name in listed} >= {path.name for path in folders}
    assert groups["once"] == [os.path.join("tests", "extension")]


def _job(tools, name, code, seconds=30.0):
    return tools.run_tests.Job(name, [sys.executable, "-c", code], seconds)


@pytest.mark.parametrize("at_once", [1, 2])
def test_a_job_that_hangs_is_stopped(tools, capfd, at_once):
    job = _job(tools, "hang", "import time; print('begun', flush=True); time.sleep(60)", 1.0)
    (result,) = tools.run_tests.run([job], dict(os.environ), at_once)
    assert result.verdict == "FAILED"
    assert result.seconds < 30
    said = capfd.readouterr().out
    assert "begun" in said and "did not end within" in said


def test_a_job_that_fails_is_a_failure(tools):
    (result,) = tools.run_tests.run([_job(tools, "fail", "raise SystemExit(3)")], dict(os.environ))
    assert result.verdict == "FAILED"


def test_jobs_at_once_wait_for_each_other_and_do_not_mix_their_output(tools, capfd, tmp_path):
    """Each of the first two waits until it sees the other one's file, so they end only side by side."""
    meet = (
        "import pathlib, time\nhere = pathlib.Path({folder!r})\n"
        "(here / {own!r}).touch()\nprint('{own} 1')\n"
        "while not (here / {other!r}).exists(): time.sleep(0.01)\nprint('{own} 2')\n"
    )
    a = _job(tools, "a", meet.format(folder=str(tmp_path), own="a", other="b"))
    b = _job(tools, "b", meet.format(folder=str(tmp_path), own="b", other="a"))
    c = _job(tools, "c", "print('FAILED tests/x.py::test_y'); raise SystemExit(1)")
    results = tools.run_tests.run([a, b, c], dict(os.environ), 2)
    assert {result.name: result.verdict for result in results} == {
        "a": "passed",
        "b": "passed",
        "c": "FAILED",
    }
    assert results[-1].failures == ("FAILED tests/x.py::test_y",)
    said = capfd.readouterr().out
    assert "a 1\na 2\n" in said and "b 1\nb 2\n" in said


def test_what_runs_is_killed_with_the_command(tools, tmp_path):
    """As after Control-C: here the second job cannot be started, while the first one would run on."""
    alive = tmp_path / "alive"
    code = (
        f"import pathlib, time\nalive = pathlib.Path({str(alive)!r})\n"
        "for n in range(600): alive.write_text(str(n)); time.sleep(0.05)"
    )
    absent = tools.run_tests.Job("absent", [str(tmp_path / "no program")], 30.0)
    with pytest.raises(OSError):
        tools.run_tests.run([_job(tools, "long", code), absent], dict(os.environ), 2)
    before = alive.read_text() if alive.exists() else ""
    time.sleep(0.3)
    assert (alive.read_text() if alive.exists() else "") == before


@pytest.mark.parametrize(
    ("line", "step"),
    [
        ("progress 0.25 frame 30 of 120\n", (0.25, "frame 30 of 120")),
        ("progress 1\n", (1.0, "")),
        ("progress 7 far\n", (1.0, "far")),
        ("progress soon\n", None),
        ("Saved: frame_0001.png\n", None),
    ],
)
def test_progress_lines(tools, line, step):
    assert tools.progress.parse(line) == step


def test_bar_in_a_log_is_one_line_for_each_tenth(tools):
    stream = io.StringIO()
    bar = tools.progress.Bar("film", stream)
    for n in range(101):
        bar.show(n / 100, f"frame {n}")
    assert len(stream.getvalue().splitlines()) == 11


MODULE = """
def larger(a: int = 1, b: int = 2) -> int:
    if a > b:
        return a
    return b
"""


def test_changes_of_a_module(tools):
    found = tools.mutate.mutations(MODULE)
    said = {str(mutation).partition(": ")[2] for mutation in found}
    assert {"a > b  ->  a >= b", "return a  ->  return None", "1  ->  2", "2  ->  4"} <= said
    assert "if a > b: return a  ->  if True: return a" in said
    assert not any("int  ->" in text for text in said), "types are not behaviour"
    for mutation in found:
        assert mutation.source != MODULE
        compile(mutation.source, "changed", "exec")


def test_a_change_that_no_test_notices_survives(tools, tmp_path, capsys):
    """With equal numbers it makes no difference whether > or >= is asked."""
    folder = tmp_path / "bloom_blender"
    folder.mkdir()
    (folder / "module.py").write_text(MODULE)
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_module.py").write_text(
        "import sys; sys.path.insert(0, 'bloom_blender')\nfrom module import larger\n"
        "def test_it(): assert larger(1, 2) == larger(2, 1) == larger(2, 2) == 2\n"
    )
    wanted = ("a > b  ->  a >= b", "return b  ->  return None")
    chosen = [m for m in tools.mutate.mutations(MODULE) if str(m).endswith(wanted)]
    left = tools.mutate.survivors("bloom_blender/module.py", ["tests"], chosen, tmp_path)
    assert [m.operator for m in left] == ["comparison"]
    assert (folder / "module.py").read_text() == MODULE
    with pytest.raises(RuntimeError, match="do not pass as it is"):
        tools.mutate.survivors("bloom_blender/module.py", ["absent"], chosen, tmp_path)


def test_coverage_is_summed_up_by_room(tools, ready, tmp_path):
    """Measured as run_tests.py does it, with a module alone instead of pytest."""
    command, environ = tools.run_tests._pytest(ready[-1].python, [], tmp_path)
    command[command.index("pytest")] = "bloom_blender.errors"
    subprocess.run(command, cwd=tools.run_tests.ROOT, env={**os.environ, **environ}, check=True)
    found = {room.name: room for room in tools.covered.measured(ready[-1].python, tmp_path)}
    assert {"bloom_blender", "bloom_blender/flame", "bloom_blender/scene", "operators", "panels"} <= set(
        found
    )
    assert found["bloom_blender/flame"].lines > 1000 and found["bloom_blender/flame"].run == 0
    assert found["bloom_blender"].run > 0
    assert found["operators"].falls_short and "below 90%" in tools.covered.table(list(found.values()))


def test_fewer_cases_are_of_every_test(tools, ready):
    """Each test function stays, and of one with hundreds of cases a seventh."""
    command = [ready[-1].python, "-m", "pytest", "--collect-only", "-q", "tests/flame/test_properties.py"]
    options = {"cwd": tools.run_tests.ROOT, "capture_output": True, "text": True, "check": True}
    every, fewer = (
        [line for line in subprocess.run(more, **options).stdout.splitlines() if "::" in line]
        for more in (command, [*command, "--fewer-cases"])
    )
    assert set(fewer) < set(every) and len(fewer) < len(every) / 5
    assert {line.partition("[")[0] for line in fewer} == {line.partition("[")[0] for line in every}


def test_a_room_with_too_little_coverage_fails(tools):
    room = tools.covered.Room
    assert [room("a", 1000, run).falls_short for run in (899, 900, 1000)] == [True, False, False]
    assert not room("of few lines", 99, 70).falls_short
    table = tools.covered.table([room("a", 1000, 899), room("b", 1000, 900)]).splitlines()
    assert "below 90%" in table[0] and "below" not in table[1]
    assert tools.covered.room_of("bloom_blender/scene/flame/object.py") == "bloom_blender/scene"
    assert tools.covered.room_of("bloom_blender\\errors.py") == "bloom_blender"
    assert tools.covered.room_of("panels/sidebar.py") == "panels"


def test_there_is_nothing_to_measure_without_data(tools, ready, tmp_path):
    assert tools.covered.measured(ready[-1].python, tmp_path) == []
