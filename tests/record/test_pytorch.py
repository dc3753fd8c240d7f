# ruff: noqa: PT012, PT031 (a recording takes more than one statement)

from __future__ import annotations

import gc
import weakref
from pathlib import Path

import numpy as np
import pytest

from bloom_blender.record import record
from bloom_blender.trajectory import read_bloom
from bloom_blender.trajectory.directions import PERIOD, WIDTH, fold, mixer, tensor_key

torch = pytest.importorskip("torch", reason="PyTorch is not installed (pip install torch)")

from bloom_blender.record.pytorch import Folder  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent.parent


def make(seed=0):
    torch.manual_seed(seed)
    model = torch.nn.Sequential(torch.nn.Embedding(50, 8), torch.nn.Linear(8, 6), torch.nn.Linear(6, 50))
    return model, torch.optim.Adam(model.parameters(), lr=0.01)


def values(model):
    return {name: parameter.detach().float().numpy().copy() for name, parameter in model.named_parameters()}


def step(model, optimizer):
    words = torch.randint(50, (20,))
    loss = torch.nn.functional.cross_entropy(model(words), (words + 1) % 50)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss


def test_the_loop_is_unchanged_and_everything_is_recorded(tmp_path):
    model, optimizer = make()
    history, losses = [values(model)], []
    with record(model, optimizer, tmp_path / "run.bloom", every=2, directions=5, seed=9) as recorder:
        for _ in range(6):
            loss = step(model, optimizer)
            recorder.log(loss=loss)
            losses.append(loss.item())
            history.append(values(model))
        recorder.snapshot("source", [f"w{i}" for i in range(50)], model[0].weight)
    back = read_bloom(tmp_path / "run.bloom")
    assert [one.name for one in back.updates] == ["update/0", "update/1", "update/2"]
    assert back.metadata["framework"] == f"torch {torch.__version__}"
    update = back.series_named("update/1")
    assert update.steps.tolist() == [2, 4, 6]
    for row, (before, after) in enumerate(zip(history[0::2], history[2::2], strict=False)):
        changes = {name: after[name].astype(float) - before[name] for name in ("1.weight", "1.bias")}
        folded = sum(fold(one, tensor_key(name, one.shape, 9), 9) for name, one in changes.items())
        np.testing.assert_allclose(update.values[row], folded[:WIDTH] @ mixer(5, 9), rtol=1e-5, atol=1e-8)
        length = np.sqrt(sum(np.sum(one**2) for one in changes.values()))
        assert back.series_named("update_norm/1").values[row] == pytest.approx(length, rel=0.1)
        length = np.sqrt(sum(np.sum(np.square(after[name], dtype=float)) for name in changes))
        assert back.series_named("parameter_norm/1").values[row] == pytest.approx(length)
    np.testing.assert_allclose(back.series_named("loss").values, losses)
    np.testing.assert_array_equal(back.embedding().vectors[0], history[6]["0.weight"])


