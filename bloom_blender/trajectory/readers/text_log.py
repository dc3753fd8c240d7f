"""Lines that a training script prints: nanoGPT, llm.c, Keras' and the Trainer's output, and the like.

A line counts if it names a step and a number. Understood are

- ``iter 10: loss 3.1, time 12.3ms``, ``step 250: train loss 3.0, val loss 3.2``,
  ``step 5/100 | loss 3.1 | lr 1e-4``, ``Epoch: [3][ 10/500] Loss 2.31 (2.40)``, ``loss=3.1 step=10``;
- ``Epoch [1/3], Step [10/100], Loss: 2.97``, ``Train Epoch: 1 [640/60000 (1%)] Loss: 2.3``,
  ``[1, 2000] loss: 2.2``, whose second counter begins again in each epoch;
- ``250 val 3.28`` (build-nanogpt) and ``s:250 trl:3.28`` (llm.c);
- ``[10] train-rmse:0.5 test-rmse:0.6`` (XGBoost, LightGBM), ``10: learn: 0.5 test: 0.6`` (CatBoost);
- ``{'loss': 2.3, 'step': 10}``, with the step at any place, and with other words around it; dicts without a
  step, as ``{'loss': 2.3, 'learning_rate': 5e-05, 'epoch': 0.1}`` (Hugging Face), are counted;
- ``Epoch 3/10`` followed by ``… - loss: 0.26 - accuracy: 0.92`` (Keras);
- ``Epoch 3:  10%|█  | 10/100 [00:01<00:10, 9.5it/s, loss=0.26]`` (tqdm, also each state that is written over
  the one before);
- ``[05/01 12:00:00 d2.utils.events]: eta: 1:23:45 iter: 19 total_loss: 2.5`` (detectron2) and other lines
  that begin with a time, as PaddlePaddle, Megatron and DeepSpeed print them;
- ``[Val] Epoch: 1 Loss: 0.9``, ``Epoch(val) [2][625/625] mAP: 1`` (mmengine), ``| valid | epoch 1 | loss 9``
  (fairseq): names of an evaluation begin with ``val``, ``test`` or ``eval``, its own counter is no step;
- ``Test set: Average loss: 0.05`` and `` * Acc@1 50.0``, which belong to the step before.

Colors and other signs for a terminal are taken off. Everything else, such as warnings, is passed over.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from ...errors import BloomError
from ..measurements import Measurements
from ..options import Options
from ..source import Source
from ..trajectory import Trajectory
from .rows import EpochClock, is_clock

FORMAT = "text log"

_VALUE = (
    r"[-+]?(?:1\.#(?:[qs]nan|ind|inf)\d{0,2}|\d+(?:\.\d*)?(?:[ed][-+]?\d+)?|\.\d+(?:[ed][-+]?\d+)?"
    r"|nan(?:\([\w]{0,12}\))?|inf(?:inity)?)"
)
_WITH_COMMA = r"[-+]?\d+(?:\.\d{3})*(?:,\d+)+(?:\.\d+)?(?:[eE][-+]?\d+)?"
_SHORT = re.compile(rf"(\d{{1,15}}) ([A-Za-z_][\w/]{{0,50}}) ({_VALUE})", re.I | re.A)
_LLM_C = re.compile(rf"s:(\d{{1,15}})((?: \w+:{_VALUE})+)", re.I | re.A)
_NUMBER = (
    r"\d{1,3}(?:[,_]\d{3})+(?![\d,_])|\d{1,12}(?:\.\d{1,9})?[km](?![a-z\d])"
    r"|\d{1,15}(?![\d._]*\d|[km](?![a-z\d])|e[-+]?\d)"
)
_COUNT = rf"[\"']?(?:\((?:train|val|test)\))?[\s:=#\[(\"']*({_NUMBER})(?:\s*(?:/|of)\s*({_NUMBER}))?[\])]*"
_STEP = re.compile(
    r"(?<![A-Za-z/])(?:global[_ ]?step|steps?|iter(?:ation)?s?|updates?|num_updates)" + _COUNT,
    re.I | re.A,
)
_BATCH = re.compile(
    r"(?<![A-Za-z/_])(?:mini)?[-_]?batch(?:[-_ ]?(?:idx|index|id|no|num|number))?" + _COUNT, re.I | re.A
)
_EPOCH = re.compile(r"(?<![A-Za-z/])(?:epochs?|ep)" + _COUNT, re.I | re.A)
_WITHIN = re.compile(
    r"[\s,|:-]{0,4}[\[(]\s*(\d{1,12})\s*/\s*(\d{1,12})\s*(?:\(\s*\d+(?:\.\d+)?%\s*\)\s*)?[\])]", re.A
)
_LEADING = re.compile(r"\[\s*(\d{1,15})\s*\](?=\s)|(\d{1,15}):(?=\s+[A-Za-z_]+:)", re.A)
_LEADING_PAIR = re.compile(r"\[\s*(\d{1,12})\s*,\s*(\d{1,12})\s*\](?=\s)", re.A)
_BAR = re.compile(
    r"\d{1,3}%\|[^|]{0,400}\|\s*(\d{1,12})/(\d{1,12}) \[|(?<![\w.])(\d{1,12})(?:it|ba|batch) \[", re.A
)
_DICT = re.compile(r"\{[^{}]*\}")
# A line of an evaluation, whose counter is its own: "[Val] Epoch 1 …", "Epoch(val) [2][625/625]".
_EVALUATION = re.compile(
    r"(?<![\w/.'-])(?:(val|valid|validat(?:ion|ing))|(test|testing)"
    r"|(eval|evaluat(?:ion|ing)|dev|saving dict for))"
    r"(?![\w.'/]|-\w|\s*=)",
    re.I | re.A,
)
_EVALUATED = re.compile(r"(?:val|valid|validation|test|eval|evaluation|dev)(?![a-z])", re.I)
_NO_STEPS = re.compile(r"\b(?:sanity|predict\w*)\b", re.I)
# What one of a unit is in the smallest of its kind; numbers of a name are all told in its first unit.
_SIZES = {"": 1.0, "k": 1e3, "m": 1e6, "b": 1e9, "g": 1e9, "t": 1e12}
_SECONDS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0, "sec": 1.0, "min": 60.0, "h": 3600.0}
_BYTES = {"kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12, "kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40}
_TESTED = re.compile(r"(\*\s|(test|val(?:id(?:ation)?)?|eval(?:uation)?)\b)(?!:?\s*\[)", re.I | re.A)
_METRIC = re.compile(
    r"(?<![\w./])[\"']?([A-Za-z_][\w/.@-]{0,50}(?:'s)?(?: [A-Za-z_][\w/.@-]{0,50}){0,2})[\"']?\s{0,20}"
    rf"([:=]\s{{0,20}}|\s)[\"'(]?({_WITH_COMMA}|{_VALUE})(%|[A-Za-z]{{1,3}}(?:/[A-Za-z]+)?)?(?=$|[\s,;|)\]}}\"'/(±])",
    re.I | re.A,
)
_WRAPPED = re.compile(
    rf"(?:[\w.]{{1,40}}\.)?(?:float|int|tensor|array)\d{{0,3}}\(({_VALUE})(?:,[^()]*)?(?:\(\))?[^()]*\)", re.A
)
_BEGINS_EVALUATION = re.compile(r"(?:eval|valid|test)[a-z]*(?![\w/.])[^\d=]{0,40}", re.I | re.A)
_TERMINAL = re.compile("\x1b\\[[0-9;:?]*[ -/]*[@-~]|\x1b\\][^\x07\x1b]*(?:\x07|\x1b\\\\)?|\x1b[@-Z\\\\-_]|\b")
_SOURCE_FILE = re.compile(r".*\.(?:py|pyx|cc|cpp|cu|c|h|hpp|rs|jl|r|go|ipynb)", re.I)
_THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?")
_NO_NAMES = {
    "of", "in", "at", "to", "took", "after", "from", "and", "for", "with", "by", "is", "the", "line", "gpu",
    "rank", "eta", "elapsed", "version", "file",
}  # fmt: skip
_LONGEST = 5000  # characters of a line that is read


def recognizes(source: Source) -> bool:
    """Whether most of the first lines, or ten of them, tell a step and a number."""
    if source.looks_binary:
        return False
    lines = source.head_lines[:2000]
    reader = _Reader()
    told = sum(1 for line in lines if any(True for _ in reader.measured(line)) or reader.commas_in_line)
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
    measured.remarks += source.remarks
    _check_commas(reader, source, measured)
    return measured.trajectory(source.run_name, source.name, {"origin": FORMAT})


def _add(reader: _Reader, line: str, measured: Measurements) -> None:
    for name, step, value, unit in reader.measured(line):
        measured.add(name, step, value, unit)


def _check_commas(reader: _Reader, source: Source, measured: Measurements) -> None:
    """Refuse a log that has commas as decimal signs, since half of a number is another number."""
    if not reader.commas and not (reader.thousands and not reader.points):
        return
    if reader.commas <= reader.points:
        measured.remarks.append(
            f"{reader.commas} numbers with commas, such as {reader.first_comma!r}, are left out"
        )
        return
    raise BloomError(
        f"{reader.first_comma!r} in {source.name} has a comma as decimal sign: print it with points "
        f"(LC_NUMERIC=C), or replace the commas between digits."
    )


class _Reader:
    """Understands a log line by line; remembers where the log is.

    Attributes
    ----------
    points, commas, thousands : int
        How many numbers have a decimal point, a comma that can only be a decimal sign, and one that can also
        part the thousands.
    first_comma : str
        The first number with a comma.
    commas_in_line : bool
        Whether the last line had one.
    """

    def __init__(self) -> None:
        self._step = 0  # for lines that tell an epoch only, where others tell steps
        self._has_steps = False
        self._epoch: int | None = None
        self._rows = 0
        self._clock = EpochClock()
        self._bars = EpochClock()
        self._bar, self._bar_count, self._bar_length = 0, 0, 0
        self._last: int | None = None  # the step of the last line that was read
        self._first_epoch: int | None = None  # of counters within epochs
        self._evaluates = False  # after "Eval begin...", until a line of training
        self._length: int | None = None  # of an epoch, by the counter of its steps
        self._units: dict[str, str] = {}
        self.points = self.commas = self.thousands = 0
        self.first_comma = ""
        self.commas_in_line = False

    def measured(self, line: str) -> Iterator[tuple[str, int, float, str]]:
        """(name, step, value, unit) of what the line tells."""
        self.commas_in_line = False
        if len(line) > 2 * _LONGEST:
            return
        if "\x1b" in line or "\b" in line:
            line = _TERMINAL.sub("", line)
        line = line.strip()
        if not line or len(line) > _LONGEST:
            return
        match = _SHORT.fullmatch(line)
        if match and not is_clock(match[2]):
            yield match[2], int(match[1]), _value(match[3]), ""
            return
        match = _LLM_C.fullmatch(line)
        if match:
            for pair in match[2].split():
                name, _, value = pair.partition(":")
                yield name, int(match[1]), _value(value), ""
            return
        if "(" in line:
            line = _WRAPPED.sub(r"\1", line)
        yield from self._general(line)

    def _general(self, line: str) -> Iterator[tuple[str, int, float, str]]:
        if _BEGINS_EVALUATION.fullmatch(line):
            self._evaluates = True
            return
        placed = self._placed(line)
        if placed is None:
            return
        step, before, after, prefix = placed
        self._last = step
        for text, is_before in ((before, True), (after, False)):
            for name, value, unit in self._metrics(text, is_before):
                told = (
                    name if prefix and _EVALUATED.match(name) and not _TESTED.match(line) else prefix + name
                )
                yield told, step, *self._in_first_unit(told, value, unit)

    def _in_first_unit(self, name: str, value: float, unit: str) -> tuple[float, str]:
        """A number in the unit that its name had first, as 900 ms and then 1.2 s."""
        first = self._units.setdefault(name, unit)
        if unit != first:
            for kind in (_SIZES, _SECONDS, _BYTES):
                if unit.lower() in kind and first.lower() in kind:
                    return value * kind[unit.lower()] / kind[first.lower()], first
        return value, first

    def _evaluation(self, line: str, epoch: re.Match | None, length: int | None) -> str:
        """What goes before the names of a line that tells of an evaluation, such as "val "; else ""."""
        measured = next((one for one in _METRIC.finditer(line) if not _is_counter(one[1])), None)
        found = _EVALUATION.search(line[: measured.start()] if measured else line)
        if found:
            return "val " if found[1] else "test " if found[2] else "eval "
        if self._evaluates and (epoch or length is None or length == self._length):
            self._evaluates = False
        return "eval " if self._evaluates else ""

    def _placed(self, line: str) -> tuple[int, str, str, str] | None:
        """The step of a line, its text before and after that, and what goes before its names."""
        epoch = _EPOCH.search(line)
        bar = _BAR.search(line)
        if bar:
            start = min(bar.start(), epoch.start()) if epoch else bar.start()
            if _NO_STEPS.search(line[: bar.start()]):
                return None
            prefix = self._evaluation(line[: bar.start()], epoch, None)
            if prefix and not epoch:  # a bar of its own between those of the training
                return None if self._last is None else (self._last, "", line[bar.end() :], prefix)
            if epoch:
                self._epoch = _whole(epoch[1])
            return self._bar_step(bar), line[:start], line[bar.end() :], prefix
        found = _STEP.search(line) or _BATCH.search(line)
        if found:
            length = _whole(found[2]) if found[2] else None
            prefix = self._evaluation(line, epoch, length)
            first, last = sorted((found, epoch), key=lambda one: one.start()) if epoch else (found, found)
            between = line[first.end() : last.start()] if epoch else ""
            texts = f"{line[: first.start()]} {between}", line[last.end() :]
            if prefix and length is not None and length != self._length and self._last is not None:
                return self._last, *texts, prefix  # its counter is that of the evaluation
            if epoch:
                self._epoch = _whole(epoch[1])
            self._has_steps = True
            self._step = self._clock.step(self._epoch, _whole(found[1]), length)
            if not prefix:
                self._length = length
            return self._step, *texts, prefix
        if line.startswith("{") and line.endswith("}"):
            step = self._rows
            if _METRIC.search(line):
                self._rows += 1
            return step, "", line[1:-1], ""
        if pair := _LEADING_PAIR.match(line):
            self._epoch = int(pair[1])
            return self._clock.step(self._epoch, int(pair[2])), "", line[pair.end() :], ""
        if epoch:
            within = _WITHIN.match(line, epoch.end())
            prefix = self._evaluation(line, epoch, None)
            if prefix and within:  # its counter is that of the evaluation
                return None if self._last is None else (self._last, "", line[within.end() :], prefix)
            self._epoch = _whole(epoch[1])
            step, end = self._step if self._has_steps else self._epoch, epoch.end()
            if within and int(within[2]) > 0:
                if self._first_epoch is None:
                    self._first_epoch = self._epoch
                passed = self._epoch - (self._first_epoch == 1)  # epochs are counted from 0 or from 1
                step, end = passed * int(within[2]) + int(within[1]), within.end()
            return step, line[: epoch.start()], line[end:], prefix
        if leading := _LEADING.match(line):
            return int(leading[1] or leading[2]), "", line[leading.end() :], ""
        if self._epoch is not None and " - " in line and "loss" in line:
            return self._step if self._has_steps else self._epoch, "", line, ""
        if self._last is not None and (tested := _TESTED.match(line)):
            # A line of its own after the steps: the result of a test.
            word = (tested[2] or "val").lower()
            end = tested.end(2) if tested[2] else tested.end()
            return self._last, "", line[end:].lstrip(" :"), f"{word} "
        if self._epoch is not None and _is_all_measured(line):  # below "Epoch 3", as in PyTorch's tutorials
            within = _WITHIN.search(line)
            if within and int(within[2]) > 0:
                self._has_steps = True
                self._step = self._clock.step(self._epoch, int(within[1]), int(within[2]))
            prefix = "eval " if self._evaluates and not within else ""
            return self._step if self._has_steps else self._epoch, "", line, prefix
        return None

    def _bar_step(self, bar: re.Match) -> int:
        """The step that a progress bar shows; one that begins again counts an epoch by itself."""
        count, length = int(bar[1] or bar[3]), int(bar[2]) if bar[2] else 0
        if count < self._bar_count and (not self._bar_length or 10 * self._bar_count >= 9 * self._bar_length):
            self._bar += 1
        self._bar_count, self._bar_length = count, length
        return self._bars.step(self._bar, count, length or None)

    def _metrics(self, text: str, is_before: bool = False) -> Iterator[tuple[str, float, str]]:
        """(name, value, unit) of the numbers in a text; before the step only what is surely measured."""
        for match in _METRIC.finditer(text):
            name = match[1].strip(" -:")
            last = name.lower() if match[2].strip() else name.lower().rpartition(" ")[2]
            if last in _NO_NAMES or is_clock(name):
                continue
            if is_before and not _is_sure(match, text):
                continue
            value = self._number(match[3])
            if value is not None:
                yield name, value, match[4] or ""

    def _number(self, text: str) -> float | None:
        if "," not in text:
            self.points += "." in text
            return _value(text)
        self.first_comma = self.first_comma or text
        self.commas_in_line = True
        if _THOUSANDS.fullmatch(text):
            self.thousands += text.count(",") == 1 and "." not in text
            return float(text.replace(",", ""))
        self.commas += 1
        return None


def _is_sure(match: re.Match, text: str) -> bool:
    """Whether a number before the step is measured, as in ``loss=3`` and ``loss 3.1``, not ``main.py:12``."""
    name = match[1]
    if _SOURCE_FILE.fullmatch(name):
        return False
    quoted = match[0][0] in "\"'"
    return quoted or "=" in match[2] or not match[3].lstrip("+-").isdigit()


def _is_all_measured(line: str) -> bool:
    """Whether a line consists of names and numbers only, as ``loss: 2.3  [  64/60000]`` does."""
    first = _METRIC.match(line)
    if first is None or not first[2].strip() or is_clock(first[1]):
        return False
    return re.search(r"[^\W\d_]", _METRIC.sub("", line)) is None


def _is_counter(name: str) -> bool:
    """Whether a name before the metrics counts, as ``Train Epoch``."""
    return re.search(r"(?:epochs?|steps?|iter\w*|batch|updates?)$", name, re.I) is not None


def _value(text: str) -> float:
    """The number of a text that `_VALUE` fits, in Fortran's and Windows' spelling, too."""
    lower = text.lower()
    if "n" in lower:
        return math.nan if "nan" in lower or "ind" in lower else -math.inf if text[0] == "-" else math.inf
    return float(lower.replace("d", "e"))


def _whole(text: str) -> int:
    """A count: ``1200``, ``1,200``, ``1_200`` or ``1.2k``."""
    text = text.replace(",", "").replace("_", "").lower()
    if text.endswith(("k", "m")):
        return round(float(text[:-1]) * (1e3 if text[-1] == "k" else 1e6))
    return int(text)
