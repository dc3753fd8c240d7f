"""Train a small image classifier on real handwritten digits and record the run for Bloom.

The 1,797 pictures of 8 × 8 pixels come with scikit-learn, so nothing is downloaded::

    pip install bloom-blender torch scikit-learn
    python train_digits.py --out digits.bloom --checkpoints checkpoints

It takes some seconds on one processor core. Recording is the ``with record(…)`` in `train`; the ten rows of
the last layer, one for each digit, are snapshots that give the flower its colours. With ``--checkpoints`` the
model is also saved after each epoch, as trainings without a recorder do; ``bloom convert checkpoints -o
converted.bloom`` makes a run of such a folder afterwards.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch  # noqa: TID253 (an example of its own, not part of the package)
from torch import nn  # noqa: TID253

from bloom_blender.record import record

DIGITS = tuple("0123456789")


def read_digits(seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Pictures (1797, 1, 8, 8) in -1..1 and their digits, in random order."""
    from sklearn.datasets import load_digits

    data = load_digits()
    order = torch.randperm(len(data.target), generator=torch.Generator().manual_seed(seed))
    pictures = torch.tensor(data.images, dtype=torch.float32)[:, None] / 8.0 - 1.0
    return pictures[order], torch.tensor(data.target)[order]


def classifier(width: int) -> nn.Sequential:
    """Two convolutions and two dense layers; the last one holds a vector for each digit."""
    return nn.Sequential(
        nn.Conv2d(1, width, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(width, 2 * width, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(8 * width, 4 * width),
        nn.ReLU(),
        nn.Linear(4 * width, len(DIGITS)),
    )


@torch.no_grad()
def accuracy(model: nn.Module, pictures: torch.Tensor, digits: torch.Tensor) -> float:
    """Share of the pictures whose digit the model finds."""
    return float((model(pictures).argmax(1) == digits).float().mean())


def train(options: argparse.Namespace) -> float:
    """Train and record; returns the accuracy on pictures that were held out."""
    torch.manual_seed(options.seed)
    torch.set_num_threads(1)
    pictures, digits = read_digits(options.seed)
    held_out = len(digits) // 5
    model = classifier(options.width)
    optimizer = torch.optim.Adam(model.parameters(), lr=options.rate)
    steps = options.epochs * -(-(len(digits) - held_out) // options.batch)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    metadata = {"title": "Handwritten digits", "script": "examples/train_digits.py"}
    if options.checkpoints:
        Path(options.checkpoints).mkdir(parents=True, exist_ok=True)

    step = 0
    with record(model, optimizer, options.out, metadata=metadata) as recorder:
        recorder.snapshot("digits", DIGITS, model[-1].weight)
        for epoch in range(options.epochs):
            for chosen in (torch.randperm(len(digits) - held_out) + held_out).split(options.batch):
                loss = nn.functional.cross_entropy(model(pictures[chosen]), digits[chosen])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                schedule.step()
                recorder.log(loss=loss)
                step += 1
            right = accuracy(model, pictures[:held_out], digits[:held_out])
            recorder.log(accuracy=right)
            recorder.snapshot("digits", DIGITS, model[-1].weight)
            if options.checkpoints:
                torch.save(model.state_dict(), Path(options.checkpoints) / f"step-{step}.pt")
            print(f"epoch {epoch + 1:3d}/{options.epochs}  loss {loss.item():.3f}  held out {right:.1%}")
    print(f"recorded {options.out} ({Path(options.out).stat().st_size / 1e6:.2f} MB)")
    return right


def main() -> None:
    """Read the options and train."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    add = parser.add_argument
    add("--out", default="digits.bloom", help="the file to record (default: %(default)s)")
    add("--checkpoints", metavar="FOLDER", help="save the model there after each epoch")
    add("--epochs", type=int, default=20, help="default: %(default)s")
    add("--batch", type=int, default=48, help="pictures in a batch (default: %(default)s)")
    add("--rate", type=float, default=3e-3, help="learning rate at the start (default: %(default)s)")
    add("--width", type=int, default=16, help="channels of the first layer (default: %(default)s)")
    add("--seed", type=int, default=1, help="default: %(default)s")
    train(parser.parse_args())


if __name__ == "__main__":
    main()
