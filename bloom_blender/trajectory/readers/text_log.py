"""Lines that a training script prints: nanoGPT, llm.c, Keras' and the Trainer's output, and the like.

A line counts if it names a step and a number. Understood are

- ``iter 10: loss 3.1, time 12.3ms``, ``step 250: train loss 3.0, val loss 3.2``,
  ``step 5/100 | loss 3.1 | lr 1e-4``, ``Epoch: [3][ 10/500] Loss 2.31 (2.40)``, ``loss=3.1 step=10``;
- ``250 val 3.28`` (build-nanogpt) and ``s:250 trl:3.28`` (llm.c);
- ``{'loss': 2.3, 'learning_rate': 5e-05, 'epoch': 0.1}`` (Hugging Face), which are counted;
- ``Epoch 3/10`` followed by ``… - loss: 0.26 - accuracy: 0.92`` (Keras).

Everything else, such as warnings, is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..measurements import Measurements
from ..options import Options
from ..source import Source
from ..trajectory import Trajectory
from .rows import is_clock

FORMAT = "text log"

_VALUE = r"[-+]?(?:\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|\.\d+|nan|inf(?:inity)?)"
_SHORT = re.compile(rf"(\d+) ([A-Za-z_][\w/]*) ({_VALUE})", re.I | re.A)
_LLM_C = re.compile(rf"s:(\d+)((?: \w+:{_VALUE})+)", re.I | re.A)
_STEP = re.compile(
    r"(?<![A-Za-z/])(?:global[_ ]?step|steps?|iter(?:ation)?s?|updates?|num_updates)"
    r"[\"']?[\s:=#\[(]*(\d{1,15})(?![\d.]*\d)(?:\s*(?:/|of)\s*\d+)?[\])]*",
    re.I | re.A,
)
_EPOCH = re.compile(
    r"(?<![A-Za-z/])(?:epochs?|ep)[\"']?[\s:=#\[(]*(\d{1,15})(?![\d.]*\d)(?:\s*(?:/|of)\s*\d+)?[\])]*",
    re.I | re.A,
)
_WITHIN = re.compile(r"\s*[\[(]\s*(\d{1,12})\s*/\s*(\d{1,12})\s*[\])]", re.A)
_METRIC = re.compile(
    rf"(?<![\w./])[\"']?([A-Za-z_][\w/.@-]*(?: [A-Za-z_][\w/.@-]*){{0,2}})[\"']?\s*(?:[:=]\s*|\s)"
    rf"[\"'(]?({_VALUE})(%|[A-Za-z]{{1,3}}(?:/[A-Za-z]+)?)?(?=$|[\s,;|)\]}}\"'/(])",
    re.I | re.A,
)
_NO_NAMES = {
    "of", "in", "at", "to", "took", "after", "from", "and", "for", "with", "by", "is", "the", "line", "gpu",
    "rank", "eta", "elapsed", "version", "file",
}  # fmt: skip


def recognizes(source: Source) -> bool:
    """Whether most of the first lines, or ten of them, tell a step and a number."""
    if source.looks_binary:
        return False
    lines = source.head_lines[:2000]
    reader = _Reader()
    told = sum(1 for line in lines if any(True for _ in reader.measured(line)))
    return told >= 10 or (told > 0 and 3 * told >= len(lines))


def read(source: Source, options: Options) -> Trajectory:
    """Read every number that a line tells with its step."""
    measured = Measurements(options.selection)
    reader = _Reader()
    waiting = ""
    for line in source.lines(partial=options.partial):
        _add(reader, waiting, measured)
        waiting = line
    if source.ends_with_newline():
        _add(reader, waiting, measured)
    else:  # a number may be cut in two
        _add(reader, waiting.rpartition(",")[0] or waiting.rpartition(" | ")[0], measured)
    return measured.trajectory(source.run_name, source.name, {"origin": FORMAT})


def _add(reader: _Reader, line: str, measured: Measurements) -> None:
    for name, step, value, unit in reader.measured(line):
        measured.add(name, step, value, unit)


class _Reader:
    """Understands a log line by line; remembers where the log is."""

    def __init__(self) -> None:
        self._step = 0  # for lines that tell an epoch only, where others tell steps
        self._has_steps = False
        self._epoch: int | None = None
        self._rows = 0

    def measured(self, line: str) -> Iterator[tuple[str, int, float, str]]:
        """(name, step, value, unit) of what the line tells."""
        line = line.strip()
        if not line or len(line) > 5000:
            return
        match = _SHORT.fullmatch(line)
        if match and not is_clock(match[2]):
            yield match[2], int(match[1]), float(match[3]), ""
            return
        match = _LLM_C.fullmatch(line)
        if match:
            for pair in match[2].split():
                name, _, value = pair.partition(":")
                yield name, int(match[1]), float(value), ""
            return
        yield from self._general(line)

    def _general(self, line: str) -> Iterator[tuple[str, int, float, str]]:
        found = _STEP.search(line)
        if found:
            self._has_steps, self._step = True, int(found[1])
            step, before, after = self._step, line[: found.start()], line[found.end() :]
        elif line.startswith("{") and line.endswith("}"):
            step, before, after = self._rows, "", line[1:-1]
            if any(True for _ in _metrics(after)):
                self._rows += 1
        elif found := _EPOCH.search(line):
            self._epoch = int(found[1])
            within = _WITHIN.match(line, found.end())
            step = self._step if self._has_steps else self._epoch
            before, after = line[: found.start()], line[found.end() :]
            if within and int(within[2]) > 0:
                step, after = self._epoch * int(within[2]) + int(within[1]), line[within.end() :]
        elif self._epoch is not None and " - " in line and "loss" in line:
            step, before, after = self._step if self._has_steps else self._epoch, "", line
        else:
            return
        if "=" in before:
            for name, value, unit in _metrics(before):
                if f"{name}=" in before.replace(" =", "="):
                    yield name, step, value, unit
        for name, value, unit in _metrics(after):
            yield name, step, value, unit


def _metrics(text: str) -> Iterator[tuple[str, float, str]]:
    for match in _METRIC.finditer(text):
        name = match[1].strip(" -:")
        if name.lower() in _NO_NAMES or is_clock(name):
            continue
        yield name, float(match[2]), match[3] or ""
