"""A folder: which runs are in it, and what each of them consists of.

The files of one folder are one run: the event files of TensorBoard (those of Keras lie in ``train`` and
``validation`` below it), a series of checkpoints with the log beside it, a run of MLflow or wandb. Where
that is not clear, because there are two tables or two series of checkpoints, each is a run of its own.
"""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType

from ...errors import BloomError
from ..measurements import NothingMeasured
from ..options import Options
from ..selection import Selection, listed
from ..source import Source, folder_name
from ..trajectory import Trajectory
from . import (
    arrays,
    checkpoints,
    csv_log,
    foreign,
    json_file,
    json_lines,
    mlflow_metric,
    mlflow_store,
    tensorboard,
    text_log,
    wandb_file,
    word_vectors,
)
from .checkpoints import Checkpoint
from .order import pattern_of

MOST_FILES = 20_000
DEEPEST = 6

_LOG_SUFFIXES = (
    ".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".log", ".txt", ".out", ".gz", ".npz", ".npy", ".vec",
    ".glove", ".wandb",
)  # fmt: skip
_PARTS = re.compile(r"train(ing)?|val(id(ation)?)?|test|eval(uation)?|dev", re.I)  # of a run of TensorBoard
_NO_LOGS = re.compile(
    r"debug.*\.log|wandb-(events\.jsonl|metadata\.json|summary\.json)|(tokenizer|config|vocab|special_tokens"
    r"|generation|preproc|added_tokens|hparams|args|package|manifest|requirements|readme|license).*|.*\.index\.json",
    re.I,
)

# Of two logs of a run, the one with more digits counts for what both tell.
_RANKS = (
    tensorboard.FORMAT,
    wandb_file.FORMAT,
    json_file.TRAINER_STATE,
    json_lines.FORMAT,
    json_file.FORMAT,
    csv_log.FORMAT,
    text_log.FORMAT,
)

# In the order in which a file is shown to them.
_LOG_READERS: tuple[ModuleType, ...] = (
    wandb_file,
    json_lines,
    json_file,
    mlflow_metric,
    text_log,
    word_vectors,
    csv_log,
)


_Events = tuple[str, str, Path]  # what goes before and after the tags, and the event file


@dataclass
class Run:
    """One run: functions that read its parts, the most telling first, and what they are called."""

    name: str
    parts: list[tuple[str, Callable[[Options], Trajectory]]] = field(default_factory=list)
    weights: list[Checkpoint] = field(default_factory=list)


def read(folder: Path, options: Options) -> Trajectory:
    """Read the one run of a folder, or that of ``options.run``."""
    run = choose(folder, options)
    trajectory = _joined(run, options)
    name = folder_name(folder / "any") if run.name in ("", ".") else run.name
    return Trajectory(
        name or trajectory.name, trajectory.series, trajectory.embeddings, dict(trajectory.metadata)
    )


def choose(folder: Path, options: Options) -> Run:
    """The run that is meant; BloomError lists them if that is not clear."""
    runs = find_runs(folder)
    if not runs:
        recorded = sorted(path.name for path in folder.glob("*.bloom"))
        if recorded:
            raise BloomError(
                f"{folder} is a folder of recorded runs: choose one of them, {listed(recorded)}."
            )
        strange = foreign.of_folder(folder)
        if strange is not None:
            raise BloomError(f"{folder} holds {foreign.sentence(*strange)}.")
        raise BloomError(
            f"{folder} holds no run that Bloom can read: choose a folder with a log, embeddings, "
            f"or two or more checkpoints."
        )
    names = [run.name or "." for run in runs]
    if options.run is None:
        if len(runs) == 1:
            return runs[0]
        raise BloomError(f"{folder} holds {len(runs)} runs: choose one of {listed(names)}.")
    wanted = options.run.strip().rstrip("/")
    found = [run for run in runs if (run.name or ".") == wanted]
    found = found or [run for run in runs if run.name.endswith(f"/{wanted}")]
    if len(found) != 1:
        raise BloomError(f"{folder} has no run named {wanted!r}: choose one of {listed(names)}.")
    return found[0]


def find_runs(folder: Path, most_files: int = MOST_FILES) -> list[Run]:
    """All runs below a folder, in order of their names; BloomError if it holds more than `most_files`."""
    runs: dict[str, Run] = {}
    events: dict[str, list[_Events]] = {}
    for place, folders, files in _walk(folder, most_files):
        here = place.relative_to(folder).as_posix().removeprefix(".")
        if mlflow_metric.is_run(place):
            run = runs.setdefault(here, Run(_with_name(here, mlflow_metric.run_name(place))))
            run.parts.append((mlflow_metric.FORMAT, functools.partial(mlflow_metric.read_run, place)))
            folders.clear()
            continue
        if place.name == "files":  # of wandb: tables and pictures that were logged are not runs
            folders[:] = [name for name in folders if name not in ("media", "artifact")]
        _add_hugging_face(place, here, folders, runs)
        _add_weights(files, here, runs)
        for path in files:
            if "tfevents" in path.name:
                root, prefix = _event_run(here)
                events.setdefault(root, []).append((prefix, "", path))
        _add_stores(files, here, runs)
        _add_logs(files, here, runs)
    for root, found in _with_scalars(events).items():
        runs.setdefault(root, Run(root)).parts.insert(0, (tensorboard.FORMAT, _events_reader(found, root)))
    return sorted(
        (run for run in runs.values() if run.parts or len(run.weights) > 1), key=lambda run: run.name
    )


