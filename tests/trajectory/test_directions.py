from __future__ import annotations

import hashlib
import itertools

import numpy as np
import pytest

from bloom_blender.trajectory.directions import (
    PERIOD,
    PIECE,
    WIDTH,
    block_sign,
    block_signs,
    change,
    fold,
    mixer,
    signs,
    tensor_key,
)


def mix(x: int) -> int:
    """MurmurHash3's finalizer in Python's whole numbers."""
    x = (x ^ x >> 16) * 0x85EBCA6B & 0xFFFFFFFF
    x = (x ^ x >> 13) * 0xC2B2AE35 & 0xFFFFFFFF
    return x ^ x >> 16


def hashed_sign(text: str, i: int) -> int:
    """The documented hash, one at a time."""
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    first, second = int.from_bytes(digest[:4], "little"), int.from_bytes(digest[4:], "little")
    return 1 - 2 * (mix(mix(i ^ first) ^ second) & 1)


def sign(key, i: int, seed: int) -> int:
    """The sign of number i by the documented formula."""
    block, place = divmod(i, PERIOD)
    of_block = 1 - 2 * (mix(mix(block) ^ key.blocks) & 1)
    return of_block * hashed_sign(f"{seed}/signs", place)


def dense_directions(name, shape, directions, seed) -> np.ndarray:
    """The whole (numbers, directions) matrix."""
    key, columns = tensor_key(name, shape, seed), mixer(directions, seed)
    return np.array(
        [sign(key, i, seed) * columns[(i + key.shift) % WIDTH] for i in range(int(np.prod(shape)))]
    )


@pytest.mark.parametrize("shape", [(), (1,), (7,), (WIDTH,), (33, 100), (3, 5, 701), (40_000,)])
def test_projections_are_those_of_the_dense_matrix(shape):
    random = np.random.default_rng(1)
    before, after = random.normal(size=shape), random.normal(size=shape)
    key = tensor_key("layer.weight", shape, 3)
    measured = change(fold(before, key, 3), fold(after, key, 3), mixer(16, 3))
    dense = dense_directions("layer.weight", shape, 16, 3)
    np.testing.assert_allclose(measured.projections, (after - before).ravel() @ dense, rtol=0, atol=1e-10)
    assert measured.parameter_square == pytest.approx(np.sum(after**2))
    if after.size <= WIDTH:  # no two numbers share a column
        assert measured.update_square == pytest.approx(np.sum((after - before) ** 2))


def test_the_mixer_is_the_documented_one():
    columns = mixer(3, 7)
    assert [columns[c, 2] for c in range(50)] == [hashed_sign("7/mixer 2", c) for c in range(50)]
    np.testing.assert_array_equal(mixer(32, 0)[:, :16], mixer(16, 0))


def test_pieces_and_blocks_meet_without_a_seam():
    count = PERIOD + PIECE + 5000
    key = tensor_key("large", (count,), 0)
    for i in (0, PIECE - 1, PIECE, PERIOD - 1, PERIOD, PERIOD + 1, count - 1):
        values = np.zeros(count, np.float32)
        values[i] = 2.0
        folded = fold(values, key, 0)
        assert folded[(i + key.shift) % WIDTH] == 2.0 * sign(key, i, 0)
        assert np.count_nonzero(folded[:WIDTH]) == 1
        assert folded[WIDTH] == 4.0


@pytest.mark.parametrize("cuts", [[1], [700, 701], [PERIOD - 3], [PIECE, PERIOD, PERIOD + 1]])
def test_parts_of_a_tensor_add_up_to_the_whole(cuts):
    values = np.random.default_rng(2).normal(size=PERIOD + 9000)
    key = tensor_key("a", values.shape, 0)
    ends = [0, *cuts, values.size]
    parts = [fold(values[a:b], key, 0, start=a) for a, b in itertools.pairwise(ends)]
    np.testing.assert_allclose(sum(parts), fold(values, key, 0), rtol=0, atol=1e-7)


def test_directions_are_the_same_in_every_run():
    """The numbers on disk of earlier runs depend on these; they must never change."""
    key = tensor_key("encoder.weight", (64, 32), 0)
    data = signs(0).astype("<i1").tobytes() + mixer(16, 0).astype("<i1").tobytes()
    data += block_signs(key, np.arange(1000)).astype("<i1").tobytes() + str(key.shift).encode()
    assert hashlib.sha256(data).hexdigest() == GOLDEN
    assert tensor_key("encoder.weight", (32, 64), 0) != key
    assert tensor_key("encoder.bias", (64, 32), 0) != key
    assert tensor_key("encoder.weight", (64, 32), 1) != key


