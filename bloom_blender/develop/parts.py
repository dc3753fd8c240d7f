"""Parts of one picture that several machines counted: histograms add up."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..chaos.histogram import grid_of
from ..device.choice import ChosenHistogram
from ..device.shaders import UNIT
from ..errors import BloomError
from ..files import open_regular, replace_file
from ..flame.model import Flame
from ..flame.xml import parse_flames, write_flame
from .picture import check_memory, develop_buckets

#: Of the files; others are refused.
VERSION = 1


@dataclass(frozen=True)
class Share:
    """One of the equal parts of a picture's points: ``number`` of ``count``, from 1."""

    number: int
    count: int

    @classmethod
    def parse(cls, text: str) -> Share:
        """The share that a text such as ``3/16`` means; BloomError for another."""
        number, _, count = text.partition("/")
        if not (number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count) <= 10**6):
            raise BloomError(
                f"--share is {text!r}: give the number of a part and how many there are, as in 3/16."
            )
        return cls(int(number), int(count))

    def seed(self, seed: int) -> int:
        """Seed of this part's random numbers, for the picture's own."""
        return int(np.random.SeedSequence([seed & 0xFFFFFFFF, self.number]).generate_state(1)[0])

    def points(self, total: int) -> int:
        """Points of this part."""
        return -(-total // self.count)


@dataclass
class Part:
    """What one machine counted.

    Parameters
    ----------
    flame
        With the size, the quality and the supersample of the picture.
    share, seed
        Which part it is, and the picture's seed.
    devices
        What counted it, by name.
    iterations, hidden
        Points, and how many of them were not shown.
    counts
        (rows, columns, 4): uint64 of which `UNIT` are one, from a card; float32 from a processor.
    """

    flame: Flame
    share: Share
    seed: int
    devices: tuple[str, ...]
    iterations: int
    hidden: int
    counts: np.ndarray

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write it, whole or not at all."""
        about = {
            "version": VERSION,
            "flame": write_flame(self.flame),
            "share": [self.share.number, self.share.count],
            "seed": self.seed,
            "devices": list(self.devices),
            "iterations": self.iterations,
            "hidden": self.hidden,
        }
        with replace_file(path) as temporary, open(temporary, "wb") as file:
            np.savez_compressed(file, about=np.array(json.dumps(about)), counts=self.counts)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Part:
        """Read what `save` wrote; BloomError for anything else."""
        name = Path(path).name
        try:
            with open_regular(path) as stream, np.load(stream, allow_pickle=False) as kept:
                about = json.loads(str(kept["about"]))
                if about["version"] != VERSION:
                    raise BloomError(f"{name} was written by another version of Bloom: use the same one.")
                (flame,) = parse_flames(about["flame"], name)
                grid = grid_of(flame.camera.size, flame.tone.supersample)
                check_memory(flame.camera.size, flame.tone.supersample)
                counts = kept["counts"]
                if counts.shape != (grid.rows, grid.columns, 4) or counts.dtype not in (
                    np.uint64,
                    np.float32,
                ):
                    raise ValueError("the counts have another shape")
                seed, iterations, hidden = (int(about[key]) for key in ("seed", "iterations", "hidden"))
                share = Share.parse("{}/{}".format(*about["share"]))
                devices = tuple(map(str, about["devices"]))
                return cls(flame, share, seed, devices, iterations, hidden, counts)
        except BloomError:
            raise
        except Exception:  # whatever a damaged archive raises
            raise BloomError(
                f"{name} is no part of a picture: choose files of `bloom render --share`."
            ) from None


def part_of(histogram: Any, share: Share, seed: int) -> Part:
    """What a histogram has counted; whole numbers where all of it is a card's."""
    device = getattr(histogram, "device_name", "cpu")
    counts = histogram.whole_numbers() if isinstance(histogram, ChosenHistogram) else None
    return Part(
        histogram.flame, share, seed, (device,), histogram.iterations, histogram.hidden,
        histogram.buckets if counts is None else counts,
    )  # fmt: skip


class Merged:
    """The sum of parts, the same for any order in which they are added.

    Whole numbers are added exactly. Those of processors are floats, which are added in the order of their
    numbers, in float64.
    """

    def __init__(self, paths: Iterable[str | os.PathLike[str]]) -> None:
        found: dict[int, Path] = {}
        first: Part | None = None
        for path in paths:
            part = Part.load(path)
            if first is None:
                first = part
            elif (part.flame, part.share.count, part.seed) != (first.flame, first.share.count, first.seed):
                raise BloomError(f"{Path(path).name} is a part of another picture: leave it out.")
            if part.share.number in found:
                double = found[part.share.number].name
                raise BloomError(f"{Path(path).name} and {double} are the same part: leave one out.")
            found[part.share.number] = Path(path)
        if first is None:
            raise BloomError("There are no parts to merge: give the files of `bloom render --share`.")
        self.flame, self.count = first.flame, first.share.count
        self.missing = sorted(set(range(1, self.count + 1)) - found.keys()) if self.count < 10**5 else []
        whole = np.zeros(first.counts.shape, np.uint64)
        rest = np.zeros(first.counts.shape, np.float64)
        self.iterations = self.hidden = 0
        devices: set[str] = set()
        for number in sorted(found):
            part = Part.load(found[number])
            if part.counts.dtype == np.uint64:
                whole += part.counts
            else:
                rest += part.counts
            self.iterations += part.iterations
            self.hidden += part.hidden
            devices |= set(part.devices)
        self.devices = tuple(sorted(devices))
        self.buckets = (whole / UNIT + rest).astype(np.float32)

    def picture(self, *, early_clip: bool = False) -> np.ndarray:
        """The picture, see `picture.develop`."""
        grid = grid_of(self.flame.camera.size, self.flame.tone.supersample)
        shown = max(self.iterations - self.hidden, 1)
        return develop_buckets(self.buckets, grid, self.flame, shown, early_clip=early_clip)


def prepared_for_parts(flame: Flame) -> Flame:
    """The flame as a part's file will have it, so that parts of equal flames are equal."""
    (read,) = parse_flames(write_flame(replace(flame)), "flame")
    return read