def _walk(folder: Path, most_files: int) -> Iterable[tuple[Path, list[str], list[Path]]]:
    """(folder, names of its folders, its files) from the top; folders taken out of the list are left out."""
    count = 0
    try:
        for place, folders, files in os.walk(folder):
            folders[:] = sorted(name for name in folders if not name.startswith((".", "__pycache__")))
            here = Path(place)
            if len(here.relative_to(folder).parts) >= DEEPEST:
                folders.clear()
            count += len(files)
            if count > most_files:
                raise BloomError(
                    f"{folder} holds more than {most_files} files: choose the folder of one run."
                )
            yield here, folders, [here / name for name in sorted(files) if not name.startswith(".")]
    except OSError as error:
        raise BloomError(
            f"{folder} cannot be read ({error.strerror}): check the path and the rights."
        ) from None


def _add_hugging_face(place: Path, here: str, folders: list[str], runs: dict[str, Run]) -> None:
    """The folders ``checkpoint-500`` and so on are one run; their state and weights are taken together."""
    found = [name for name in folders if re.fullmatch(r"(checkpoint|step|epoch|iter|ckpt)[-_]?\d+", name)]
    files = []
    states = []
    for name in found:
        model = next(
            (place / name / one for one in checkpoints.MODEL_FILES if (place / name / one).is_file()), None
        )
        if model is not None:
            files.append(Checkpoint(model, name))
        if (place / name / "trainer_state.json").is_file():
            states.append(Checkpoint(place / name / "trainer_state.json", name))
        if model is not None or (place / name / "trainer_state.json").is_file():
            folders.remove(name)
    if files or states:
        run = runs.setdefault(here, Run(here))
        run.weights += files
        state = checkpoints.history_beside(states)
        if state is not None and not (place / "trainer_state.json").is_file():
            run.parts.append((json_file.TRAINER_STATE, _file_reader(json_file, state)))


def _add_weights(files: list[Path], here: str, runs: dict[str, Run]) -> None:
    """Files whose names differ in numbers only are a series; the best-known series is that of its folder."""
    groups: dict[str, list[Checkpoint]] = {}
    for path in files:
        if checkpoints.is_candidate(path) and not path.name.endswith(".index.json"):
            groups.setdefault(pattern_of(path.name), []).append(Checkpoint(path, path.name))
    series = {pattern: found for pattern, found in groups.items() if len(found) > 1 and _are_weights(found)}
    root = here.removesuffix("checkpoints").rstrip("/") if here.split("/")[-1] == "checkpoints" else here
    for pattern, found in series.items():
        name = root if len(series) == 1 else f"{here}/{pattern}".lstrip("/")
        runs.setdefault(name, Run(name)).weights += found


def _are_weights(found: list[Checkpoint]) -> bool:
    """Whether one of the files, which may be damaged, is a checkpoint."""
    for one in found:
        try:
            if checkpoints.recognizes(Source(one.path)):
                return True
        except BloomError:
            continue
    return False


def _add_logs(files: list[Path], here: str, runs: dict[str, Run]) -> None:
    """The logs of a folder: one of each format belongs to its run, several are runs of their own."""
    root = here
    for name in ("files", "checkpoints"):  # below a run of wandb, and of Lightning
        if here.split("/")[-1] == name:
            root = here[: -len(name)].rstrip("/")
    found: dict[ModuleType, list[Path]] = {}
    for path in files:
        if path.name.lower().endswith(_LOG_SUFFIXES) and not _NO_LOGS.fullmatch(path.name):
            try:
                reader = log_reader(Source(path))
            except BloomError:
                continue
            if reader is not None and not _is_of_a_series(reader, path, found.get(reader, [])):
                found.setdefault(reader, []).append(path)
    for reader, paths in found.items():
        for path in paths:
            name = root if len(paths) == 1 else f"{here}/{path.name}".lstrip("/")
            runs.setdefault(name, Run(name)).parts.append((reader.FORMAT, _file_reader(reader, path)))


def _add_stores(files: list[Path], here: str, runs: dict[str, Run]) -> None:
    """The runs in databases of MLflow, each by its name."""
    for path in files:
        if path.suffix.lower() in (".db", ".sqlite", ".sqlite3"):
            try:
                source = Source(path)
                names = mlflow_store.runs_of(source, Options()) if mlflow_store.recognizes(source) else []
            except BloomError:
                continue
            for name in names:
                key = f"{here}/{name}".lstrip("/")
                part = functools.partial(_read_of_store, path, name)
                runs.setdefault(key, Run(key)).parts.append((mlflow_store.FORMAT, part))