@pytest.mark.parametrize("shape", [(), (3,), (WIDTH + 1,), (700, 900), (3, PERIOD // 2)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_tensors_are_folded_like_arrays(shape, dtype):
    tensor = torch.randn(shape).to(dtype)
    key = tensor_key("a", shape, 0)
    expected = fold(tensor.double().numpy(), key, 0)
    np.testing.assert_allclose(Folder(0).fold(tensor, key).numpy(), expected, rtol=1e-12, atol=1e-9)


@pytest.mark.parametrize("dtype", [torch.float32, torch.complex128])
def test_parts_of_a_tensor_add_up_to_the_whole(dtype):
    tensor = torch.randn(1500, 800, dtype=dtype)
    key, folder = tensor_key("a", tensor.shape, 0), Folder(0)
    whole = fold(torch.view_as_real(tensor).numpy() if tensor.is_complex() else tensor.numpy(), key, 0)
    np.testing.assert_allclose(folder.fold(tensor, key).numpy(), whole, rtol=1e-12, atol=1e-9)
    parts = folder.fold(tensor[:400], key) + folder.fold(tensor[400:], key, start=400 * 800)
    np.testing.assert_allclose(parts.numpy(), whole, rtol=1e-12, atol=1e-9)
    rows, columns = torch.arange(1500) * 800, torch.arange(800)
    parts = folder.fold_places(tensor[:, 300:], key, [rows, columns[300:]])
    parts += folder.fold_places(tensor[900:, :300], key, [rows[900:], columns[:300]])
    parts += folder.fold_places(tensor[:900, :300], key, [rows[:900], columns[:300]])
    np.testing.assert_allclose(parts.numpy(), whole, rtol=1e-12, atol=1e-9)


@pytest.mark.parametrize("threads", [2, 3])
def test_several_threads_fold_as_one_and_their_number_is_left_as_it_was(threads):
    tensor = torch.randn(5, PERIOD - 7)
    key = tensor_key("a", tensor.shape, 0)
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        folded = Folder(0).fold(tensor, key, start=99)
        assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(before)
    expected = fold(tensor.numpy(), key, 0, start=99)
    np.testing.assert_allclose(folded.numpy(), expected, rtol=1e-12, atol=1e-9)


def test_neither_model_nor_optimizer_is_kept_alive(tmp_path):
    model, optimizer = make()
    recorder = record(model, optimizer, tmp_path / "run.bloom", embeddings={"0.weight": ["a"]})
    step(model, optimizer)
    step(model, optimizer)
    references = [weakref.ref(one) for one in (model, optimizer, model[0].weight)]
    del model, optimizer
    gc.collect()
    assert [one() for one in references] == [None, None, None]
    recorder.close()
    assert read_bloom(tmp_path / "run.bloom").series_named("update/1").steps.tolist() == [1, 2]


def test_no_copy_of_the_parameters_is_kept(tmp_path):
    model = torch.nn.Linear(2000, 2000)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with record(model, optimizer, tmp_path / "run.bloom"):
        model(torch.randn(1, 2000)).sum().backward()
        optimizer.step()
        gc.collect()
        tensors = [one for one in gc.get_objects() if type(one) in (torch.Tensor, torch.nn.Parameter)]
        large = {one.data_ptr() for one in tensors if one.numel() >= 2000 * 2000}
    assert large == {model.weight.data_ptr(), model.weight.grad.data_ptr()}


def test_chosen_embeddings_are_recorded_by_themselves(tmp_path):
    model, optimizer = make()
    words = [f"w{i}" for i in range(40)]
    with record(model, optimizer, tmp_path / "run.bloom", embeddings={"0.weight": words}, snapshot_every=3):
        first = model[0].weight.detach().clone()
        for _ in range(7):
            step(model, optimizer)
    table = read_bloom(tmp_path / "run.bloom").embedding("0.weight")
    assert table.steps.tolist() == [0, 3, 6, 7]
    np.testing.assert_array_equal(table.vectors[0], first[:40])
    np.testing.assert_array_equal(table.vectors[3], model[0].weight.detach()[:40])


def test_an_embedding_that_is_not_there_gives_a_warning_with_the_names(tmp_path):
    model, optimizer = make()
    with (
        pytest.warns(RuntimeWarning, match="no parameter embed: name one of 0.weight, 1.weight"),
        record(model, optimizer, tmp_path / "run.bloom", embeddings={"embed": ["a"]}),
    ):
        step(model, optimizer)


def test_the_model_may_be_loaded_and_moved_after_record(tmp_path):
    model, optimizer = make()
    other, _ = make(seed=1)
    with record(model, optimizer, tmp_path / "run.bloom"):
        model.load_state_dict(other.state_dict())
        model.double()
        step(model, optimizer)
    norm = read_bloom(tmp_path / "run.bloom").series_named("update_norm/1").values
    assert 0 < norm[0] < 0.5  # the step alone, not the loading


def test_several_optimizers_are_recorded_together(tmp_path):
    model, _ = make()
    first = torch.optim.SGD(model[0].parameters(), lr=0.1)
    second = torch.optim.SGD(model[2].parameters(), lr=0.1)
    with record(model, [first, second], tmp_path / "run.bloom"):
        for _ in range(2):
            step(model, second)
            first.step()
    back = read_bloom(tmp_path / "run.bloom")
    assert [(one.name, len(one.steps)) for one in back.updates] == [("update/0", 2), ("update/2", 2)]


@pytest.mark.parametrize("kind", [torch.optim.Adam, torch.optim.SGD])
def test_a_training_goes_on_from_its_checkpoint(tmp_path, kind):
    def train(path, first, last, **options):
        torch.manual_seed(0)
        model = torch.nn.Sequential(torch.nn.Embedding(50, 8), torch.nn.Linear(8, 50))
        optimizer = kind(model.parameters(), lr=0.01)
        if first > 1:
            state = torch.load(tmp_path / f"{first - 1}.pt")
            model.load_state_dict(state["model"])
            optimizer.load_state_dict(state["optimizer"])
        with record(model, optimizer, path, every=3, **options):
            for number in range(first, last + 1):
                torch.manual_seed(number)
                step(model, optimizer)
                state = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
                if number == 6:
                    torch.save(state, tmp_path / "6.pt")

    train(tmp_path / "whole.bloom", 1, 14)
    train(tmp_path / "parts.bloom", 1, 6 if kind is torch.optim.SGD else 10, resume=True)
    train(tmp_path / "parts.bloom", 7, 14, resume=True)
    one, two = read_bloom(tmp_path / "whole.bloom"), read_bloom(tmp_path / "parts.bloom")
    for first, second in zip(one.series, two.series, strict=True):
        assert first.steps.tolist() == second.steps.tolist() == [3, 6, 9, 12]
        np.testing.assert_allclose(second.values, first.values, rtol=1e-6)


def test_recording_does_not_change_the_training(tmp_path):
    plain, optimizer = make()
    for _ in range(3):
        step(plain, optimizer)
    recorded, optimizer = make()
    with record(recorded, optimizer, tmp_path / "run.bloom"):
        for _ in range(3):
            step(recorded, optimizer)
    for name, value in values(plain).items():
        np.testing.assert_array_equal(value, values(recorded)[name])


def test_the_hook_is_gone_after_the_block(tmp_path):
    model, optimizer = make()
    with record(model, optimizer, tmp_path / "run.bloom") as recorder:
        step(model, optimizer)
    before = (tmp_path / "run.bloom").read_bytes()
    step(model, optimizer)
    assert recorder.current_step == 1
    assert (tmp_path / "run.bloom").read_bytes() == before


def test_only_trained_parameters_are_recorded_and_shared_ones_once(tmp_path):
    model, _ = make()
    model[2].weight = torch.nn.Parameter(torch.randn(50, 6))
    optimizer = torch.optim.SGD([model[2].weight], lr=0.1)
    with record(model, optimizer, tmp_path / "run.bloom"):
        step(model, optimizer)
    assert [one.name for one in read_bloom(tmp_path / "run.bloom").updates] == ["update/2"]


def test_wrappers_do_not_change_names():
    from bloom_blender.record.pytorch import clean_name

    assert clean_name("module._orig_mod.encoder.weight") == "encoder.weight"
    assert clean_name("encoder.module.weight") == "encoder.module.weight"


def test_complex_and_half_precision_parameters(tmp_path):
    model = torch.nn.Module()
    model.a = torch.nn.Parameter(torch.randn(4, 3, dtype=torch.complex64))
    model.b = torch.nn.Parameter(torch.randn(4, dtype=torch.bfloat16))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with record(model, optimizer, tmp_path / "run.bloom") as recorder:
        (model.a.abs().sum() + model.b.sum().float()).backward()
        optimizer.step()
        recorder.snapshot("source", ["x"], model.b[None])
    assert len(read_bloom(tmp_path / "run.bloom").updates) == 2


def test_a_failure_in_the_hook_warns_once_and_the_training_goes_on(tmp_path, monkeypatch):
    from bloom_blender.record import pytorch

    model, optimizer = make()
    with (
        pytest.warns(
            RuntimeWarning, match="parameter 0.weight cannot be measured .RuntimeError: out of memory"
        ) as caught,
        record(model, optimizer, tmp_path / "run.bloom") as recorder,
    ):
        step(model, optimizer)

        def fail(*_):
            raise RuntimeError("out of memory")

        with monkeypatch.context() as patch:
            patch.setattr(pytorch.Folder, "fold", fail)
            step(model, optimizer)
            step(model, optimizer)
        step(model, optimizer)  # nothing to compare with
        step(model, optimizer)
        recorder.log(loss=1.0)
    assert len(caught) == 1
    back = read_bloom(tmp_path / "run.bloom")
    assert back.series_named("update/0").steps.tolist() == [1, 5]


def test_groups_that_no_parameter_is_in_give_a_warning_with_names(tmp_path):
    model, optimizer = make()
    with (
        pytest.warns(RuntimeWarning, match="choose groups for names such as 0.weight"),
        record(model, optimizer, tmp_path / "run.bloom", groups=["attention.*"]) as recorder,
    ):
        step(model, optimizer)
        recorder.log(loss=1.0)


def test_a_model_that_cannot_be_recorded_trains_all_the_same(tmp_path):
    model, optimizer = make()
    with (
        pytest.warns(RuntimeWarning, match="the training goes on"),
        record(None, optimizer, tmp_path / "run.bloom") as recorder,
    ):
        step(model, optimizer)
        recorder.log(loss=1.0)
    assert read_bloom(tmp_path / "run.bloom").series_named("loss").values.tolist() == [1.0]


def test_an_error_of_the_training_comes_through(tmp_path):
    model, optimizer = make()
    with pytest.raises(KeyboardInterrupt), record(model, optimizer, tmp_path / "run.bloom"):
        step(model, optimizer)
        raise KeyboardInterrupt
    assert read_bloom(tmp_path / "run.bloom").updates


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_on_a_graphics_card():
    tensor = torch.randn(3000, 3000)
    key = tensor_key("a", tensor.shape, 0)
    expected = Folder(0).fold(tensor, key)
    torch.testing.assert_close(Folder(0).fold(tensor.cuda(), key).cpu(), expected, atol=1e-9, rtol=1e-9)
