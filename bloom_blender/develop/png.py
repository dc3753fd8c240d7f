"""Write a PNG file (W3C, Portable Network Graphics, third edition), with zlib alone."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np


def png_bytes(picture: np.ndarray, bits: int = 8, texts: Mapping[str, str] = MappingProxyType({})) -> bytes:
    """A (height, width, 3 or 4) picture of values in 0..1 as a PNG file; ``bits`` is 8 or 16.

    ``texts`` are recorded in it by their keywords; other characters than those of Latin-1 become ``?``.

    With four channels the colors are those over black (associated alpha), as `develop` gives them. PNG wants
    them divided by alpha, see `straight`.
    """
    kind = {8: ">u1", 16: ">u2"}[bits]
    height, width, channels = picture.shape
    if channels == 4:
        samples = straight(picture, 2**bits - 1).astype(kind)
    else:
        samples = (np.clip(picture, 0.0, 1.0) * (2**bits - 1)).astype(kind)  # truncates, as ember does
    rows = samples.reshape(height, -1).view(np.uint8)
    # Filter 1 (difference to the pixel at the left) makes smooth pictures a third smaller than none.
    step = channels * bits // 8
    lines = np.empty((height, rows.shape[1] + 1), np.uint8)
    lines[:, 0] = 1
    lines[:, 1 : step + 1] = rows[:, :step]
    lines[:, step + 1 :] = rows[:, step:] - rows[:, :-step]
    header = struct.pack(">IIBBBBB", width, height, bits, {3: 2, 4: 6}[channels], 0, 0, 0)
    chunks = [
        (b"IHDR", header),
        (b"sRGB", b"\0"),
        *((b"tEXt", f"{name}\0{text}".encode("latin-1", "replace")) for name, text in texts.items()),
        (b"IDAT", zlib.compress(lines.tobytes(), 6)),
        (b"IEND", b""),
    ]
    parts = [
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def dithered(picture: np.ndarray) -> np.ndarray:
    """A (height, width, channels) picture for 8 bits, with up to a step of noise, so that no band shows.

    `png_bytes` truncates, so the mean stays and black remains black. Each picture has the same noise, which
    does not flicker in a film.
    """
    noise = np.random.default_rng(0).random(picture.shape, np.float32)
    return picture + noise / np.float32(255.0)


def straight(picture: np.ndarray, levels: int) -> np.ndarray:
    """Colors that are not multiplied by alpha, and alpha, in whole steps of 0 to ``levels``; float32.

    Over black they show the picture itself, to a step. So alpha is no smaller than the brightest color, which
    may pass it where a flame shines more than it covers.
    """
    clipped = np.clip(picture, 0.0, 1.0).astype(np.float32)
    alpha = np.ceil(clipped.max(2, keepdims=True) * levels - 1e-3) / levels
    color = np.divide(clipped[..., :3], alpha, out=np.zeros_like(clipped[..., :3]), where=alpha > 0.0)
    return np.floor(np.concatenate([np.minimum(color, 1.0), alpha], 2) * levels + 0.5)