def _read_of_store(path: Path, name: str, options: Options) -> Trajectory:
    return mlflow_store.read(Source(path), replace(options, run=name))


def _is_of_a_series(reader: ModuleType, path: Path, found: list[Path]) -> bool:
    """Whether the file is a snapshot of word vectors that another snapshot stands for."""
    return reader is word_vectors and any(pattern_of(one.name) == pattern_of(path.name) for one in found)


def log_reader(source: Source) -> ModuleType | None:
    """The reader of a log, by its content; None for anything else."""
    if arrays.recognizes(source):
        return None if arrays.is_weights(source) else arrays
    return next((reader for reader in _LOG_READERS if reader.recognizes(source)), None)


def _file_reader(reader: ModuleType, path: Path) -> Callable[[Options], Trajectory]:
    return lambda options: reader.read(Source(path), options)


def _events_reader(found: list[_Events], root: str) -> Callable[[Options], Trajectory]:
    def read_events(options: Options) -> Trajectory:
        sources = [Source(path) for _, _, path in found]
        name = root or found[0][2].resolve().parent.name
        return tensorboard.read_files(sources, options, name, name, [around[:2] for around in found])

    return read_events


def _event_run(here: str) -> tuple[str, str]:
    """The run of event files, and what to put before their tags."""
    parent, _, last = here.rpartition("/")
    if _PARTS.fullmatch(last):
        return parent, f"{last}/"
    return here, ""


def _with_scalars(events: dict[str, list[_Events]]) -> dict[str, list[_Events]]:
    """Event files by their run, with those that ``add_scalars(tag, {key: …})`` made at the writer's own run.

    It writes each key to a folder of its own, ``<tag>_<key>`` (tensorboardX: ``<tag>/<key>``).
    """
    folders: dict[tuple[str, str], list[Path]] = {}
    for root, found in events.items():
        for prefix, _, path in found:
            folders.setdefault((root, prefix), []).append(path)
    joined: dict[str, list[_Events]] = {}
    for (root, prefix), paths in folders.items():
        place = _scalars_of(f"{root}/{prefix}".strip("/"), paths, events)
        root, before, behind = (place[0], "", f"/{place[1]}") if place else (root, prefix, "")
        joined.setdefault(root, []).extend((before, behind, path) for path in paths)
    return joined


def _scalars_of(here: str, paths: list[Path], events: Container[str]) -> tuple[str, str] | None:
    """The run whose writer made a folder by add_scalars, and the key of it; None for other folders."""
    above = here
    while above:
        above = above.rpartition("/")[0]
        if above in events and (tag := _only_tag(paths)):
            below = here[len(above) :].lstrip("/")
            for stem in (f"{tag.replace('/', '_')}_", f"{tag}/"):
                if below.startswith(stem) and below != stem:
                    return above, below.removeprefix(stem)
    return None


def _only_tag(paths: list[Path]) -> str:
    """The tag of event files that have only one; "" for all others."""
    tags: set[str] = set()
    for path in paths:
        try:
            tags |= tensorboard.first_tags(Source(path))
        except BloomError:
            return ""
    return tags.pop() if len(tags) == 1 else ""


def _with_name(here: str, name: str) -> str:
    parent = here.rpartition("/")[0]
    return f"{parent}/{name}".lstrip("/")


def _rank(form: str) -> int:
    return _RANKS.index(form) if form in _RANKS else len(_RANKS)


def _joined(run: Run, options: Options) -> Trajectory:
    """All parts of a run in one; of series with the same name the first counts."""
    everything = Options(Selection(), None, options.side, options.partial, options.directions, options.seed)
    trajectories: list[Trajectory] = []
    missing: BloomError | None = None
    if len(run.weights) > 1:
        trajectories.append(checkpoints.read_series(run.weights, run.name or "run", everything))
    for _, part in sorted(run.parts, key=lambda part: _rank(part[0])):
        try:
            trajectories.append(part(everything))
        except NothingMeasured as error:
            missing = error
    if not trajectories:
        raise missing or BloomError(f"{run.name} holds nothing: choose another run.")
    if len(trajectories) == 1:
        return trajectories[0]
    series = {one.name: one for found in reversed(trajectories) for one in found.series}
    tables = {one.name: one for found in reversed(trajectories) for one in found.embeddings}
    order = dict.fromkeys(one.name for found in trajectories for one in found.series)
    metadata: dict[str, str] = {}
    for found in reversed(trajectories):
        metadata.update(found.metadata)
    metadata["origin"] = ", ".join(dict.fromkeys(found.metadata["origin"] for found in trajectories))
    remarks = [found.metadata["remarks"] for found in trajectories if "remarks" in found.metadata]
    if remarks:
        metadata["remarks"] = "; ".join(remarks)
    return Trajectory(
        trajectories[0].name, tuple(series[name] for name in order), tuple(tables.values()), metadata
    )
