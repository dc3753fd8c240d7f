"""Train a small network in fourteen ways, good and bad, and record each as a run.

    python examples/kinds_of_runs.py --out kinds --seeds 3

A perceptron of one hidden layer learns which of five Gaussian clouds a point belongs to, with NumPy alone,
in a tenth of a second a run. What goes well or wrong is real training: nothing is drawn.
`tests/growth/test_kinds.py` holds what is said of each of them.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # so that it runs from a clone

from bloom_blender.record import Recorder

CLASSES, INPUTS, BATCH, STEPS = 5, 8, 32, 240


@dataclass(frozen=True)
class Kind:
    """How a network is trained; the defaults converge."""

    name: str
    rate: float = 0.3
    width: int = 24
    samples: int = 1200
    noise: float = 0.0  # share of the labels of training that are drawn
    schedule: str = "cosine"
    walks: bool = False  # random steps in place of learning
    spike: tuple[int, int, float] | None = None  # first and last step, and the rate between them
    breaks_at: int | None = None  # the step from which a gradient is NaN
    forgets_at: int | None = None  # the step from which on the labels are others
    sleeps_until: int = 0  # the labels of training are drawn until this step
    clips: bool = True
    after: float = 1.0  # times the rate, after the spike


KINDS = (
    Kind("converged"),
    Kind("underfit", rate=0.0012),
    Kind("overfit", samples=60, noise=0.35, rate=0.6, schedule="constant", width=96),
    Kind("random labels", samples=60, noise=1.0, rate=0.6, schedule="constant", width=96),
    Kind("random walk", walks=True, schedule="constant"),
    Kind("diverged early", breaks_at=24),
    Kind("diverged late", breaks_at=170),
    Kind("exploded, recovered", spike=(60, 74, 4.0), clips=False, schedule="linear"),
    Kind("spike that ruins", spike=(120, 126, 12.0), clips=False, after=0.0),
    Kind("spike that heals", spike=(150, 152, 6.0), clips=False),
    Kind("warm restarts", schedule="restarts", rate=3.0),
    Kind("plateau, drop", sleeps_until=150),
    Kind("forgotten", forgets_at=150, schedule="constant"),
    Kind("small model", width=2),
)


def clouds(generator: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Points (count, INPUTS) of five clouds, the same for every seed, and the cloud of each."""
    middles = 1.1 * np.random.default_rng(7).normal(size=(CLASSES, INPUTS))
    labels = generator.integers(CLASSES, size=count)
    return middles[labels] + generator.normal(size=(count, INPUTS)), labels


def loss_of(weights: dict[str, np.ndarray], points: np.ndarray, labels: np.ndarray):
    """Mean cross-entropy, the gradients, and the share of right answers."""
    with np.errstate(all="ignore"):
        hidden = np.tanh(points @ weights["first"] + weights["bias"])
        scores = hidden @ weights["second"]
        scores = scores - scores.max(axis=1, keepdims=True)
        logs = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        rows = np.arange(len(labels))
        right = float((scores.argmax(axis=1) == labels).mean())
        back = np.exp(logs)
        back[rows, labels] -= 1.0
        back /= len(labels)
        through = (back @ weights["second"].T) * (1.0 - hidden**2)
        gradients = {"first": points.T @ through, "bias": through.sum(axis=0), "second": hidden.T @ back}
        return float(-logs[rows, labels].mean()), gradients, right


def rate_at(kind: Kind, step: int) -> float:
    """The learning rate."""
    share = step / STEPS
    if kind.spike and kind.spike[0] <= step <= kind.spike[1]:
        return kind.spike[2]
    if kind.schedule == "restarts":
        share = (4.0 * share) % 1.0
    rate = kind.rate
    if kind.spike and step > kind.spike[1]:
        rate *= kind.after
    if kind.schedule == "linear":
        return rate * (1.02 - share)
    return rate * (0.5 + 0.5 * np.cos(np.pi * share) + 0.01) if kind.schedule != "constant" else rate


def train(kind: Kind, seed: int, path: Path) -> None:
    """Train one network and record it."""
    generator = np.random.default_rng([seed, 11])
    points, labels = clouds(generator, kind.samples)
    tested, answers = clouds(np.random.default_rng(99), 400)
    drawn = generator.random(kind.samples) < kind.noise
    targets = np.where(drawn, generator.integers(CLASSES, size=kind.samples), labels)
    asleep = generator.integers(CLASSES, size=kind.samples)
    weights = {
        "first": generator.normal(size=(INPUTS, kind.width)) / np.sqrt(INPUTS),
        "bias": np.zeros(kind.width),
        "second": generator.normal(size=(kind.width, CLASSES)) / np.sqrt(kind.width),
    }
    with Recorder(path, directions=4, every=2, name=f"{kind.name} {seed}") as recorder:
        recorder.watch({"first": weights["first"], "second": weights["second"]})
        for step in range(1, STEPS + 1):
            chosen = generator.integers(kind.samples, size=BATCH)
            wanted = asleep if step <= kind.sleeps_until else targets
            if kind.forgets_at and step >= kind.forgets_at:
                wanted = (labels + 1) % CLASSES
            loss, gradients, _ = loss_of(weights, points[chosen], wanted[chosen])
            if kind.breaks_at and step >= kind.breaks_at:
                loss = float("nan")
                gradients = {name: values * np.nan for name, values in gradients.items()}
            size = np.sqrt(sum(float((values**2).sum()) for values in gradients.values()))
            scale = rate_at(kind, step) / (max(size, 1.0) if kind.clips else 1.0)
            for name, values in gradients.items():
                if kind.walks:
                    weights[name] = weights[name] + 0.02 * generator.normal(size=values.shape)
                else:
                    weights[name] = weights[name] - scale * values
            logged = {"loss": loss}
            if step % 6 == 0:
                held_out, _, right = loss_of(weights, tested, answers)
                logged |= {"val_loss": held_out, "val_accuracy": right}
            recorder.step({"first": weights["first"], "second": weights["second"]}, **logged)


def main() -> None:
    """Train every kind with every seed."""
    parser = argparse.ArgumentParser(description="Train a small network in fourteen ways.")
    parser.add_argument("--out", type=Path, default=Path("kinds"), help="folder for the runs")
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for kind in KINDS:
        for seed in range(options.seeds):
            name = kind.name.replace(", ", "_").replace(" ", "_")
            train(replace(kind), seed, options.out / f"{name}-{seed}.bloom")
            print(name, seed, flush=True)


if __name__ == "__main__":
    main()
