"""Give damaged and hostile files to every reader, and report what is neither read nor refused properly.

    python tools/fuzz.py                          every reader, ten minutes in all
    python tools/fuzz.py --target flame --minutes 60
    python tools/fuzz.py --list

Needs an environment with numba and the test extra, as `tools/environments.py` makes. An input is damaged
at random (bytes, words, numbers, lines, nesting, truncation, two files spliced). It must be read, or be
refused with a `BloomError`, within `SECONDS` and `MEGABYTES`. Everything else is a finding: it is written to
``--out`` with the reason in its name, once for each place in the code. Findings that are mended are kept in
``tests/data/fuzz`` and read again by the tests. The same ``--seed`` gives the same inputs.

Where atheris is installed, ``--coverage`` lets it choose the inputs by the code that they reach.
"""

from __future__ import annotations

import argparse
import collections
import hashlib
import io
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
BATCH = 2000
"""Inputs of one child process; a new one begins with clean memory."""
PATIENCE = 20.0
"""Seconds without an answer after which a child process is ended and its input is a finding."""


@dataclass(frozen=True)
class Target:
    """A reader: what it is called with, and files to begin with, name to bytes."""

    read: Callable[[Path], object]
    seeds: Callable[[], dict[str, bytes]]
    words: tuple[bytes, ...] = ()


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


def _flames() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((ROOT / "bloom_blender/presets").glob("*.flame"))}


def _gradients() -> dict[str, bytes]:
    stops = "".join(f" index={k * 20} color={k * 600000}\n" for k in range(20))
    ugr = f'fire {{\ngradient:\n title="fire" smooth=no\n{stops}}}\n'
    rows = "".join(f"{k} {255 - k} {k // 2}\n" for k in range(256))
    return {"a.ugr": ugr.encode(), "b.map": rows.encode()}


def _logs() -> dict[str, bytes]:
    steps = range(40)
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
    skipped = (".py", ".json")
    return {path.name: path.read_bytes() for path in sorted(SAMPLES.iterdir()) if path.suffix not in skipped}


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
}


# ---------------------------------------------------------------------------------------------- mutations

_WORDS = (
    *(b"nan", b"-inf", b"1e999", b"-0", b"0x", b"1_000", b"1,5", b"9" * 400, b"1e-320", b"-1"),
    *(b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\r", b"\n\n", b"\t", b"," * 50, b'""'),
    *(b"[" * 2000, b"{" * 2000, b"<a>" * 500, b"\xff" * 8, b"\x7f\xff\xff\xff", b"\x80\x00\x00\x00"),
)
_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_LONGEST = 2**20


def mutated(data: bytes, other: bytes, words: tuple[bytes, ...], chance: random.Random) -> bytes:
    """One to eight changes of an input, after which it has less than a megabyte."""
    for _ in range(1 + min(int(chance.expovariate(0.6)), 7)):
        data = chance.choice(_MUTATIONS)(data, other, words, chance)[:_LONGEST]
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


def _work(name: str, seed: str, count: int, pipe) -> None:
    """Child process: say which input comes, then how it went."""
    import resource

    target = TARGETS[name]
    outcome(target.read, Path(os.devnull))  # load the modules before memory is limited
    with tempfile.TemporaryDirectory() as folder:
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + MEGABYTES * 2**20,) * 2)
        for _, (file, data) in zip(range(count), inputs(target, seed), strict=False):
            path = Path(folder) / file
            path.write_bytes(data)
            pipe.send((file, None))
            pipe.send((file, outcome(target.read, path)))
            path.unlink()
    pipe.send((None, None))


class Report:
    """Counts of outcomes, and the findings as files."""

    def __init__(self, name: str, out: Path) -> None:
        self.name, self.out, self.counts = name, out, collections.Counter()

    def add(self, told: str, file: str, content: bytes) -> None:
        """Count an outcome; the first input of each kind of finding is kept."""
        self.counts[told] += 1
        if told in ("read", "refused") or self.counts[told] > 1:
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
    context = multiprocessing.get_context("spawn")
    ends, batch = time.monotonic() + seconds, 0
    while time.monotonic() < ends:
        key = f"{name} {seed} {batch}"
        mine, theirs = context.Pipe(duplex=False)
        child = context.Process(target=_work, args=(name, key, BATCH, theirs), daemon=True)
        child.start()
        theirs.close()
        done, file = 0, None
        stream = inputs(TARGETS[name], key)  # the same as the child's

        while time.monotonic() < ends or file is not None:
            try:
                if not mine.poll(PATIENCE if done or file else 3 * PATIENCE):
                    report.add(f"hangs {file}", file or "start", next(stream)[1])
                    break
                said, told = mine.recv()
            except EOFError:  # it has crashed
                child.join()
                report.add(f"ends with {child.exitcode}", file or "start", next(stream)[1])
                break
            if said is None:
                break
            file = said
            if told is not None:
                report.add(told, said, next(stream)[1])
                done, file = done + 1, None
        child.kill()
        child.join()
        mine.close()
        batch += 1
    return report


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


def main(argv: list[str] | None = None) -> int:
    """Fuzz; 1 if there are findings."""
    parser = argparse.ArgumentParser(description="Give damaged files to every reader of Bloom.")
    parser.add_argument("--target", action="append", choices=list(TARGETS), help="only this reader")
    parser.add_argument("--minutes", type=float, default=10.0, help="in all, default: %(default)g")
    parser.add_argument("--seed", type=int, default=0, help="another choice of inputs, default: 0")
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "fuzz", help="folder for findings")
    parser.add_argument("--coverage", action="store_true", help="by atheris; needs one --target")
    parser.add_argument("--list", action="store_true", help="name the readers")
    arguments = parser.parse_args(argv)
    if arguments.list:
        print("\n".join(TARGETS))
        return 0
    targets = arguments.target or list(TARGETS)
    seconds = arguments.minutes * 60 / len(targets)
    if arguments.coverage:
        if len(targets) != 1:
            parser.error("--coverage needs one --target")
        fuzz_by_coverage(targets[0], seconds, arguments.seed, arguments.out)
    found = 0
    for name in targets:
        report = fuzz(name, seconds, arguments.seed, arguments.out)
        print(report.line(), flush=True)
        found += report.findings
    return 1 if found else 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
