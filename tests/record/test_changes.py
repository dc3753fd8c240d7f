# ruff: noqa: PT031 (a recording takes more than one statement)

"""Trainings that change while they run: what happens is measured, or told."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from bloom_blender.record import record
from bloom_blender.trajectory import read_bloom

torch = pytest.importorskip("torch", reason="PyTorch is not installed (pip install torch)")


def make():
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(8, 6), torch.nn.Tanh(), torch.nn.Linear(6, 1))
    return model, torch.randn(32, 8)


def gradient(model, inputs):
    loss = (model(inputs) - inputs.sum(1, keepdim=True)).square().mean()
    model.zero_grad()
    loss.backward()
    return loss


def weights(model, layer: int) -> np.ndarray:
    return np.concatenate(
        [one.detach().double().flatten().numpy().copy() for one in model[layer].parameters()]
    )


@pytest.fixture(autouse=True)
def no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@pytest.mark.parametrize("every", [1, 3])
def test_parameters_that_are_added_are_measured_from_then_on(tmp_path, every):
    model, inputs = make()
    optimizer = torch.optim.Adam(model[2].parameters(), 0.01)
    history = [[weights(model, layer) for layer in (0, 2)]]
    with record(model, optimizer, tmp_path / "run.bloom", every) as recorder:
        for step in range(12):
            if step == 4:
                optimizer.add_param_group({"params": model[0].parameters()})
            recorder.log(loss=gradient(model, inputs))
            optimizer.step()
            history.append([weights(model, layer) for layer in (0, 2)])
    run = read_bloom(tmp_path / "run.bloom")
    recorded = {0: range(5, 13) if every == 1 else (9, 12), 2: range(every, 13, every)}
    for place, layer in enumerate((0, 2)):
        norms = run.series_named(f"update_norm/{layer}")
        assert norms.steps.tolist() == list(recorded[layer])
        expected = [np.linalg.norm(history[s][place] - history[s - every][place]) for s in norms.steps]
        np.testing.assert_allclose(norms.values, expected, rtol=1e-6)


def test_an_optimizer_that_is_swapped_goes_on_being_measured(tmp_path):
    model, inputs = make()
    optimizer = torch.optim.Adam(model.parameters(), 0.01)
    with record(model, optimizer, tmp_path / "run.bloom") as recorder:
        for step in range(20):
            if step == 10:
                optimizer = torch.optim.SGD(model.parameters(), 0.01)
            loss = gradient(model, inputs)
            optimizer.step()
            recorder.log(loss=loss)
    run = read_bloom(tmp_path / "run.bloom")
    for name in ("loss", "update/0", "update/2"):
        assert run.series_named(name).steps.tolist() == list(range(1, 21))


class Sam(torch.optim.Optimizer):
    """Sharpness-aware minimization (Foret et al. 2021), in its usual form of two steps."""

    def __init__(self, parameters, base, rho=0.05):
        super().__init__(parameters, {"rho": rho})
        self.base = base(self.param_groups)
        self.before: dict = {}

    @torch.no_grad()
    def first_step(self):
        for group in self.param_groups:
            for one in group["params"]:
                self.before[one] = one.clone()
                one.add_(group["rho"] * one.grad / (one.grad.norm() + 1e-12))

    @torch.no_grad()
    def second_step(self):
        for one, value in self.before.items():
            one.copy_(value)
        self.base.step()

    def step(self, closure=None):
        self.first_step()
        with torch.enable_grad():
            closure()
        self.second_step()


@pytest.mark.parametrize("by_closure", [False, True])
def test_the_two_steps_of_sam_are_one(tmp_path, by_closure):
    model, inputs = make()
    optimizer = Sam(model.parameters(), lambda groups: torch.optim.SGD(groups, 0.05))
    history = [weights(model, 0)]
    with record(model, optimizer, tmp_path / "run.bloom") as recorder:
        for _ in range(6):
            loss = gradient(model, inputs)
            if by_closure:
                optimizer.step(lambda: gradient(model, inputs))
            else:
                optimizer.first_step()
                gradient(model, inputs)
                optimizer.second_step()
            recorder.log(loss=loss)
            history.append(weights(model, 0))
    run = read_bloom(tmp_path / "run.bloom")
    assert run.series_named("loss").steps.tolist() == [1, 2, 3, 4, 5, 6]
    norms = run.series_named("update_norm/0")
    assert norms.steps.tolist() == [1, 2, 3, 4, 5, 6]
    np.testing.assert_allclose(norms.values, np.linalg.norm(np.diff(history, axis=0), axis=1), rtol=1e-5)


def test_an_optimizer_around_the_given_one_counts_once(tmp_path):
    class Around(torch.optim.Optimizer):
        def __init__(self, inner):
            super().__init__([one for group in inner.param_groups for one in group["params"]], {})
            self.inner = inner

        def step(self, closure=None):
            self.inner.step()

    for given in ("inner", "outer"):
        model, inputs = make()
        inner = torch.optim.SGD(model.parameters(), 0.01)
        outer = Around(inner)
        with record(model, inner if given == "inner" else outer, tmp_path / "run.bloom") as recorder:
            for _ in range(5):
                gradient(model, inputs)
                outer.step()
            assert recorder.current_step == 5


def test_other_models_and_other_parts_do_not_count(tmp_path):
    model, inputs = make()
    first, second = (torch.optim.SGD(model[layer].parameters(), 0.01) for layer in (0, 2))
    other, _ = make()
    elsewhere = torch.optim.SGD(other.parameters(), 0.01)
    with record(model, first, tmp_path / "run.bloom") as recorder:
        for _ in range(5):
            gradient(model, inputs)
            for optimizer in (second, first, elsewhere):
                optimizer.step()
    assert recorder.current_step == 5


def test_two_optimizers_of_the_same_parameters_give_one_warning(tmp_path):
    model, inputs = make()
    given, other = (torch.optim.SGD(model.parameters(), 0.01) for _ in range(2))
    with pytest.warns(RuntimeWarning, match="steps of another optimizer of the same parameters") as caught:
        with record(model, given, tmp_path / "run.bloom") as recorder:
            for _ in range(5):
                gradient(model, inputs)
                other.step()
                given.step()
        assert recorder.current_step == 6  # five, and one before it was known that the given one goes on
    assert len(caught) == 1


def test_hooks_are_gone_after_the_recording(tmp_path):
    from torch.optim import optimizer as module

    model, inputs = make()
    optimizer = torch.optim.SGD(model.parameters(), 0.01)
    hooks = [module._global_optimizer_pre_hooks, module._global_optimizer_post_hooks]
    before = [len(one) for one in hooks]
    with record(model, optimizer, tmp_path / "run.bloom"):
        gradient(model, inputs)
        optimizer.step()
    assert [len(one) for one in hooks] == before


def test_the_length_of_a_small_groups_update_is_exact(tmp_path):
    """Weight and bias of a normalization share columns of the fold, and their changes are alike."""
    for sizes in ((64, 64), (512, 512), (2000, 2093)):
        model = torch.nn.ParameterDict({"a": torch.randn(sizes[0]), "b": torch.randn(sizes[1])})
        model = torch.nn.ModuleDict({"group": model}).double()
        optimizer = torch.optim.SGD(model.parameters(), 1.0)
        changes = [1e-3 * torch.rand_like(one) for one in model.parameters()]
        with record(model, optimizer, tmp_path / "run.bloom"):
            for one, change in zip(model.parameters(), changes, strict=True):
                one.grad = change
            optimizer.step()
        exact = torch.cat(changes).norm().item()
        norm = read_bloom(tmp_path / "run.bloom").series_named("update_norm/group").values
        np.testing.assert_allclose(norm, [exact], rtol=1e-6)
