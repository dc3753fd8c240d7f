"""Give damaged and hostile files to every reader, and report what is neither read nor refused properly.

    python tools/fuzz.py                          every reader, ten minutes in all
    python tools/fuzz.py --target flame --minutes 60
    python tools/fuzz.py --list

Needs an environment with numba and the test extra, as `tools/environments.py` makes. An input is damaged
at random (bytes, words, numbers, lines, nesting, truncation, two files spliced). It must be read, or be
refused with a `BloomError`, within `SECONDS` and `MEGABYTES`. Everything else is a finding: it is written to
``--out`` with the reason in its name, once for each place in the code. Findings that are mended are kept in
``tests/data/fuzz`` and read again by the tests. The same ``--seed`` gives the same inputs. ``--counts FILE``
adds the counts of this call to those in a file, so that they can be summed over many calls.

Where atheris is installed, ``--coverage`` lets it choose the inputs by the code that they reach.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import functools
import hashlib
import importlib.util
import io
import itertools
import json
import multiprocessing
import os
import random
import re
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "tests" / "trajectory" / "samples"
SECONDS = 1.0
MEGABYTES = 256
BATCH = 5000
"""Inputs of one child process; a new one begins with clean memory."""
TOLD = 200
"""Inputs after which a child process tells how they went."""
PATIENCE = 20.0
"""Seconds without an answer after which a child process is ended and its input is a finding."""


@dataclass(frozen=True)
class Target:
    """A reader: what it is called with, and files to begin with, name to bytes."""

    read: Callable[[Path], object]
    seeds: Callable[[], dict[str, bytes]]
    words: tuple[bytes, ...] = ()
    blender: bool = False
    """Whether it needs the module bpy."""


# ------------------------------------------------------------------------------------------------ targets


def _read_flame(path: Path) -> None:
    from bloom_blender.flame.xml import read_flames, report_unknown, write_flame

    for flame in read_flames(path):
        report_unknown(flame)
        write_flame(flame)


def _read_gradient(path: Path) -> None:
    from bloom_blender.flame.gradients import read_gradients

    read_gradients(path)


def _read_run(path: Path) -> None:
    from bloom_blender.errors import BloomError
    from bloom_blender.trajectory import read_trajectory
    from bloom_blender.trajectory.description import preview

    preview(path)  # the import dialog shows it before anything is read
    try:
        read_trajectory(path)
    except BloomError:
        read_trajectory(path, partial=True)


def _read_weights(path: Path) -> None:
    from bloom_blender.trajectory.readers.checkpoints import open_weights

    for tensor in open_weights(path).tensors.values():
        tensor.load()


def _read_permutation(path: Path) -> None:
    from bloom_blender.cli.grow import read_permutation

    read_permutation(str(path))


def _read_curves(path: Path) -> None:
    from bloom_blender.growth import load_npz

    load_npz(path)


def _read_pack(path: Path) -> None:
    from bloom_blender.errors import BloomError
    from bloom_blender.flame.xml import read_pack

    pack = read_pack(path)
    for number in range(min(len(pack), 20)):
        pack.name(number)
        with contextlib.suppress(BloomError):  # what `bloom render --range` leaves out
            pack.flame(number)


def _read_part(path: Path) -> None:
    from bloom_blender.develop.parts import Merged

    Merged([path])


def _read_words(path: Path) -> None:
    """A folder of word vectors, of which one file is the input."""
    folder = path.parent / "words"
    folder.mkdir(exist_ok=True)
    (folder / "1.txt").write_bytes(b"\n".join(b"w%d 1 2 %d" % (k, k) for k in range(5)))
    (folder / "2.txt").write_bytes(path.read_bytes() if path.is_file() else b"")
    _read_run(folder)


def _read_index(path: Path) -> None:
    """Two checkpoints of several files, of which one has the input as its index."""
    from safetensors.numpy import save

    folder = path.parent / "series"
    for step in (1, 2):
        inner = folder / f"checkpoint-{step}"
        if not inner.is_dir():
            inner.mkdir(parents=True)
            (inner / "a.safetensors").write_bytes(save({"layer.weight": _ramp(step)}))
            (inner / "model.safetensors.index.json").write_bytes(_indexes()["index.json"])
    data = path.read_bytes() if path.is_file() else b""
    (folder / "checkpoint-2" / "model.safetensors.index.json").write_bytes(data)
    _read_run(folder)


def _read_arguments(path: Path) -> None:
    """A line of the command line; verbs that only read, and convert, are run, too."""
    from bloom_blender.cli import _parser

    words = path.read_bytes().decode("utf-8", "surrogateescape").split("\n")
    with open(os.devnull, "w", errors="replace") as nothing, contextlib.redirect_stdout(nothing):
        with contextlib.redirect_stderr(nothing):
            try:
                arguments = _cached(_parser)(()).parse_args(words)
            except SystemExit:
                return
            if words[0] in ("info", "convert", "variations", "merge", "measure"):
                with contextlib.chdir(_argument_folder(path.parent)):
                    arguments.run(arguments)


@functools.cache
def _cached(function: Callable) -> Callable:
    return functools.cache(function)


def _argument_folder(parent: Path) -> Path:
    folder = parent / "arguments"
    if not folder.is_dir():
        folder.mkdir()
        (folder / "run.csv").write_bytes(_logs()["a.csv"])
        (folder / "a.flame").write_bytes(_SMALL_FLAME)
    return folder


def _read_baked(path: Path) -> None:
    from bloom_blender.scene.points import ply
    from bloom_blender.scene.volume import vdb

    ply.state_in(path)
    vdb.state_in(path)


def _read_messages(path: Path) -> None:
    """What a second Blender prints, line by line."""
    from bloom_blender.scene.work.second_blender import progress_in

    for line in path.read_bytes().decode("utf-8", "replace").splitlines():
        progress_in(line)


_SMALL_FLAME = b"""<flame name="a" version="EMBER-LNX-1.0.0.14" size="64 48" center="0 0" scale="20"
 zoom="0.5" quality="5" background="0 0 0" brightness="4" gamma="4" vibrancy="1">
 <xform weight="0.5" color="0.1" symmetry="0.2" linear="1" julian="0.5" julian_power="3" julian_dist="1"
  coefs="0.5 0 0 0.5 0.1 0.2" post="1 0 0 1 0 0" chaos="1 0.5" opacity="1"/>
 <xform weight="0.5" color="0.9" swirl="1" pre_blur="0.1" coefs="0.6 0.1 -0.1 0.6 -0.1 0.2"/>
 <finalxform weight="0" color="0" bubble="1" coefs="1 0 0 1 0 0"/>
 <edit date="x"><sheep/></edit><symmetry kind="2"/>
 <color index="0" rgb="10 20 30"/><color index="255" rgb="200 100 0"/>
 <palette count="4" format="RGB">000000FF0000 00FF00 0000FF</palette>
