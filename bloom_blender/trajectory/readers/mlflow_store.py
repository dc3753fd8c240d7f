"""MLflow's default store: a database of SQLite, ``mlflow.db``, with the metrics of all runs.

Its table ``metrics`` has a row for each value (key, value, timestamp in ms, run_uuid, step, is_nan),
``runs`` the name and experiment of each run, ``experiments`` their names. It is opened to be read only.
Infinity is stored as the largest float64. Source: mlflow/store/tracking/dbmodels/models.py and
sqlalchemy_store.py.
"""

from __future__ import annotations

import math
import sqlite3
import sys
import urllib.parse
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from ...errors import BloomError
from ...files import open_regular
from ..measurements import Measurements
from ..options import Options
from ..selection import listed
from ..source import Source
from ..trajectory import Trajectory
from .mlflow_metric import add_metric

FORMAT = "MLflow store"
HAS_RUNS = True

MOST_VALUES = 20_000_000  # of one run
MOST_RUNS = 20_000

_MAGIC = b"SQLite format 3\0"
_LONGEST = 3000  # million instructions of SQLite's virtual machine, some minutes


def recognizes(source: Source) -> bool:
    """Whether the file is a database of SQLite; `runs_of` finds out whether it is one of MLflow."""
    return source.head.startswith(_MAGIC)


def runs_of(source: Source, options: Options) -> list[str]:
    """The runs that have metrics, as ``experiment/run``; with their id behind where names are the same."""
    return list(_runs(source))


def read(source: Source, options: Options) -> Trajectory:
    """Read the metrics of the one run, or those of ``options.run``."""
    runs = _runs(source)
    name = _choose(source, runs, options)
    measured = Measurements(options.selection)
    with _database(source) as database:
        (count,) = database.execute(
            "SELECT COUNT(*) FROM metrics WHERE run_uuid = ?", (runs[name],)
        ).fetchone()
        if count > MOST_VALUES:
            raise BloomError(
                f"{name} in {source.name} has more than {MOST_VALUES:,} values: choose another run."
            )
        rows = database.execute(
            "SELECT key, timestamp, value, step, is_nan FROM metrics WHERE run_uuid = ? "
            "ORDER BY key, timestamp, step",
            (runs[name],),
        )
        key: str | None = None
        times: list[int] = []
        values: list[float] = []
        steps: list[int | None] = []
        for next_key, time, value, step, is_nan in rows:
            if next_key != key:
                if key is not None:
                    add_metric(key, times, values, steps, measured)
                key, times, values, steps = str(next_key), [], [], []
            times.append(int(time))
            values.append(math.nan if is_nan else _with_infinity(float(value)))
            steps.append(int(step))
        if key is not None:
            add_metric(key, times, values, steps, measured)
    return measured.trajectory(name.rpartition("/")[2] or name, source.name, {"origin": FORMAT})


def _choose(source: Source, runs: dict[str, str], options: Options) -> str:
    names = list(runs)
    if not names:
        raise BloomError(f"{source.name} holds no run with metrics: choose the store of a training.")
    if options.run is None:
        if len(names) == 1:
            return names[0]
        raise BloomError(f"{source.name} holds {len(names)} runs: choose one of {listed(names)}.")
    found = [name for name in names if options.run in (name, runs[name])]
    found = found or [name for name in names if name.endswith(f"/{options.run}")]
    if len(found) != 1:
        raise BloomError(f"{source.name} has no run named {options.run!r}: choose one of {listed(names)}.")
    return found[0]


def _runs(source: Source) -> dict[str, str]:
    """The ids of the runs that have metrics, by their names."""
    with _database(source) as database:
        found = database.execute(
            "SELECT e.name, r.name, r.run_uuid FROM runs r LEFT JOIN experiments e "
            "ON r.experiment_id = e.experiment_id "
            "WHERE EXISTS (SELECT 1 FROM metrics m WHERE m.run_uuid = r.run_uuid) "
            "ORDER BY r.start_time, r.run_uuid LIMIT ?",
            (MOST_RUNS + 1,),
        ).fetchall()
    if len(found) > MOST_RUNS:
        raise BloomError(f"{source.name} holds more than {MOST_RUNS:,} runs: choose the store of fewer.")
    labels = [f"{experiment or '0'}/{name or identity}" for experiment, name, identity in found]
    counts = Counter(labels)
    return {
        (label if counts[label] == 1 else f"{label} {identity}"): str(identity)
        for label, (_, _, identity) in zip(labels, found, strict=True)
    }


@contextmanager
def _database(source: Source) -> Iterator[sqlite3.Connection]:
    """The database, to be read only and for a bounded time; its errors as sentences."""
    with open_regular(source.path):
        pass  # a file, and no device
    address = f"file:{urllib.parse.quote(source.path.resolve().as_posix())}?mode=ro"
    connection = None
    try:
        try:
            connection = _opened(address)
        except sqlite3.OperationalError:
            # In a folder that may not be written to: as the file is on the disk, without its journal.
            connection = _opened(f"{address}&immutable=1")
        yield connection
    except sqlite3.Error as error:
        if "no such table" in str(error) or "no such column" in str(error):
            raise BloomError(
                f"{source.name} is a database, but none of MLflow: choose an mlflow.db, or export a CSV."
            ) from None
        if "interrupted" in str(error):
            raise BloomError(f"{source.name} takes too long to read: export the run as CSV.") from None
        raise BloomError(f"{source.name} cannot be read as a database ({error}): copy it again.") from None
    except (TypeError, ValueError, OverflowError) as error:
        if isinstance(error, BloomError):
            raise
        raise BloomError(f"{source.name} holds values that are not metrics: copy it again.") from None
    finally:
        if connection is not None:
            connection.close()


def _opened(address: str) -> sqlite3.Connection:
    connection = sqlite3.connect(address, uri=True)
    connection.text_factory = lambda text: text.decode("utf-8", "replace")
    left = _LONGEST

    def is_late() -> bool:
        nonlocal left
        left -= 1
        return left < 0

    connection.set_progress_handler(is_late, 1_000_000)
    try:
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _with_infinity(value: float) -> float:
    """The largest float64 stands for infinity."""
    return math.copysign(math.inf, value) if abs(value) == sys.float_info.max else value
