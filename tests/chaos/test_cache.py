"""Compiled code on disk: found again, never stale, never in the way."""

from __future__ import annotations

import ctypes
import functools
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bloom_blender.codegen import kernels, linker, store
from tests.chaos import some_kernels
from tests.support import REPOSITORY

#: Applies an xform and a function of numba, and prints how much it compiled and what came out.
SCRIPT = """
import ctypes, sys
from pathlib import Path
import numpy as np
from bloom_blender.chaos.kernels import layout
from bloom_blender.chaos.kernels.build import game_of
from bloom_blender.codegen.kernels import run
from bloom_blender.chaos.structure import structure_of, values_of
from bloom_blender.codegen import linker, store
from bloom_blender.flame.model import Flame, Variation, Xform

compiled = []
make = linker._object_code
linker._object_code = lambda *given: compiled.append(1) or make(*given)

def image(variation):
    xform = Xform(coefs=(0.5, 0.1, -0.2, 0.5, 0.3, 0.1), variations=(Variation(variation, 1.0),))
    flame = Flame("one", (xform,))
    structure = structure_of(flame)
    f, u = np.full(layout.FLOATS, 0.25, np.float32), np.zeros(layout.WORDS, np.uint32)
    values = values_of(flame, structure)
    kinds = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p)
    loop = ctypes.CFUNCTYPE(None, *kinds)(int(game_of(structure)[0]))
    loop(f.ctypes.data, u.ctypes.data, 0, 40, values.ctypes.data)
    return float(f[layout.GROUPED]).hex()

def doubled():
    from tests.chaos.some_kernels import double_root
    x = np.full(3, 2.0, np.float32)
    run(double_root, 3, 1, x)
    return x.tolist()[1]

BETWEEN
answer = doubled()
print(len(compiled), image("swirl"), answer)
"""


def environment(folder: Path | str) -> dict[str, str]:
    own = {"BLOOM_CACHE_DIR": str(folder), "PYTHONPATH": str(REPOSITORY), "NUMBA_NUM_THREADS": "1"}
    return os.environ | own


def run(folder: Path | str, between: str = "image('swirl')", **more: str) -> list[str]:
    """What the script prints in a process of its own."""
    code = SCRIPT.replace("BETWEEN", between)
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(folder) | more, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.fixture(scope="module")
def fresh(tmp_path_factory) -> list[str]:
    """The answers without any cache."""
    return run(tmp_path_factory.mktemp("fresh"))


def test_another_process_compiles_nothing(tmp_path, fresh):
    first, second = run(tmp_path), run(tmp_path)
    assert first == fresh and first[0] == "3"
    assert second == ["0", *first[1:]]