</flame>"""


def _flames() -> dict[str, bytes]:
    shipped = sorted((ROOT / "bloom_blender/presets").glob("*.flame"), key=lambda path: path.stat().st_size)
    return {f"small{k}.flame": _SMALL_FLAME for k in range(9)} | {p.name: p.read_bytes() for p in shipped[:3]}


def _packs() -> dict[str, bytes]:
    return {"pack.flame": b"<flames>" + _SMALL_FLAME * 3 + b"</flames>", "two.flame": _SMALL_FLAME * 2}


def _gradients() -> dict[str, bytes]:
    stops = "".join(f" index={k * 20} color={k * 600000}\n" for k in range(20))
    ugr = f'fire {{\ngradient:\n title="fire" smooth=no\n{stops}}}\n'
    rows = "".join(f"{k} {255 - k} {k // 2}\n" for k in range(256))
    return {"a.ugr": ugr.encode(), "b.map": rows.encode()}


def _logs() -> dict[str, bytes]:
    steps = range(14)
    json_rows = [{"step": step, "loss": 3 / (1 + step)} for step in steps]
    texts = {
        "a.csv": "epoch,step,loss,acc\n" + "".join(f"{s // 10},{s},{3 / (1 + s)},0.{s}\n" for s in steps),
        "a.json": json.dumps({"log_history": json_rows}),
        "a.jsonl": "".join(json.dumps(row) + "\n" for row in json_rows),
        "a.log": "".join(f"iter {s}: loss {3 / (1 + s):.4f}, time {s}ms\n" for s in steps),
        "b.log": "".join(f"[{s}]\ttrain-rmse:{3 / (1 + s):.4f}\n" for s in steps),
        "c.log": "".join(f"{{'loss': {3 / (1 + s):.4f}, 'epoch': {s}}}\n" for s in steps),
        "a.vec": "9 5\n"
        + "".join(f"w{k} " + " ".join(f"{k * j / 7}" for j in range(5)) + "\n" for k in range(9)),
        "loss": "".join(f"17000000{s:05d} {3 / (1 + s)} {s}\n" for s in steps),
    }
    return {name: text.encode() for name, text in texts.items()}


def _binaries() -> dict[str, bytes]:
    """Binary logs, their first records only, and checkpoints whole."""
    skipped = (".py", ".json")
    files = {path.name: path.read_bytes() for path in sorted(SAMPLES.iterdir()) if path.suffix not in skipped}
    return {name: data if name.endswith(".pt") else data[:4000] for name, data in files.items()}


def _arrays() -> dict[str, bytes]:
    import numpy as np

    steps = np.arange(1, 31)
    return {
        "a.npz": _saved(np.savez, step=steps, loss=3.0 / steps),
        "b.npz": _saved(np.savez_compressed, step=steps, loss=3.0 / steps),
        "a.npy": _saved(np.save, 3.0 / steps),
    }


def _weights() -> dict[str, bytes]:
    import numpy as np
    from safetensors.numpy import save

    tensors = {"layer.weight": np.linspace(0, 1, 60, dtype=np.float32).reshape(20, 3)}
    files = {"a.safetensors": save(tensors), "a.npz": _saved(np.savez, **tensors)}
    return files | {name: data for name, data in _binaries().items() if name.endswith(".pt")}


def _ramp(step: int):
    import numpy as np

    return np.linspace(0, step, 12, dtype=np.float32).reshape(4, 3)


def _indexes() -> dict[str, bytes]:
    index = {"metadata": {"total_size": 48}, "weight_map": {"layer.weight": "a.safetensors"}}
    return {"index.json": json.dumps(index).encode()}


def _parts() -> dict[str, bytes]:
    from bloom_blender.cli import main as bloom

    with tempfile.TemporaryDirectory() as folder:
        flame, part = Path(folder) / "a.flame", Path(folder) / "1.npz"
        flame.write_bytes(_SMALL_FLAME)
        options = ["--width", "16", "--quality", "1", "--share", "1/2", "--device", "cpu", "--quiet"]
        with open(os.devnull, "w") as nothing, contextlib.redirect_stderr(nothing):
            bloom(["render", str(flame), "-o", str(part), *options])
        return {"1.npz": part.read_bytes()}


def _word_files() -> dict[str, bytes]:
    return {"2.txt": b"".join(b"w%d 1.5 -2 %d\n" % (k, k) for k in range(5))}


def _argument_lines() -> dict[str, bytes]:
    lines = (
        "info run.csv --steps 1:5 --series loss*",
        "info a.flame --json --index 1",
        "convert run.csv -o out.bloom --name x --float32 --steps 2:4",
        "render a.flame -o o.png --width 100 --quality 5 --range 1-3 --bits 16 --device cpu",
        "grow lotus run.csv -o g.npz --frames 10 --seed 3",
        "film run.csv -o f.webp --seconds 2 --fps 12 --flame rose",
        "card run.csv -o c.png --width 640",
        "variations --help",
        "merge p1.npz p2.npz -o m.png",
        "mutate a.flame -o m.flame --count 3 --seed 1",
        "random -o r.flame --count 2",
        "interpolate a.flame a.flame -o i.flame --frames 4",
    )
    return {f"{k}.args": line.replace(" ", "\n").encode() for k, line in enumerate(lines)}


def _baked() -> dict[str, bytes]:
    head = "ply\nformat binary_little_endian 1.0\ncomment bloom_state 0f3a\nelement vertex 2\n"
    head += "".join(f"property float {name}\n" for name in "xyz") + "end_header\n"
    files = {"a.ply": head.encode() + bytes(24)}
    from bloom_blender.scene import versions

    openvdb = versions.openvdb()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.vdb"
        grid = openvdb.FloatGrid()
        grid.fill((0, 0, 0), (3, 3, 3), 1.0)
        openvdb.write(str(path), grids=[grid], metadata={"bloom_state": "0f3a"})
        return files | {"a.vdb": path.read_bytes()}


def _messages() -> dict[str, bytes]:
    line = '{"bloom": "progress", "frames": 10, "written": 3, "kept": 2, "elsewhere": 1, "frame": 7}\n'
    return {"a.txt": (line * 3 + "bloom: error: there is no camera.\nFra:3 Mem:20M\n").encode()}


def _saved(write: Callable[..., None], *arrays: object, **named: object) -> bytes:
    buffer = io.BytesIO()
    write(buffer, *arrays, **named)
    return buffer.getvalue()


def _bloom_files() -> dict[str, bytes]:
    import numpy as np

    from bloom_blender.record import Recorder

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.bloom"
        with Recorder(path, every=1) as recorder:
            for step in range(1, 9):
                recorder.step({"layer": np.full((4, 3), 1.0 / step, np.float32)}, loss=1.0 / step)
        return {"run.bloom": path.read_bytes()}


def _permutations() -> dict[str, bytes]:
    import numpy as np

    numbers = _saved(np.save, np.arange(20))
    return {"a.json": json.dumps(list(range(20))).encode(), "a.txt": b"0 1 2 3", "a.npy": numbers}


def _curves() -> dict[str, bytes]:
    import numpy as np

    from bloom_blender.growth import Curves

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "curves.npz"
        Curves(("xform1.coefs[0]", "xform1.coefs[1]"), np.zeros(2), np.ones((5, 2))).save_npz(path)
        return {"curves.npz": path.read_bytes()}


_XML = (
    b"<flame",
    b"<xform",
    b"</flame>",
    b"<!DOCTYPE",
    b"&#",
    b"<palette count=",
    b"<edit>",
    b"weight=",
    b"xaos=",
)
TARGETS = {
    "flame": Target(_read_flame, _flames, _XML),
    "gradient": Target(_read_gradient, _gradients, (b"index=", b"color=", b"{", b"gradient:")),
    "log": Target(_read_run, _logs, (b"step", b"epoch", b"loss", b"{", b'"', b":", b"[", b"\x1b[2K")),
    "binary": Target(_read_run, lambda: {n: d for n, d in _binaries().items() if not n.endswith(".pt")}),
    "array": Target(_read_run, _arrays, (b"'shape': (", b"<f8", b"O", b"data_offsets")),
    "weights": Target(_read_weights, _weights, (b"data_offsets", b"F32", b"ckpt", b"\x80\x02")),
    "bloom": Target(_read_run, _bloom_files, (b"shape", b"dtype", b"data_offsets", b"__metadata__")),
    "permutation": Target(_read_permutation, _permutations),
    "curves": Target(_read_curves, _curves),
    "pack": Target(_read_pack, _packs, _XML),
    "part": Target(_read_part, _parts),
    "words": Target(_read_words, _word_files, (b"1e5", b" ", b"w1")),
    "index": Target(_read_index, _indexes, (b"../", b"/etc/passwd", b"weight_map", b"checkpoint-1/")),
    "arguments": Target(_read_arguments, _argument_lines, (b"--", b"-", b"#", b"1:2", b"/dev/null", b"..")),
    "baked": Target(_read_baked, _baked, (b"element vertex", b"bloom_state"), blender=True),
    "messages": Target(_read_messages, _messages, (b'{"bloom": "progress"', b"bloom: error: "), blender=True),
}


# ---------------------------------------------------------------------------------------------- mutations

_WORDS = (
    *(b"nan", b"-inf", b"1e999", b"-0", b"0x", b"1_000", b"1,5", b"9" * 400, b"1e-320", b"-1"),
    *(b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\r", b"\n\n", b"\t", b"," * 50, b'""'),
    *(b"[" * 2000, b"{" * 2000, b"<a>" * 500, b"\xff" * 8, b"\x7f\xff\xff\xff", b"\x80\x00\x00\x00"),
)
_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_LONGEST, _SHORT = 2**20, 2**13
_LONG_ONES = 0.02
"""Share of the inputs that may have more than `_SHORT` bytes: what is wrong mostly shows in short ones."""


def mutated(data: bytes, other: bytes, words: tuple[bytes, ...], chance: random.Random) -> bytes:
    """One to eight changes of an input, after which it has less than a megabyte."""
    longest = _LONGEST if chance.random() < _LONG_ONES else max(_SHORT, len(data) + 1000)
    for _ in range(1 + min(int(chance.expovariate(0.6)), 7)):
        data = chance.choice(_MUTATIONS)(data, other, words, chance)[:longest]
    return data


def _place(data: bytes, chance: random.Random) -> int:
    return chance.randrange(len(data) + 1)


def _flip(data, other, words, chance):
    if not data:
        return data
    changed = bytearray(data)
    for _ in range(1 + chance.randrange(4)):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _overwrite(data, other, words, chance):
    start = _place(data, chance)
    value = chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)))
    length = chance.choice((1, 2, 4, 8))
    return data[:start] + bytes([value]) * length + data[start + length :]


def _truncate(data, other, words, chance):
    return data[: _place(data, chance)]


def _cut(data, other, words, chance):
    start, stop = sorted((_place(data, chance), _place(data, chance)))
    return data[:start] + data[stop:]


def _repeat(data, other, words, chance):
    start, stop = sorted((_place(data, chance), _place(data, chance)))
    return data[:stop] + data[start:stop] * chance.choice((1, 2, 50)) + data[stop:]


def _splice(data, other, words, chance):
    return data[: _place(data, chance)] + other[_place(other, chance) :]


def _insert_word(data, other, words, chance):
    start = _place(data, chance)
    return data[:start] + chance.choice(words + _WORDS) + data[start:]


def _replace_number(data, other, words, chance):
    found = list(_NUMBER.finditer(data[:65536]))
    if not found:
        return data
    match = chance.choice(found)
    return data[: match.start()] + chance.choice(_WORDS[:10]) + data[match.end() :]


def _swap_lines(data, other, words, chance):
    lines = data.split(b"\n")
    first, second = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[first], lines[second] = lines[second], lines[first]
    return b"\n".join(lines)


_MUTATIONS = (
    *(_flip, _overwrite, _truncate, _cut, _repeat, _splice, _insert_word, _replace_number, _swap_lines),
)


def inputs(target: Target, seed: str) -> Iterator[tuple[str, bytes]]:
    """Names and contents of damaged files, without end."""
    chance = random.Random(seed)
    seeds = target.seeds()
    names = list(seeds)
    while True:
        name = chance.choice(names)
        yield name, mutated(seeds[name], seeds[chance.choice(names)], target.words, chance)


# ----------------------------------------------------------------------------------------------- outcomes


def outcome(read: Callable[[Path], object], path: Path) -> str:
    """Read a file: ``read``, ``refused``, or what is wrong: kind and place."""
    from bloom_blender.errors import BloomError

    began = time.process_time()
    try:
        read(path)
        told = "read"
    except BloomError as error:
        told = "refused" if str(error).strip() and "\n" not in str(error) else "message of several lines"
    except (MemoryError, RecursionError) as error:
        return f"{type(error).__name__} {_place_of(error)}"
    except Exception as error:
        return f"{type(error).__name__} {_place_of(error)}"
    if time.process_time() - began > SECONDS:
        return f"slow {path.suffix or path.name}"
    return told


def _place_of(error: BaseException) -> str:
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "bloom_blender" in f.filename]
    return f"{Path(frames[-1].filename).name}-{frames[-1].name}" if frames else "elsewhere"


def _work(name: str, seed: str, count: int, at, pipe) -> None:
    """Child process: note which input comes, and tell now and then how they went."""
    import resource

    target = TARGETS[name]
    outcome(target.read, Path(os.devnull))  # load the modules before memory is limited
    counts: collections.Counter[str] = collections.Counter()
    findings: list[tuple[str, str, bytes]] = []
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + MEGABYTES * 2**20,) * 2)
        for number, (file, data) in zip(range(count), inputs(target, seed), strict=False):
            at.value = number
            path = Path(folder) / file
            path.write_bytes(data)
            told = outcome(target.read, path)
            counts[told] += 1
            if told not in ("read", "refused") and counts[told] == 1:
                findings.append((told, file, data))
            if (number + 1) % TOLD == 0 or number + 1 == count:
                pipe.send((dict(counts), findings))
                counts.clear()
                findings.clear()
    pipe.send(None)


class Report:
    """Counts of outcomes, and the findings as files."""

    def __init__(self, name: str, out: Path) -> None:
        self.name, self.out, self.counts = name, out, collections.Counter()

    def add(self, told: str, file: str, content: bytes, count: int = 1) -> None:
        """Count an outcome; the first input of each kind of finding is kept."""
        first = told not in self.counts
        self.counts[told] += count
        if told in ("read", "refused") or not first:
            return
        self.out.mkdir(parents=True, exist_ok=True)
        label = re.sub(r"\W+", "-", told)
        path = self.out / f"{self.name}-{label}-{hashlib.sha256(content).hexdigest()[:8]}-{file}"
        path.write_bytes(content)
        print(f"  {told}: {path}", flush=True)

    @property
    def findings(self) -> int:
        """How many inputs were neither read nor refused."""
        return sum(count for told, count in self.counts.items() if told not in ("read", "refused"))

    def line(self) -> str:
        """The counts as a line of JSON."""
        return json.dumps({"target": self.name, "inputs": sum(self.counts.values()), **self.counts})


def fuzz(name: str, seconds: float, seed: int, out: Path) -> Report:
    """Feed one reader for so long, in child processes."""
    report = Report(name, out)
    target = TARGETS[name]
    fork = "fork" in multiprocessing.get_all_start_methods() and not target.blender
    context = multiprocessing.get_context("fork" if fork else "spawn")
    if fork:
        outcome(target.read, Path(os.devnull))  # so that each child has the modules already
    ends, batch = time.monotonic() + seconds, 0
    while time.monotonic() < ends:
        key = f"{name} {seed} {batch}"
        _feed(name, key, context, report, ends)
        batch += 1
    return report


def _feed(name: str, key: str, context, report: Report, ends: float) -> None:
    """One child process, and what it tells, to its end or that of the time."""
    mine, theirs = context.Pipe(duplex=False)
    at = context.Value("Q", 2**63, lock=False)
    child = context.Process(target=_work, args=(name, key, BATCH, at, theirs), daemon=True)
    child.start()
    theirs.close()

    def lost(told: str) -> None:
        """The input at which it is belongs to no message."""
        number = at.value
        file, data = next(itertools.islice(inputs(TARGETS[name], key), number, None), ("start", b""))
        report.add(told if number < 2**63 else f"{told} at the start", file, data)

    last, since = at.value, time.monotonic()
    while time.monotonic() < ends:
        try:
            if mine.poll(1.0):
                told = mine.recv()
                if told is None:
                    break
                counts, findings = told
                kept = {finding[0]: finding for finding in findings}
                for outcome_, count in counts.items():
                    _, file, data = kept.get(outcome_, ("", "", b""))
                    report.add(outcome_, file, data, count)
        except EOFError:  # it has crashed
            child.join()
            lost(f"ends with {child.exitcode}")
            break
        if at.value != last:
            last, since = at.value, time.monotonic()
        elif time.monotonic() - since > PATIENCE * (3 if last >= 2**63 else 1):
            lost("hangs")
            break
    child.kill()
    child.join()
    mine.close()


def fuzz_by_coverage(name: str, seconds: float, seed: int, out: Path) -> None:
    """Let atheris choose the inputs of one reader. It ends the process itself."""
    import atheris

    with atheris.instrument_imports(include=["bloom_blender"]):
        target = TARGETS[name]
        seeds = target.seeds()
        outcome(target.read, Path(os.devnull))
    report, folder = Report(name, out), tempfile.mkdtemp()
    names = list(seeds)
    corpus = Path(folder) / "corpus"
    corpus.mkdir()
    for index, (file, data) in enumerate(seeds.items()):
        (corpus / file).write_bytes(bytes([index]) + data)

    def one(data: bytes) -> None:
        if data:
            path = Path(folder) / names[data[0] % len(names)]
            path.write_bytes(data[1:])
            report.add(outcome(target.read, path), path.name, data[1:])

    def end() -> None:
        print(report.line(), flush=True)

    import atexit

    atexit.register(end)
    options = [sys.argv[0], f"-max_total_time={seconds:.0f}", f"-seed={seed + 1}", f"-max_len={_LONGEST}"]
    atheris.Setup([*options, "-rss_limit_mb=2048", f"-timeout={PATIENCE:.0f}", str(corpus)], one)
    atheris.Fuzz()


def _add_counts(path: Path, report: Report) -> None:
    known = json.loads(path.read_text()) if path.exists() else {}
    known[report.name] = dict(collections.Counter(known.get(report.name, {})) + report.counts)
    path.write_text(json.dumps(known, indent=1, sort_keys=True))


def main(argv: list[str] | None = None) -> int:
    """Fuzz; 1 if there are findings."""
    parser = argparse.ArgumentParser(description="Give damaged files to every reader of Bloom.")
    parser.add_argument("--target", action="append", choices=list(TARGETS), help="only this reader")
    parser.add_argument("--minutes", type=float, default=10.0, help="in all, default: %(default)g")
    parser.add_argument("--seed", type=int, default=0, help="another choice of inputs, default: 0")
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "fuzz", help="folder for findings")
    parser.add_argument("--counts", type=Path, metavar="FILE", help="add the counts to those of this file")
    parser.add_argument("--coverage", action="store_true", help="by atheris; needs one --target")
    parser.add_argument("--list", action="store_true", help="name the readers")
    arguments = parser.parse_args(argv)
    if arguments.list:
        print("\n".join(TARGETS))
        return 0
    has_blender = importlib.util.find_spec("bpy") is not None
    targets = arguments.target or [name for name in TARGETS if has_blender or not TARGETS[name].blender]
    seconds = arguments.minutes * 60 / len(targets)
    if arguments.coverage:
        if len(targets) != 1:
            parser.error("--coverage needs one --target")
        fuzz_by_coverage(targets[0], seconds, arguments.seed, arguments.out)
    found = 0
    for name in targets:
        report = fuzz(name, seconds, arguments.seed, arguments.out)
        print(report.line(), flush=True)
        if arguments.counts:
            _add_counts(arguments.counts, report)
        found += report.findings
    return 1 if found else 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
