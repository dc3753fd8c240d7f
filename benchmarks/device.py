"""Points per second of the graphics cards, beside the processor's, and how alike their pictures are.

    python benchmarks/device.py [FLAME ...] [--device gpu:0 ...] [--seconds 2] [--pictures] [--width 1920]

One JSON line for each flame and device, the processor beside it in the same line. It needs no more than the
wheels of ``bloom-blender[render,gpu]``. ``points_per_second`` is with the histogram, in wall time, after
the card has found how long its dispatches may be; ``cpu_points_per_second`` is that of all the processor's
threads, and ``per_thread`` the ratio of the processor seconds that both take, which says how wasteful a
program is on a software driver. With ``--pictures`` each device makes a picture of quality 1000 from the
processor's own orbits, and the line says how the developed ones agree; ``other_noise`` is how far the
processor agrees with itself under other random numbers.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from common import flames, machine

from bloom_blender.chaos.counting import STEPS
from bloom_blender.chaos.histogram import Histogram
from bloom_blender.codegen.threads import threads_of
from bloom_blender.develop import develop, resized
from bloom_blender.device.cards import card_for, cards
from bloom_blender.device.histogram import CardHistogram
from bloom_blender.device.trial import ready
from bloom_blender.flame.model import Flame
from bloom_blender.flame.xml import read_flame

QUALITY = 1000


def rate(histogram: Histogram | CardHistogram, seconds: float) -> tuple[float, float]:
    """Points per second of the clock, and per second of this machine's processor, for about ``seconds``."""
    began = time.perf_counter()
    while time.perf_counter() - began < 0.5 * seconds:  # finds its pace, and is not counted
        histogram.add(histogram.round)
    played, wall, own = 0, time.perf_counter(), time.process_time()
    while time.perf_counter() - wall < seconds:
        played += histogram.add(histogram.round)
    return played / (time.perf_counter() - wall), played / max(time.process_time() - own, 1e-9)


def agreement(flame: Flame, make) -> dict[str, float]:
    """Correlation and the largest difference of the mean colors of a card's picture and the processor's."""
    points = QUALITY * flame.camera.size[0] * flame.camera.size[1]
    pictures = []
    theirs = Histogram(flame, supersample=1)
    for histogram in (make(flame, theirs.round // STEPS), theirs, Histogram(flame, supersample=1, seed=1)):
        histogram.start()
        while histogram.iterations < points:
            histogram.add(min(points - histogram.iterations, histogram.round))
        pictures.append(develop(histogram)[..., :3].astype(np.float64))
    means = [picture.mean((0, 1)) for picture in pictures]
    return {
        "correlation": float(np.corrcoef(pictures[0].ravel(), pictures[1].ravel())[0, 1]),
        "other_noise": float(np.corrcoef(pictures[2].ravel(), pictures[1].ravel())[0, 1]),
        "mean_difference": float((np.abs(means[0] - means[1]) / np.maximum(means[1], 0.01)).max()),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("flames", nargs="*", metavar="FLAME", help="files or names; default: all")
    parser.add_argument("--device", action="append", default=[], help="gpu:N; default: all of them")
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--width", type=int, default=1920)
    parser.add_argument("--pictures", action="store_true")
    arguments = parser.parse_args()
    known = flames()
    paths = [known.get(name) or Path(name) for name in arguments.flames] or list(known.values())
    chosen = [card_for(name) for name in arguments.device] or list(cards())
    print(json.dumps({"machine": machine(), "cards": [card.key for card in chosen if card]}), flush=True)
    for path in paths:
        flame = resized(read_flame(path), arguments.width)
        flame = replace(flame, tone=replace(flame.tone, supersample=1))
        theirs = rate(Histogram(flame), arguments.seconds)
        for card in chosen:
            if card is None:
                continue
            device = ready(card)
            began = time.perf_counter()
            histogram = CardHistogram(device, flame)
            histogram.start()
            compiling = time.perf_counter() - began
            ours = rate(histogram, arguments.seconds)
            line = {
                "flame": path.stem,
                "device": card.name,
                "kind": card.kind,
                "points_per_second": round(ours[0]),
                "cpu_points_per_second": round(theirs[0]),
                "cpu_threads": threads_of(None),
                "speedup": round(ours[0] / theirs[0], 3),
                "start_seconds": round(compiling, 3),
                "memory": histogram.bytes,
            }
            if card.kind == "software":
                line["per_thread"] = round(ours[1] / theirs[1], 3)
            if arguments.pictures:
                line |= agreement(
                    flame,
                    lambda flame, orbits, device=device: CardHistogram(device, flame, orbits=orbits),
                )
            print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
