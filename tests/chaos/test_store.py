"""Machine code is loaded from private folders alone: each way in which others could put it there."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

import pytest

from bloom_blender.codegen import store

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Windows keeps a user's folders private itself")
NOBODY = 65534


@pytest.fixture
def cache(tmp_path, monkeypatch) -> Path:
    """A cache folder of this test, with something kept in it; the other candidates lie beside it."""
    monkeypatch.setenv("BLOOM_CACHE_DIR", str(tmp_path / "above" / "cache"))
    monkeypatch.setattr(store, "_folder", None)
    monkeypatch.setattr(store, "_user_cache", lambda: None)
    monkeypatch.setattr(store.tempfile, "tempdir", str(tmp_path / "temporary"))
    store.write("code", b"machine code")
    assert store.read("code") == b"machine code"
    store._usable.cache_clear()
    yield tmp_path / "above" / "cache" / "kernels"
    store._usable.cache_clear()


def is_refused(folder: Path) -> bool:
    """Whether the folder is passed over, for the next candidate, and nothing in it is read."""
    used = store.cache_folder()
    assert used in (folder.resolve(), store._temporary() / "kernels")
    return used != folder.resolve() and store.read("code") is None


def test_folders_are_made_for_this_user_alone(cache):
    for folder in (cache, cache.parent, cache.parent.parent):
        assert stat.S_IMODE(folder.stat().st_mode) & 0o077 == 0
    assert not is_refused(cache)


@pytest.mark.parametrize("up", [0, 1, 2])
@pytest.mark.parametrize("mode", [0o777, 0o702])
def test_others_may_write_to_a_folder_on_the_way(cache, up, mode):
    (cache, *cache.parents)[up].chmod(mode)
    assert is_refused(cache)


def test_a_group_may_write_unless_it_is_this_user_alone(cache, monkeypatch):
    cache.parent.chmod(0o770)
    monkeypatch.setattr(store, "_is_own_group", lambda number: False)
    assert is_refused(cache)
    store._usable.cache_clear()
    monkeypatch.setattr(store, "_is_own_group", lambda number: True)
    assert not is_refused(cache)


def test_nobody_can_move_what_is_another_s_in_a_sticky_folder(cache):
    """Such as /tmp; but the folder of the files themselves must be closed."""
    cache.parent.parent.chmod(0o1777)
    assert not is_refused(cache)
    store._usable.cache_clear()
    cache.chmod(0o1777)
    assert is_refused(cache)


def test_the_folder_is_a_link(cache):
    cache.rename(cache.with_name("elsewhere"))
    cache.symlink_to(cache.with_name("elsewhere"))
    assert store.cache_folder() != cache.resolve()


def test_the_folder_belongs_to_another_user(cache, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: NOBODY)
    assert not store.is_private(cache)
    assert store.read("code") is None


@pytest.mark.skipif(os.name == "posix" and os.getuid() != 0, reason="only the administrator gives files away")
@pytest.mark.parametrize("up", [0, 1, 2])
def test_a_folder_on_the_way_belongs_to_another_user(cache, up):
    os.chown((cache, *cache.parents)[up], NOBODY, NOBODY)
    assert is_refused(cache)


def test_a_file_that_others_may_write_or_a_link_is_not_read(cache):
    file = cache / "code.kernel"
    file.chmod(0o666)
    assert store.read("code") is None
    file.chmod(0o600)
    assert store.read("code") == b"machine code"
    file.rename(cache / "real")
    file.symlink_to(cache / "real")
    assert store.read("code") is None
    file.unlink()
    os.mkfifo(file)
    assert store.read("code") is None  # and does not wait


@pytest.mark.skipif(os.name == "posix" and os.getuid() != 0, reason="only the administrator gives files away")
def test_a_file_of_another_user_is_not_read(cache):
    os.chown(cache / "code.kernel", NOBODY, NOBODY)
    assert store.read("code") is None


def test_the_shared_temporary_folder_is_looked_at_too(cache, monkeypatch, tmp_path):
    """Somebody else can make it first, since its name is known."""
    monkeypatch.delenv("BLOOM_CACHE_DIR")
    own = tmp_path / "temporary" / f"bloom-{os.getuid()}"
    own.mkdir(parents=True)
    own.chmod(0o777)
    (own / "kernels").mkdir(mode=0o700)
    poison = b"somebody else's code"
    file = own / "kernels" / "code.kernel"
    file.write_bytes(hashlib.sha256(poison).digest() + poison)
    file.chmod(0o600)
    assert store.cache_folder() is None and store.read("code") is None
    store._usable.cache_clear()
    own.chmod(0o700)
    assert store.read("code") == poison
