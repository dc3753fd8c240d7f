"""Train a tiny transformer that writes character by character, until it breaks, and record the run for Bloom.

The text is the reference of the Python language that comes with every Python, so nothing is downloaded::

    pip install bloom-blender torch
    python train_characters.py --out characters.bloom

It takes a minute on one processor core. The learning rate rises all the time, as in a test for the highest
one that a model stands (L. Smith, "Cyclical Learning Rates for Training Neural Networks", 2017): first the
model learns the faster for it, then the loss explodes. Its flower opens, tears, and is in shreds. ``--calm``
lets the rate fall instead: the same model, and a flower that opens for good.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import torch  # noqa: TID253 (an example of its own, not part of the package)
from torch import nn  # noqa: TID253

from bloom_blender.record import record


def read_text(length: int) -> tuple[tuple[str, ...], torch.Tensor]:
    """The characters of a text in order, and the text as their numbers."""
    from pydoc_data.topics import topics

    text = "\n".join(topics[name] for name in sorted(topics))[:length]
    text = "".join(character if character.isascii() else "?" for character in text)
    characters = tuple(sorted(set(text)))
    number = {character: index for index, character in enumerate(characters)}
    return characters, torch.tensor([number[character] for character in text])


class Writer(nn.Module):
    """A transformer that guesses the next character of each place in a text."""

    def __init__(self, characters: int, context: int, width: int, layers: int) -> None:
        super().__init__()
        self.characters = nn.Embedding(characters, width)
        self.places = nn.Parameter(0.02 * torch.randn(context, width))
        self.blocks = nn.ModuleList(
            nn.TransformerEncoderLayer(width, 4, 4 * width, 0.0, batch_first=True) for _ in range(layers)
        )
        self.guess = nn.Linear(width, characters)

    def forward(self, text: torch.Tensor) -> torch.Tensor:
        """Logits (batch, place, character) for texts (batch, place)."""
        length = text.shape[1]
        later = torch.full((length, length), -math.inf).triu(1)
        hidden = self.characters(text) + self.places[:length]
        for block in self.blocks:
            hidden = block(hidden, src_mask=later)
        return self.guess(hidden)


def readable(character: str) -> str:
    """A name for a character that people can read."""
    return {" ": "space", "\n": "newline", "\t": "tab"}.get(character, character)


def train(options: argparse.Namespace) -> float:
    """Train and record; returns the last loss, in nats for each character."""
    torch.manual_seed(options.seed)
    torch.set_num_threads(1)
    characters, text = read_text(options.length)
    model = Writer(len(characters), options.context, options.width, options.layers)
    low, high = options.rate
    optimizer = torch.optim.SGD(model.parameters(), lr=low, momentum=0.9)

    def factor(step: int) -> float:
        t = step / options.steps
        return 0.5 * high / low * (1.0 + math.cos(math.pi * t)) if options.calm else (high / low) ** t

    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, factor)
    words = {"characters.weight": [readable(character) for character in characters]}
    metadata = {"title": "Characters", "script": "examples/train_characters.py"}
    with record(
        model, optimizer, options.out, every=options.every, directions=8, embeddings=words,
        snapshot_every=max(options.steps // 20, 1), embedding_dtype="float16", metadata=metadata,
    ) as recorder:  # fmt: skip
        for step in range(options.steps):
            starts = torch.randint(len(text) - options.context - 1, (options.batch, 1))
            chosen = text[starts + torch.arange(options.context + 1)]
            guesses = model(chosen[:, :-1])
            loss = nn.functional.cross_entropy(guesses.flatten(0, 1), chosen[:, 1:].flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            recorder.log(loss=loss, learning_rate=schedule.get_last_lr()[0])
            schedule.step()
            if step % max(options.steps // 20, 1) == 0:
                print(
                    f"step {step:4d}/{options.steps}  rate {factor(step) * low:.4f}  loss {loss.item():.3f}"
                )
    print(f"recorded {options.out} ({Path(options.out).stat().st_size / 1e6:.2f} MB)")
    return loss.item()


def main() -> None:
    """Read the options and train."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    add = parser.add_argument
    add("--out", default="characters.bloom", help="the file to record (default: %(default)s)")
    add("--calm", action="store_true", help="let the learning rate fall from the higher one to 0")
    add("--rate", type=float, nargs=2, default=(0.02, 12.0), metavar=("LOW", "HIGH"),
        help="learning rates at the start and the end (default: %(default)s)")  # fmt: skip
    add("--steps", type=int, default=900, help="default: %(default)s")
    add("--every", type=int, default=4, help="record every so many steps (default: %(default)s)")
    add("--batch", type=int, default=12, help="texts in a batch (default: %(default)s)")
    add("--context", type=int, default=48, help="characters of a text (default: %(default)s)")
    add("--width", type=int, default=48, help="numbers for each character (default: %(default)s)")
    add("--layers", type=int, default=2, help="default: %(default)s")
    add("--length", type=int, default=300_000, help="characters of the whole text (default: %(default)s)")
    add("--seed", type=int, default=1, help="default: %(default)s")
    train(parser.parse_args())


if __name__ == "__main__":
    main()
