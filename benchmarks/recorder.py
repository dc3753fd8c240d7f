"""What recording costs a training step, beside a bare loop and full histograms of every parameter.

    python benchmarks/recorder.py [--device cuda] [--threads 2] [--models small medium large]

The models are transformers like nanoGPT's: ``large`` is its default, GPT-2 with 124 million parameters
trained with AdamW, on as many tokens a step as a processor manages. The histograms are what
``wandb.watch(model, log="all")`` takes: smallest, largest and 64 bins of each parameter and gradient.

A difference of two loops drowns in noise long before one percent. So what the recorder does is timed by
itself, between two more hooks of the optimizer around its own, and set against the rest of the step;
processor time, or on a graphics card time with the card synchronized. Writing the file, every 30 seconds or
more seldom, comes to less than half a percent at any length (see `Recorder`), and is not in the table.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import torch
from common import machine, table
from torch import nn

from bloom_blender.record import record

MODELS = {  # layers, heads, width, words, batch, length
    "small": (2, 4, 128, 512, 8, 64),
    "medium": (6, 6, 384, 512, 16, 128),
    "large": (12, 12, 768, 50304, 4, 256),
}


class Block(nn.Module):
    """Attention and two layers, each after a normalization."""

    def __init__(self, heads: int, width: int):
        super().__init__()
        self.heads = heads
        self.before_attention, self.before_layers = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        parts = self.qkv(self.before_attention(x)).view(*x.shape[:2], 3, self.heads, -1)
        q, k, v = parts.permute(2, 0, 3, 1, 4)
        mixed = nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(mixed.transpose(1, 2).reshape(x.shape))
        return x + self.down(nn.functional.gelu(self.up(self.before_layers(x))))


class Transformer(nn.Module):
    """Predicts the next word; words in and out share their vectors."""

    def __init__(self, layers: int, heads: int, width: int, words: int, length: int):
        super().__init__()
        self.words, self.places = nn.Embedding(words, width), nn.Embedding(max(length, 1024), width)
        self.blocks = nn.ModuleList(Block(heads, width) for _ in range(layers))
        self.norm = nn.LayerNorm(width)

    def forward(self, words):
        x = self.words(words) + self.places.weight[: words.shape[1]]
        for block in self.blocks:
            x = block(x)
        return self.norm(x) @ self.words.weight.t()


class Clock:
    """Seconds of work so far: of the processor, or of both with a graphics card."""

    def __init__(self, device: str):
        self.device = device

    def __call__(self) -> float:
        if self.device == "cpu":
            return time.process_time()
        torch.cuda.synchronize()
        return time.perf_counter()


def histograms(model: nn.Module) -> dict:
    """What wandb.watch takes of every parameter and gradient."""
    result = {}
    for name, parameter in model.named_parameters():
        for kind, tensor in (("parameters", parameter.detach()), ("gradients", parameter.grad)):
            flat = tensor.float().reshape(-1)
            low, high = flat.min().item(), flat.max().item()
            result[f"{kind}/{name}"] = (low, high, flat.histc(64, low, high).tolist())
    return result


def measure(name: str, device: str, steps: int, folder: Path) -> list[list]:
    """Rows of the table for one model."""
    layers, heads, width, words, batch, length = MODELS[name]
    clock = Clock(device)
    torch.manual_seed(0)
    model = Transformer(layers, heads, width, words, length).to(device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, fused=device != "cpu")
    count = sum(parameter.numel() for parameter in model.parameters())
    marks: list[float] = []

    def step() -> float:
        """One step; seconds from its beginning to its end."""
        began = clock()
        text = torch.randint(words, (batch, length + 1), device=device)
        loss = nn.functional.cross_entropy(model(text[:, :-1]).flatten(0, 1), text[:, 1:].flatten())
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        return clock() - began

    def mark(*_) -> None:
        marks.append(clock())

    step()
    bare = statistics.median(step() for _ in range(steps))
    path = folder / f"{name}.bloom"
    before = optimizer.register_step_post_hook(mark)
    with record(model, optimizer, path, flush_seconds=1e9):
        after = optimizer.register_step_post_hook(mark)
        step()  # the first one prepares, and has no place in a long run
        marks.clear()
        wholes = [step() for _ in range(steps)]
    before.remove(), after.remove()
    inside = [end - begin for begin, end in zip(marks[0::2], marks[1::2], strict=True)]
    recording = statistics.median(inside)
    rest = statistics.median(whole - part for whole, part in zip(wholes, inside, strict=True))
    began = clock()
    step()
    optimizer_step = clock() - began
    loss = model(torch.randint(words, (batch, length), device=device)).mean()
    loss.backward()
    histograms(model)
    began = clock()
    histograms(model)
    drawing = clock() - began
    optimizer.zero_grad()
    base = statistics.median([bare, rest, optimizer_step])
    rows = []
    for what, seconds in (
        ("recorder, every=1", recording),
        ("recorder, every=10", recording / 10),
        ("histograms, every step", drawing),
        ("histograms, every 10th", drawing / 10),
    ):
        rows.append([f"{name}, {count / 1e6:.3g} M", f"{batch} × {length}", 1e3 * base, what, 1e3 * seconds,
                     f"{100 * seconds / base:.2f} %"])  # fmt: skip
    return rows


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=1, help="of PyTorch (default: %(default)s)")
    parser.add_argument("--steps", type=int, default=5, help="measured steps (default: %(default)s)")
    parser.add_argument("--models", nargs="+", choices=list(MODELS), default=list(MODELS))
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name in options.models:
            rows += measure(name, options.device, options.steps, Path(folder))
    where = torch.cuda.get_device_name() if options.device.startswith("cuda") else machine()
    print(f"{where}, {options.threads} threads, PyTorch {torch.__version__}")
    head = ["parameters", "batch × tokens", "step, ms", "what", "cost a step, ms", "part of a step"]
    table(head, rows)


if __name__ == "__main__":
    main()
