"""Opening and writing files: what is refused, and that a file is there whole or not at all."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import stat
import subprocess
import sys

import pytest

from bloom_blender.errors import BloomError
from bloom_blender.files import check_target, open_regular, read_regular, replace_file
from tests.support import REPOSITORY

posix = pytest.mark.skipif(os.name != "posix", reason="pipes, devices and permissions of POSIX")


def refused(function, *arguments):
    with pytest.raises(BloomError) as caught:
        function(*arguments)
    return str(caught.value)


def test_a_regular_file_is_read(tmp_path):
    path = tmp_path / "a.flame"
    path.write_bytes(b"0123456789")
    with open_regular(path) as file:
        assert file.read(3) == b"012" and file.read() == b"3456789"
    assert read_regular(path, 10) == b"0123456789"
    assert "has 10 bytes: give 9 bytes or fewer" in refused(read_regular, path, 9)


def test_what_is_not_a_file_is_refused(tmp_path):
    assert "cannot be read" in refused(open_regular, tmp_path / "absent")
    assert "is a folder" in refused(open_regular, tmp_path)
    assert "cannot be read" in refused(open_regular, tmp_path / ("n" * 300))
    assert "is not a path" in refused(open_regular, "a\0b")
    assert "is not a path" in refused(check_target, "a\0b")


@posix
def test_pipes_devices_and_sockets_are_refused_without_waiting(tmp_path):
    """A pipe has no writer and /dev/zero no end: both would keep a reader for ever."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    (tmp_path / "zero").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as unix:
        unix.bind(os.path.relpath(tmp_path / "socket"))
        for name, word in (("pipe", "pipe"), ("link", "pipe"), ("zero", "device"), ("socket", "socket")):
            path = tmp_path / name
            for function in (open_regular, lambda p: read_regular(p, 100), check_target, _write):
                assert f"is a {word}" in refused(function, path), (name, function)
    assert stat.S_ISFIFO(os.stat(tmp_path / "pipe").st_mode)


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="Linux has files whose size is 0")
def test_the_limit_holds_where_the_size_is_not_known():
    assert os.stat("/proc/self/status").st_size == 0
    assert read_regular("/proc/self/status", 100_000).startswith(b"Name:")
    assert "give 10 bytes or fewer" in refused(read_regular, "/proc/self/status", 10)


def _write(path, data=b"new"):
    with replace_file(path) as temporary:
        temporary.write_bytes(data)


def test_a_file_is_replaced(tmp_path):
    path = tmp_path / "a.exr"
    _write(path, b"old")
    with replace_file(path) as temporary:
        assert temporary.parent == tmp_path and temporary.suffix == ".exr" and temporary.name[0] == "."
        temporary.write_bytes(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["a.exr"]
    _write(tmp_path / ("n" * 251 + ".exr"))  # 255 bytes, as much as most systems allow


def test_a_failure_leaves_the_older_file(tmp_path):
    path = tmp_path / "a.flame"
    _write(path, b"old")

    def fail(error):
        with replace_file(path) as temporary:
            temporary.write_bytes(b"half")
            raise error

    assert "cannot be written (No space left on device)" in refused(
        fail, OSError(28, "No space left on device")
    )
    with pytest.raises(KeyboardInterrupt):
        fail(KeyboardInterrupt())
    assert path.read_bytes() == b"old" and os.listdir(tmp_path) == ["a.flame"]
    assert "is a folder" in refused(_write, tmp_path)
    assert "cannot be written" in refused(_write, tmp_path / "nowhere" / "a.flame")


@posix
def test_links_and_permissions_stay(tmp_path):
    (tmp_path / "real").mkdir()
    link, real = tmp_path / "a", tmp_path / "real" / "a"
    link.symlink_to(real)
    old = os.umask(0o027)
    try:
        _write(link)
        assert link.is_symlink() and stat.S_IMODE(real.stat().st_mode) == 0o640
        os.chmod(real, 0o604)
        _write(link, b"newer")
        assert real.read_bytes() == b"newer" and stat.S_IMODE(real.stat().st_mode) == 0o604
    finally:
        os.umask(old)


def _write_often(path, letter, failures):
    for _ in range(40):
        try:
            _write(path, letter * 200_000)
        except BloomError as error:
            failures.put(str(error))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps a file that somebody reads")
def test_several_writers_never_show_a_torn_file(tmp_path):
    path = tmp_path / "a.exr"
    _write(path, b"a" * 200_000)
    context = multiprocessing.get_context("fork")
    failures = context.Queue()
    writers = [context.Process(target=_write_often, args=(path, c, failures)) for c in (b"b", b"c")]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        data = path.read_bytes()
        assert len(data) == 200_000 and data == data[:1] * 200_000
    assert failures.empty() and os.listdir(tmp_path) == ["a.exr"]


@posix
def test_the_next_writer_removes_what_a_killed_one_left(tmp_path):
    program = "import os,signal,sys; from bloom_blender.files import replace_file as r\n"
    program += "with r(sys.argv[1]) as t: t.write_text('half'); os.kill(os.getpid(), signal.SIGKILL)"
    target = tmp_path / "run.bloom"
    target.write_text("old")
    killed = subprocess.run([sys.executable, "-c", program, str(target)], cwd=REPOSITORY)
    assert killed.returncode == -signal.SIGKILL
    assert target.read_text() == "old" and len(os.listdir(tmp_path)) == 2
    # One of another machine in a shared folder, with a process number that nobody has here.
    (left,) = (name for name in os.listdir(tmp_path) if name.startswith("."))
    number, _, rest = left.partition("-")
    other = tmp_path / f"{number}-{'0' * 8}{rest[8:]}"
    other.write_text("at work")
    with replace_file(target) as temporary:
        temporary.write_text("new")
    assert sorted(os.listdir(tmp_path)) == [other.name, "run.bloom"] and target.read_text() == "new"
