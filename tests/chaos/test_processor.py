"""Code for a level of processors that the machines of a farm share: equal to the bit on all of them."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

from bloom_blender.codegen import processor
from bloom_blender.errors import BloomError
from tests.support import REPOSITORY

# Prints hashes of a cloud's points and of a developed picture.
PROGRAM = """
import hashlib, sys
import numpy as np
from bloom_blender.chaos.points import compute_points
from bloom_blender.cli import main
from bloom_blender.codegen import threads
from bloom_blender.flame.xml import read_flame
threads.threads_of = lambda wanted: wanted or int(sys.argv[3])
cloud = compute_points(read_flame(sys.argv[1]), 40_000)
for name in ("positions", "colors", "density", "radius", "light", "age", "xform"):
    print(hashlib.sha256(np.ascontiguousarray(getattr(cloud, name)).tobytes()).hexdigest())
options = ["--width", "60", "--quality", "20", "--device", "cpu", "--quiet"]
assert main(["render", sys.argv[1], "-o", sys.argv[2], *options]) == 0
print(hashlib.sha256(open(sys.argv[2], "rb").read()).hexdigest())
"""
#: What numpy must leave unused, so that its own functions are those of a processor without AVX-512.
NUMPY = "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL AVX512_SPR X86_V4"


def has(level: str) -> bool:
    if platform.machine() not in ("x86_64", "AMD64"):
        return False
    from llvmlite import binding

    features = binding.get_host_cpu_features()
    return all(features.get(need) for need in processor.LEVELS[level].needs)


def results(folder, level: str, threads: int = 2, **more: str) -> list[str]:
    flame = REPOSITORY / "bloom_blender/presets/nebula.flame"
    command = [sys.executable, "-c", PROGRAM, str(flame), str(folder / "picture.exr"), str(threads)]
    environment = {**os.environ, "BLOOM_CPU": level, "NPY_DISABLE_CPU_FEATURES": NUMPY, **more}
    done = subprocess.run(command, env=environment, cwd=REPOSITORY, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = done.stdout.split()
    assert len(found) == 8
    return found


@pytest.mark.skipif(not has("x86-64-v3"), reason="needs a processor with AVX2")
def test_a_level_gives_the_same_bits_on_all_processors(tmp_path):
    """numba is told of an older processor, as it would find one on another machine."""
    here = results(tmp_path, "x86-64-v3", threads=1)
    assert results(tmp_path, "x86-64-v3", threads=16, NUMBA_CPU_NAME="haswell", NUMBA_CPU_FEATURES="") == here
    if has("x86-64-v4"):
        assert results(tmp_path, "x86-64-v4") == here


def test_a_wrong_level_is_refused(monkeypatch):
    processor.chosen.cache_clear()
    monkeypatch.setenv("BLOOM_CPU", "haswell")
    with pytest.raises(BloomError, match=r"^BLOOM_CPU is 'haswell': set it to x86-64-v2, "):
        processor.chosen()


def test_a_level_that_this_processor_lacks_is_refused(monkeypatch):
    processor.chosen.cache_clear()
    lacking = processor.Level(16, ("no-such-instruction",))
    monkeypatch.setitem(processor.LEVELS, "x86-64-v4", lacking)
    monkeypatch.setenv("BLOOM_CPU", "x86-64-v4")
    with pytest.raises(BloomError, match="this processor has no no-such-instruction: set a lower level"):
        processor.chosen()
