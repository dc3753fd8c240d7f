"""A made-up training, recorded while the tour follows it: ``blender -b --python this.py -- RUN_FILE``."""

from __future__ import annotations

import importlib
import sys
import time
from pathlib import Path

import numpy as np

STEPS = 60
PAUSE = 0.5  # seconds a step


def train(path: Path) -> None:
    """Let the weights of four layers find their places, slower and slower."""
    recorder_class = importlib.import_module("bl_ext.user_default.bloom.bloom_blender.record").Recorder
    random = np.random.default_rng(0)
    weights = {f"layer{number}": random.normal(size=100) for number in range(4)}
    recorder = recorder_class(path, every=1)
    recorder.step(weights)
    for step in range(STEPS):
        for name, values in weights.items():
            weights[name] = 0.96 * values + 0.02 * random.normal(size=100) / (1 + step / 20)
        recorder.step(weights, loss=float(np.exp(-step / 20)))
        recorder.flush()
        time.sleep(PAUSE)
    recorder.close()


if __name__ == "__main__":
    train(Path(sys.argv[sys.argv.index("--") + 1]))
