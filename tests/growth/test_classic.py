"""The classic mapping against the animation that the first Bloom shipped, and against its description."""

from __future__ import annotations

import numpy as np
import pytest

from bloom_blender.errors import BloomError
from bloom_blender.flame.xml import read_flame
from bloom_blender.growth.classic import classic
from bloom_blender.growth.grow import grow
from bloom_blender.trajectory import Embeddings, Trajectory, read_trajectory
from tests.growth.samples import converging_run, flower, word_run
from tests.support import data_path


@pytest.fixture(scope="module")
def original():
    with np.load(data_path("bloom/willowisp_first450.npz")) as file:
        return dict(file)


@pytest.fixture(scope="module")
def willowisp():
    return read_flame(data_path("bloom/flames/willowisp.flame"))


@pytest.fixture(scope="module")
def target_run():
    return read_trajectory(data_path("bloom/embeddings"), side="tgt")


def test_it_reproduces_the_original_animation(original, willowisp, target_run):
    curves = classic(target_run, willowisp, frames=900, epochs=15, skip_words=2, permutation=original["perm"])
    assert curves.values.shape == (900, 24)
    assert curves.order == "reversed"
    np.testing.assert_array_equal(curves.base, original["base"])
    np.testing.assert_allclose(curves.values[:450], original["params"], rtol=0, atol=1e-9)
    # xform[0].coefs.1 there is xform1.coefs[1] here
    theirs = [
        name.replace("xform[", "").replace("].", " ").replace("coefs.", "coefs ")
        for name in original["columns"]
    ]
    ours = [
        name.replace("xform", "").replace(".", " ").replace("[", " ").replace("]", "")
        for name in curves.names
    ]
    assert [f"{int(name.split()[0]) + 1} {' '.join(name.split()[1:])}" for name in theirs] == ours


def test_a_film_of_it_ends_on_the_base(original, willowisp, target_run):
    options = {"mapping": "classic", "frames": 900, "permutation": original["perm"]}
    film = grow(target_run, willowisp, **options)
    assert film.order == "time"
    assert film.values[-1].tobytes() == film.base.tobytes()
    np.testing.assert_allclose(film.values[-2::-1][:450], original["params"], rtol=0, atol=1e-9)
    as_shipped = grow(target_run, willowisp, end_on_base=False, **options)
    np.testing.assert_allclose(as_shipped.values[::-1][:450], original["params"], rtol=0, atol=1e-9)
    emitted = grow(target_run, willowisp, end_on_base=False, order="emitted", **options)
    np.testing.assert_array_equal(emitted.values, as_shipped.values[::-1])


def test_the_source_side_does_not_move_in_its_first_epoch(willowisp):
    run = read_trajectory(data_path("bloom/embeddings"), side="src")
    with pytest.raises(BloomError, match=r"first two snapshots .* do not differ"):
        classic(run, willowisp, frames=900)


def test_the_far_end_is_the_base_plus_or_minus_itself():
    curves = classic(word_run(), flower(), frames=38)  # 7 epochs × 38 words are 266 rows, blocks of 7
    size = np.where(curves.base == 0.0, 1.0, np.abs(curves.base))
    np.testing.assert_allclose(np.abs(curves.values[-1] - curves.base), size, rtol=1e-12)


def test_rows_that_do_not_fill_a_block_for_every_frame_are_left_out_of_the_scale():
    run, flame = word_run(), flower()
    curves = classic(run, flame, frames=100)  # 266 rows, blocks of 2, 200 rows used
    size = np.where(curves.base == 0.0, 1.0, np.abs(curves.base))
    np.testing.assert_allclose(np.abs(curves.values[-1] - curves.base), size, rtol=1e-12)


def test_the_permutation_chooses_the_component_of_each_parameter():
    run, flame, count = word_run(), flower(), 16
    straight = classic(run, flame, frames=50, permutation=range(count))
    swapped = classic(run, flame, frames=50, permutation=[1, 0, *range(2, count)])
    moves = (straight.values - straight.base) / np.where(straight.base == 0.0, 1.0, np.abs(straight.base))
    others = (swapped.values - swapped.base) / np.where(swapped.base == 0.0, 1.0, np.abs(swapped.base))
    np.testing.assert_allclose(moves[:, [1, 0]], others[:, [0, 1]], rtol=1e-9)
    np.testing.assert_array_equal(straight.values[:, 2:], swapped.values[:, 2:])


def test_the_seed_shuffles():
    run, flame = word_run(), flower()
    np.testing.assert_array_equal(
        classic(run, flame, frames=50).values, classic(run, flame, frames=50, seed=0).values
    )
    assert (classic(run, flame, frames=50).values != classic(run, flame, frames=50, seed=1).values).any()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"frames": 267}, "fewer than 267 frames: ask for 266 frames or fewer"),
        ({"frames": 10, "epochs": 8}, "choose 1 to 7 epochs"),
        ({"frames": 10, "skip_words": 40}, "choose 0 to 39"),
        ({"frames": 10, "permutation": [0] * 16}, "give each of them once"),
        ({"frames": 10, "permutation": range(15)}, "numbers 0 to 15"),
        ({"frames": 10, "permutation": np.linspace(0, 15, 16)}, "give each of them once"),
        ({"frames": 10, "source": "target"}, "choose one of source"),
    ],
)
def test_what_does_not_fit_is_refused(options, words):
    with pytest.raises(BloomError, match=words):
        classic(word_run(), flower(), **options)


def test_runs_without_enough_to_go_by_are_refused():
    with pytest.raises(BloomError, match="robust mapping"):
        classic(converging_run(), flower(), frames=10)
    with pytest.raises(BloomError, match=r"needs 16 directions .* spans 5"):
        classic(word_run(dimensions=5), flower(), frames=10)
    still = np.zeros((3, 4, 2))
    still[2] = 1.0
    run = Trajectory("still", (), (Embeddings("source", tuple("abcd"), np.arange(3), still),))
    with pytest.raises(BloomError, match="do not differ"):
        classic(run, flower(), frames=3)
    one = Trajectory("one", (), (Embeddings("source", tuple("abcd"), np.arange(1), still[:1]),))
    with pytest.raises(BloomError, match="two or more"):
        classic(one, flower(), frames=3)


def test_a_column_that_sums_to_zero_is_refused():
    generator = np.random.default_rng(0)
    update = generator.normal(size=(20, 16))
    vectors = np.stack([np.zeros_like(update), update, np.zeros_like(update)])
    run = Trajectory(
        "there and back", (), (Embeddings("source", tuple(map(str, range(20))), range(3), vectors),)
    )
    with pytest.raises(BloomError, match="sum to zero"):
        classic(run, flower(), frames=2, skip_words=0)
