"""What `bloom info` says about a run: how its metrics went, and the groups of a deep model on one screen."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bloom_blender.trajectory import Series, Trajectory
from bloom_blender.trajectory.description import describe_trajectory, summary


def lines(*series: Series) -> list[str]:
    return summary(describe_trajectory(Trajectory("run", series, (), {})))


def metric(name: str, *values: float) -> Series:
    return Series(name, np.arange(len(values)), np.array(values, float), "metric")


@pytest.mark.parametrize(
    ("name", "values", "words"),
    [
        ("loss", (4, 1, 2), "metric 'loss' fell: 4 → 2, best 1 at step 1, 3 × 1, steps 0 to 2"),
        ("val/loss_epoch", (2, 1, 3), "metric 'val/loss_epoch' did not fall: 2 → 3, best 1 at step 1"),
        ("train loss", (2, math.nan, math.nan), "'train loss' did not fall: 2 → 2, best 2 at step 0, 3 × 1"),
        ("loss", (math.nan, 3, 2), "metric 'loss' fell: 3 → 2, best 2 at step 2"),
        ("val_acc", (0.1, 0.9, 0.5), "metric 'val_acc': 0.1 → 0.5, best 0.9 at step 1"),
        ("Acc@1", (10, 50), "metric 'Acc@1': 10 → 50, best 50 at step 1"),
        ("lr", (0.1, 0.3, 0.2), "metric 'lr': 0.1 → 0.2, 0.1 to 0.3, 3 × 1"),
        ("glossy", (1, 2), "metric 'glossy': 1 → 2, 1 to 2"),
        ("loss", (math.nan, math.nan), "metric 'loss':, 2 × 1, steps 0 to 1, 2 not finite"),
        ("loss", (1e308, -1e308), "metric 'loss' fell: 1e+308 → -1e+308"),
    ],
)
def test_a_metric_is_told_from_first_to_last_with_its_best(name, values, words):
    (line,) = lines(metric(name, *values))
    assert words in line


def test_losses_come_first():
    names = [
        line.split("'")[1] for line in lines(metric("lr", 1, 2), metric("acc", 1, 2), metric("loss", 2, 1))
    ]
    assert names == ["loss", "lr", "acc"]


def groups(*names: str) -> list[Series]:
    steps, rng = np.arange(1, 9), np.random.default_rng(1)
    made = []
    for name in names:
        made.append(Series(f"update/{name}", steps, rng.normal(size=(8, 16)), "update"))
        made.append(Series(f"update_norm/{name}", steps, np.full(8, 1.0 + len(made)), "norm"))
        made.append(Series(f"parameter_norm/{name}", steps, np.ones(8), "norm"))
    return made


def test_a_model_of_24_layers_fits_a_screen():
    parts = ("ln_1", "attn.c_attn", "attn.c_proj", "ln_2", "mlp.c_fc", "mlp.c_proj")
    names = ["wte", "wpe", *(f"h.{layer}.{part}" for layer in range(24) for part in parts), "ln_f"]
    found = lines(metric("loss", 4, 1), *groups(*names))
    assert len(found) <= 24
    assert found[1] == "147 groups of parameters, each of them with --json or --series:"
    assert "  'h.0…23.attn.c_attn' (24): 8 values each, steps 1 to 8, update norms 11 to 425" in found
    assert any(line.startswith("  'wte': 8 values each") for line in found)


def test_a_small_model_is_told_series_by_series():
    found = lines(*groups("a", "b"))
    assert [line.split(":")[0] for line in found] == [
        f"{kind} '{prefix}/{group}'"
        for group in "ab"
        for kind, prefix in (("update", "update"), ("norm", "update_norm"), ("norm", "parameter_norm"))
    ]


def test_hundreds_of_metrics_and_sorts_of_groups_are_cut():
    found = lines(*(metric(f"m{number}", 1, 2) for number in range(300)), *groups(*map(chr, range(97, 123))))
    assert len(found) <= 40
    assert "… and 284 more metrics" in found
    assert found[-1] == "  … and 11 more sorts of groups"


def test_checkpoints_whose_numbers_are_not_read_yet_are_folded_too():
    facts = {"length": 3, "first_step": 1, "last_step": 3, "gaps": 0, "largest_gaps": []}
    rest = {"unit": "", "width": 1, "minimum": None, "maximum": None, "nan": 0, **facts}
    series = [
        {"name": f"{prefix}/h.{layer}", "kind": "norm", **rest}
        for layer in range(12)
        for prefix in ("update", "update_norm", "parameter_norm")
    ]
    found = summary({"series": series, "embeddings": []})
    assert found[1] == "  'h.0…11' (12): 3 values each, steps 1 to 3"