GOLDEN = "5f9f2c8f10e6fcfdb38c62c149ce4b4ec57bea493516ef38b0a5f04e9acb9756"


def test_signs_look_random():
    """Balanced, and uncorrelated between numbers, directions and tensors, within 5 standard errors."""
    one = signs(0).astype(np.float64)
    assert abs(one.mean()) < 5 / np.sqrt(one.size)
    assert abs((one * signs(1)).mean()) < 5 / np.sqrt(one.size)
    for lag in (1, 2, 8, 32, 64, 768, 4096, WIDTH, 2 * WIDTH):
        assert abs((one[lag:] * one[:-lag]).mean()) < 5 / np.sqrt(one.size - lag)
    columns = mixer(64, 0)
    correlation = columns.T @ columns / WIDTH - np.eye(64)
    assert np.abs(correlation).max() < 5 / np.sqrt(WIDTH)
    blocks = np.array([[block_sign(tensor_key(name, (1,), 0), b) for b in range(500)] for name in "abcd"])
    assert np.abs(blocks @ blocks.T / 500 - np.eye(4)).max() < 5 / np.sqrt(500)


def shapes_of_change():
    """Changes of very different structure, some of them what a product of signs is bad at."""
    random = np.random.default_rng(0)
    noise = random.normal(size=(1500, 768))
    spikes = np.zeros((1500, 768))
    spikes[random.integers(1500, size=9), random.integers(768, size=9)] = random.normal(size=9)
    yield "noise", noise
    yield "rows of very different size", noise * np.geomspace(1, 1e-3, 1500)[:, None]
    yield "rank one", np.outer(random.normal(size=1500), random.normal(size=768))
    yield "constant", np.ones((1500, 768))
    yield "the same rows", np.ones((1500, 1)) * random.normal(size=768)
    yield "rows as long as a fold", np.ones((300, 1)) * random.normal(size=WIDTH)
    yield "blocks that repeat", np.tile(random.normal(size=PERIOD), 3)
    yield "one row", noise * (np.arange(1500) == 7)[:, None]
    yield "few spikes", spikes
    yield "one number", np.eye(1, 900_000, 4711)


def test_the_mean_square_of_projections_is_the_squared_length():
    """Johnson and Lindenstrauss: over directions and tensors the squares have the mean 1 and, as those of
    normal numbers, the deviation √2."""
    for structure, values in shapes_of_change():
        squares = []
        for n in range(8):
            folded = fold(values, tensor_key(f"tensor {n}", values.shape, n), n)[:WIDTH]
            squares.append((folded @ mixer(64, n)) ** 2 / np.sum(values**2))
        assert abs(np.mean(squares) - 1) < 5 * np.sqrt(2 / np.size(squares)), structure


def test_the_length_of_a_fold_is_the_length_of_the_change_within_one_or_two_percent():
    """Its deviation is 1/√(2 WIDTH) = 1.1 %, 1/√WIDTH = 1.6 % at worst; of eight, with 99.9 %, times 1.8."""
    for structure, values in shapes_of_change():
        errors = []
        for n in range(8):
            folded = fold(values, tensor_key(f"tensor {n}", values.shape, n), n)
            errors.append(np.linalg.norm(folded[:WIDTH]) / np.linalg.norm(values) - 1)
            assert folded[WIDTH] == pytest.approx(np.sum(values**2), rel=1e-9)
        assert np.sqrt(np.mean(np.square(errors))) < 1.8 / np.sqrt(WIDTH), structure


def test_tensors_that_change_alike_do_not_cancel():
    """The four matrices of an attention, say, all with the same change, in one group."""
    values = np.random.default_rng(0).normal(size=(256, 256))
    errors = []
    for n in range(8):
        folds = [fold(values, tensor_key(f"{n}.{part}", values.shape, 0), 0) for part in "qkvo"]
        errors.append(np.linalg.norm(sum(folds)[:WIDTH]) / (2 * np.linalg.norm(values)) - 1)
    assert np.sqrt(np.mean(np.square(errors))) < 1.8 / np.sqrt(WIDTH)


def test_an_update_in_the_last_digit_of_float32_is_measured():
    random = np.random.default_rng(0)
    before = random.normal(size=500_000).astype(np.float32)
    after = np.where(random.random(before.size) < 0.3, np.nextafter(before, np.float32(9)), before)
    key = tensor_key("a", before.shape, 0)
    measured = fold(after, key, 0)[:WIDTH] - fold(before, key, 0)[:WIDTH]
    exact = fold(after.astype(np.float64) - before, key, 0)[:WIDTH]
    np.testing.assert_allclose(measured, exact, rtol=0, atol=1e-6 * np.abs(exact).max())