@pytest.mark.parametrize("damage", ["half", "empty", "changed"])
def test_damaged_files_are_rebuilt(tmp_path, fresh, damage):
    run(tmp_path)
    files = list((tmp_path / "kernels").iterdir())
    assert len(files) == 3
    for file in files:
        data = bytearray(file.read_bytes())
        data[len(data) // 2] ^= 1
        file.write_bytes({"half": data[: len(data) // 2], "empty": b"", "changed": data}[damage])
    assert run(tmp_path) == fresh
    assert run(tmp_path)[0] == "0"


def test_a_folder_that_disappears_comes_back(tmp_path, fresh):
    between = f"image('swirl'); import shutil; shutil.rmtree({str(tmp_path)!r}); image('linear')"
    assert run(tmp_path, between) == ["4", *fresh[1:]]
    assert len(list((tmp_path / "kernels").iterdir())) == 3


def test_nothing_can_be_written(tmp_path, fresh):
    """Neither the folder that is asked for nor a home nor a temporary folder can be written to."""
    nowhere = tmp_path / "file"
    nowhere.write_text("a file is not a folder")
    between = (
        f"import tempfile; tempfile.tempdir = {str(nowhere / 'temporary')!r}\n"
        "assert store.cache_folder() is None\n"
        "image('swirl')"
    )
    homes = dict.fromkeys(("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA", "USERPROFILE"), str(nowhere / "home"))
    assert run(nowhere / "cache", between, **homes) == fresh


def test_the_installation_is_left_alone(tmp_path):
    """It may be read-only: compiled code goes to the cache folder alone."""
    folder = REPOSITORY / "bloom_blender"
    before = set(folder.rglob("*"))
    run(tmp_path, PYTHONDONTWRITEBYTECODE="1")
    assert {path for path in folder.rglob("*") if path.suffix != ".py"} <= before


def test_two_processes_at_once(tmp_path, fresh):
    code = SCRIPT.replace("BETWEEN", "")
    command = [sys.executable, "-c", code]
    both = [
        subprocess.Popen(command, env=environment(tmp_path), stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    assert [process.communicate()[0].split()[1:] for process in both] == [fresh[1:]] * 2
    assert {path.suffix for path in (tmp_path / "kernels").iterdir()} == {".kernel"}
    assert run(tmp_path)[0] == "0"


def kernel_of(folder: Path, number: str):
    """A kernel from a module of its own."""
    folder.mkdir()
    file = folder / "own_kernel.py"
    file.write_text(
        "from bloom_blender.chaos.kernels.layout import F\n"
        "from bloom_blender.codegen.numba_internals import compiled\n"
        f"@compiled\ndef same(n, x):\n    x[n] = x[n] + F({number})\n"
    )
    spec = importlib.util.spec_from_file_location(f"{folder.name}.own_kernel", file)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module.same


def test_other_text_processor_or_version_has_another_name(monkeypatch, tmp_path):
    """So an upgrade never finds what an older one left."""
    import llvmlite
    import numba
    from llvmlite import binding

    monkeypatch.setenv("BLOOM_CACHE_DIR", str(tmp_path / "cache"))
    one, two = kernel_of(tmp_path / "one", "1.0"), kernel_of(tmp_path / "two", "2.0")
    kinds = (("f4", 1),)
    addresses = {kernels.entry_of(kernel, kinds) for kernel in (one, two)}
    monkeypatch.setattr(numba, "__version__", "99.0")
    addresses.add(kernels.entry_of.__wrapped__(one, kinds))
    assert len(addresses) == 3
    assert len(list((tmp_path / "cache" / "kernels").iterdir())) == 3
    host = linker._host()
    assert llvmlite.__version__ in host and binding.get_host_cpu_name() in host
    assert store.name_of("xform", host, "a") != store.name_of("xform", host + "+avx", "a")


def test_functions_of_the_same_name_stay_apart(monkeypatch, tmp_path):
    """numba names what a kernel calls alike in each process, and one process loads what several compiled."""
    monkeypatch.setenv("BLOOM_CACHE_DIR", str(tmp_path))
    text = (
        "declare double @cos(double)\n"
        "define i32 @helper() noinline {\n  ret i32 NUMBER\n}\n"
        "define i32 @NAME() {\n  %r = call i32 @helper()\n  ret i32 %r\n}\n"
    )
    linkage = {
        function.name: function.linkage.name
        for function in linker.closed(text.replace("NUMBER", "0"), "NAME").functions
    }
    assert linkage == {"cos": "external", "helper": "internal", "NAME": "external"}
    results = []
    for number in ("1", "2"):
        own = text.replace("NUMBER", number)
        write = functools.partial(own.replace, "NAME")
        address = linker.address_of("test", own, write, finished=True)
        results.append(ctypes.CFUNCTYPE(ctypes.c_int32)(address)())
    assert results == [1, 2]


def test_numba_s_target_is_part_of_the_name(monkeypatch):
    """NUMBA_CPU_NAME and its like change the code of kernels."""
    import numba

    texts = []
    monkeypatch.setattr(linker, "address_of", lambda label, text, write, finished: texts.append(text))
    kernels.entry_of.__wrapped__(some_kernels.count, (("i8", 1),))
    for setting, value in (("CPU_NAME", "generic"), ("CPU_FEATURES", ""), ("OPT", 0), ("BOUNDSCHECK", 1)):
        monkeypatch.setattr(numba.config, setting, value)
        kernels.entry_of.__wrapped__(some_kernels.count, (("i8", 1),))
    assert len(set(texts)) == 5


def test_a_kernel_that_fails_says_so():
    kernels.run(some_kernels.fails, 3, 2, np.zeros(3))
    with pytest.raises(RuntimeError, match="fails"):
        kernels.run(some_kernels.fails, 3, 2, np.arange(3.0))


@pytest.mark.parametrize("threads", [1, 2, None])
def test_every_task_runs_once(threads):
    counts = np.zeros(1001, np.int64)
    kernels.run(some_kernels.count, 1000, threads, counts)
    kernels.run(some_kernels.count, 0, threads, counts)
    assert counts.tolist() == [1] * 1000 + [0]


def test_old_files_go(tmp_path, monkeypatch):
    monkeypatch.setenv("BLOOM_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(store, "KEPT", 8)
    for k in range(8):
        store.write(f"old{k}", b"code")
        os.utime(tmp_path / "kernels" / f"old{k}.kernel", (k, k))
    assert store.read("old0") == b"code"  # and so it is used again
    store.write("new", b"code")
    left = {path.stem for path in (tmp_path / "kernels").iterdir()}
    assert left == {"old0", "new", "old4", "old5", "old6", "old7"}
