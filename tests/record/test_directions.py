from __future__ import annotations

import hashlib

import numpy as np
import pytest

from bloom_blender.record.directions import (
    BLOCK_WORDS,
    ROWS_PER_WORD,
    WIDTH,
    fold,
    measure_change,
    mixer,
    sign_words,
    tensor_key,
)


def mix(x: int) -> int:
    """MurmurHash3's finalizer in Python's whole numbers."""
    x = (x ^ x >> 16) * 0x85EBCA6B & 0xFFFFFFFF
    x = (x ^ x >> 13) * 0xC2B2AE35 & 0xFFFFFFFF
    return x ^ x >> 16


def sign(key, i: int) -> int:
    """The sign of number i by the documented formula, one at a time."""
    row, column = divmod(i, WIDTH)
    word, bit = divmod(row, 32)
    place = word * WIDTH + column
    hashed = mix(mix(place % 2**32 ^ key.first) ^ mix((place // 2**32 + key.second) % 2**32))
    return -1 if hashed >> bit & 1 else 1


def dense_directions(name, shape, directions, seed) -> np.ndarray:
    """The whole (numbers, directions) matrix."""
    key, columns = tensor_key(name, shape, seed), mixer(directions, seed)
    return np.array([sign(key, i) * columns[i % WIDTH] for i in range(int(np.prod(shape)))])


@pytest.mark.parametrize("shape", [(), (1,), (7,), (WIDTH,), (33, 100), (3, 5, 701), (40_000,)])
def test_projections_are_those_of_the_dense_matrix(shape):
    random = np.random.default_rng(1)
    before, after = random.normal(size=shape), random.normal(size=shape)
    change = measure_change("layer.weight", before, after, seed=3)
    dense = dense_directions("layer.weight", shape, 16, 3)
    np.testing.assert_allclose(
        change.folded @ mixer(16, 3), (after - before).ravel() @ dense, rtol=0, atol=1e-10
    )
    assert change.update_square == pytest.approx(np.sum((after - before) ** 2))
    assert change.parameter_square == pytest.approx(np.sum(after**2))


def test_blocks_meet_without_a_seam():
    size = BLOCK_WORDS * ROWS_PER_WORD * WIDTH
    key = tensor_key("large", (2 * size + 5000,), 0)
    for i in (0, size - 1, size, size + 1, 2 * size - 1, 2 * size, 2 * size + 4999):
        values = np.zeros(2 * size + 5000, np.float32)
        values[i] = 2.0
        folded = fold(values, key)
        assert folded[i % WIDTH] == 2.0 * sign(key, i)
        assert np.count_nonzero(folded) == 1


def test_tensors_beyond_32_bits_have_signs_of_their_own():
    key = tensor_key("huge", (), 0)
    start = 2**32 // WIDTH
    words = sign_words(key, start, 2)
    assert not np.isin(words[1], sign_words(key, 0, 2)).all()
    i = (start + 1) * ROWS_PER_WORD * WIDTH + 5
    assert 1 - 2 * int(words[1, 5] & 1) == sign(key, i)


def test_directions_are_the_same_in_every_run():
    """The numbers on disk of earlier runs depend on these; they must never change."""
    key = tensor_key("encoder.weight", (64, 32), 0)
    words = sign_words(key, 0, 3).astype("<u4").tobytes() + mixer(16, 0).astype("<i1").tobytes()
    assert hashlib.sha256(words).hexdigest() == GOLDEN
    assert tensor_key("encoder.weight", (32, 64), 0) != key
    assert tensor_key("encoder.bias", (64, 32), 0) != key
    assert tensor_key("encoder.weight", (64, 32), 1) != key
    np.testing.assert_array_equal(mixer(32, 0)[:, :16], mixer(16, 0))


GOLDEN = "24ebbe9140367463b302774b617d6e7d35941c0a62241815d6acd859a8ec6ca7"


def test_signs_look_random():
    """Balanced, and uncorrelated between numbers, directions and tensors, within 5 standard errors."""
    bits = np.unpackbits(sign_words(tensor_key("a", (1,), 0), 0, 64).view(np.uint8))
    other = np.unpackbits(sign_words(tensor_key("b", (1,), 0), 0, 64).view(np.uint8))
    limit = 5 / np.sqrt(bits.size)
    one, two = 1.0 - 2.0 * bits, 1.0 - 2.0 * other
    assert abs(one.mean()) < limit
    assert abs((one * two).mean()) < limit
    for lag in (1, 2, 8, 32, 64, 32 * WIDTH):
        assert abs((one[lag:] * one[:-lag]).mean()) < 5 / np.sqrt(one.size - lag)
    columns = mixer(64, 0)
    correlation = columns.T @ columns / WIDTH - np.eye(64)
    assert np.abs(correlation).max() < 5 / np.sqrt(WIDTH)


def test_the_mean_square_of_projections_is_the_squared_length():
    random = np.random.default_rng(0)
    squares = []
    for n in range(40):
        values = random.normal(size=(300, 64)) * np.geomspace(1, 1e-3, 64)
        projections = fold(values, tensor_key(f"tensor {n}", values.shape, 0)) @ mixer(64, 0)
        squares.append(np.mean(projections**2) / np.sum(values**2))
    assert np.mean(squares) == pytest.approx(1, abs=0.15)


def test_changes_of_a_group_add_up():
    random = np.random.default_rng(0)
    old, new = random.normal(size=(2, 50)), random.normal(size=(2, 50))
    both = measure_change("a", old[0], new[0], 0) + measure_change("b", old[1], new[1], 0)
    assert both.update_square == pytest.approx(np.sum((new - old) ** 2))
    expected = (new - old)[0] @ dense_directions("a", (50,), 8, 0)
    expected += (new - old)[1] @ dense_directions("b", (50,), 8, 0)
    np.testing.assert_allclose(both.folded @ mixer(8, 0), expected, atol=1e-12)
