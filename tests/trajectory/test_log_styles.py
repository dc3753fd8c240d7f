"""One training, written down in the many ways of training scripts: always the same values come back."""

from __future__ import annotations

import json

import pytest

from bloom_blender.errors import BloomError
from bloom_blender.trajectory import read_trajectory

EPOCHS, BATCHES, STRIDE = 3, 10, 10
LOSSES = [round(3 / (1 + 0.1 * k), 4) for k in range(EPOCHS * BATCHES)]
ROWS = [
    (k // BATCHES + 1, (k % BATCHES + 1) * STRIDE, loss) for k, loss in enumerate(LOSSES)
]  # (epoch from 1, batch from 10 to 100, loss)


def lines(form: str) -> str:
    return "".join(
        form.format(e=e, b=b, n=b - STRIDE, loss=loss, p=b, s=(e - 1) * 100 + b) + "\n" for e, b, loss in ROWS
    )


def write(folder, name: str, text: str | bytes):
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def one(path, name: str = "loss", **options):
    run = read_trajectory(path, **options)
    found = {series.name.lower(): series for series in run.series}
    assert name in found, list(found)
    return found[name]


# A counter within epochs.

TWO_COUNTERS = {
    "a.csv": "epoch,batch,loss\n" + lines("{e},{n},{loss}"),
    "b.csv": "epoch,iter,loss\n" + lines("{e},{b},{loss}"),
    "c.csv": "Epoch;Step;loss\n" + lines("{e};{n};{loss}"),
    "d.csv": "loss,batch_idx,epoch\n" + lines("{loss},{n},{e}"),
    "a.jsonl": "".join(json.dumps({"epoch": e, "step": b, "loss": loss}) + "\n" for e, b, loss in ROWS),
    "a.json": json.dumps([{"loss": loss, "iteration": b, "epoch": e} for e, b, loss in ROWS]),
    "a.log": lines("Epoch [{e}/3], Step [{b}/100], Loss: {loss}"),
    "b.log": lines("epoch {e} batch {n} loss {loss}"),
    "c.log": lines("Epoch: {e} | Batch: {b}/100 | Loss: {loss:.4f}"),
    "d.log": lines("Train Epoch: {e} [{b}/60000 ({p}%)]\tLoss: {loss:.4f}"),
    "e.log": lines("[{e},  {b}] loss: {loss:.4f}"),
    "f.log": lines("[Epoch {e}][Iter {b}] loss={loss}"),
    "g.log": lines("loss: {loss:.4f} epoch: {e} step: {n}"),
    "h.log": lines("\rEpoch {e}: {p:3d}%|###  | {b}/100 [00:01<00:02, 9.50it/s, loss={loss}]"),
    "i.log": lines("\r{p:3d}%|###  | {b}/100 [00:01<00:02, 9.50it/s, loss={loss}]"),
    "j.log": "".join(f"Epoch {e}/3\n" * (b == STRIDE) + f"  step {b}: loss {loss}\n" for e, b, loss in ROWS),
    "k.log": lines("INFO:root:{{'epoch': {e}, 'loss': {loss}, 'step': {b}}}"),
}


@pytest.mark.parametrize("name", TWO_COUNTERS)
def test_all_epochs_count_where_a_counter_begins_again(tmp_path, name):
    series = one(write(tmp_path, name, TWO_COUNTERS[name]))
    assert list(series.values) == LOSSES
    assert (series.steps[1:] - series.steps[:-1] >= 1).all()


def test_steps_continue_evenly_from_epoch_to_epoch(tmp_path):
    for name in ("a.csv", "b.csv", "a.jsonl", "a.log", "e.log"):
        steps = one(write(tmp_path, name, TWO_COUNTERS[name])).steps
        assert set(steps[1:] - steps[:-1]) == {STRIDE}, name


def test_a_step_that_goes_on_is_left_as_it_is(tmp_path):
    text = "epoch,step,loss\n" + lines("{e},{s},{loss}")
    series = one(write(tmp_path, "a.csv", text))
    assert list(series.steps) == [10 * (k + 1) for k in range(30)]
    # Lightning: a test after the training, with the next epoch and the last step.
    text += "4,300,9.0\n"
    assert list(one(write(tmp_path, "b.csv", text)).steps) == [10 * (k + 1) for k in range(30)]


def test_a_restart_from_a_checkpoint_within_epochs(tmp_path):
    again = [row for row in ROWS if row[0] >= 2]
    text = "epoch,batch,loss\n" + "".join(f"{e},{b},{loss}\n" for e, b, loss in ROWS)
    text += "".join(f"{e},{b},{loss + 1}\n" for e, b, loss in again)
    series = one(write(tmp_path, "a.csv", text))
    assert list(series.values) == [loss + (e >= 2) for e, _, loss in ROWS]


def test_validation_between_the_epochs_with_its_own_counter(tmp_path):
    text = "epoch,batch,loss,val_loss\n"
    for epoch in (1, 2):
        text += "".join(f"{e},{b},{loss},\n" for e, b, loss in ROWS if e == epoch)
        text += "".join(f"{epoch},{b},,{epoch}.5\n" for b in (1, 2, 3))
    series = one(write(tmp_path, "a.csv", text))
    assert list(series.values) == LOSSES[:20]


def test_the_same_count_in_every_epoch(tmp_path):
    text = "".join(f"epoch {e} step 100/100 loss {0.5 * e}\n" for e in (1, 2, 3))
    assert list(one(write(tmp_path, "a.log", text)).values) == [0.5, 1.0, 1.5]


# Numbers with commas.

COMMAS = {
    "a.log": "epoch {e} step {s} loss {c}",
    "b.log": "step {s}: loss {c}, lr 0,001",
    "c.log": "Epoch {e}/3 - Step {s} - loss={c}",
    "d.log": "{{'step': {s}, 'loss': {c}}}",
    "e.log": "[{s}]\ttrain-rmse:{c}",
}


@pytest.mark.parametrize("name", COMMAS)
@pytest.mark.parametrize("digits", [1, 2, 3, 4])
def test_a_decimal_comma_is_refused_and_never_half_read(tmp_path, name, digits):
    text = "".join(
        COMMAS[name].format(e=e, s=(e - 1) * 100 + b, c=f"{loss:.{digits}f}".replace(".", ",")) + "\n"
        for e, b, loss in ROWS
    )
    with pytest.raises(BloomError, match=f"in {name} has a comma as decimal sign"):
        read_trajectory(write(tmp_path, name, text))


def test_commas_that_part_thousands(tmp_path):
    text = "step 900: loss 2.5, tokens 12,345\nstep 1,000: loss 2.25, tokens 1,234,567\n"
    path = write(tmp_path, "a.log", text)
    assert list(one(path).steps) == [900, 1000]
    assert list(one(path, "tokens").values) == [12345, 1234567]


def test_a_stray_comma_is_left_out_and_told(tmp_path):
    text = "".join(f"step {k} loss {2.5 - k / 100} size 64,7\n" for k in range(20))
    path = write(tmp_path, "a.log", text + "step 20 loss 1.5 took 3.25\n" * 3)
    run = read_trajectory(path)
    assert "size" not in [series.name for series in run.series]
    assert "20 numbers with commas, such as '64,7', are left out" in run.metadata["remarks"]


# How lines are dressed.

DRESSED = {
    "xgboost.log": "[{s}]\tloss:{loss:.4f}\ttest-rmse:{loss:.5f}",
    "lightgbm.log": "[{s}]\tloss: {loss}\tvalid_0's auc: 0.75",
    "catboost.log": "{s}:\tloss: {loss:.4f}\ttest: 0.5 best: 0.5 (0)\ttotal: 5ms\tremaining: 5s",
    "first.log": "{{'step': {s}, 'loss': {loss}}}",
    "last.log": "{{'loss': {loss}, 'step': {s}}}",
    "middle.log": "{{'lr': 0.1, 'loss': {loss}, 'step': {s}, 'grad_norm': nan}}",
    "double.log": 'INFO:root:{{"loss": {loss}, "global_step": {s}}}',
    "numpy.log": "{{'loss': np.float64({loss}), 'step': {s}}}",
    "tensor.log": "{{'loss': tensor({loss}, device='cuda:0', grad_fn=<MeanBackward0>), 'step': {s}}}",
    "logger.log": "2026-01-01 12:00:00,123 INFO train.py:57] step {s}: loss {loss}",
    "before.log": "loss {loss:.4f} lr 0.1 at step {s}",
    "color.log": "\x1b[32mstep {s}\x1b[0m \x1b[1;38;5;208mloss\x1b[0m=\x1b[33m{loss}\x1b[0m",
    "title.log": "\x1b]0;training\x07step {s} loss {loss}\x1b[K",
    "percent.log": "step {s} loss {loss} acc 93.5% gpu 40 %",
    "backspace.log": "step {s} loss {loss}" + "\b" * 30,
}


@pytest.mark.parametrize("name", DRESSED)
def test_lines_in_many_dresses(tmp_path, name):
    series = one(write(tmp_path, name, lines(DRESSED[name])))
    assert list(series.values) == LOSSES
    assert list(series.steps) == [10 * (k + 1) for k in range(30)]


def test_nothing_but_measured_names_comes_of_a_logger(tmp_path):
    run = read_trajectory(write(tmp_path, "a.log", lines(DRESSED["logger.log"])))
    assert [series.name for series in run.series] == ["loss"]


def test_all_states_of_a_progress_bar_in_one_line(tmp_path):
    bar = "".join(
        f"\r {b:3d}%|{'█' * (b // 10)}| {b}/100 [00:01<00:09, 9.5it/s, loss={loss}]"
        for _, b, loss in ROWS[:10]
    )
    series = one(write(tmp_path, "tqdm.log", bar + "\n"))
    assert list(series.values) == LOSSES[:10]
    assert list(series.steps) == list(range(10, 110, 10))


def test_the_result_of_a_test_belongs_to_the_step_before(tmp_path):
    text = "".join(
        f"Train Epoch: {e} [{b}/100 ({b}%)]\tLoss: {loss}\n"
        + "\nTest set: Average loss: 0.25, Accuracy: 9000/10000 (90%)\n\n" * (b == 100)
        for e, b, loss in ROWS
    )
    path = write(tmp_path, "mnist.log", text)
    assert list(one(path).values) == LOSSES
    assert list(one(path, "test average loss").values) == [0.25] * 3
    text = (
        "".join(f"Epoch: [{e}][{b}/100] Loss {e}.5 (2)\n" for e, b, _ in ROWS) + " * Acc@1 50.5 Acc@5 75.0\n"
    )
    path = write(tmp_path, "imagenet.log", text)
    assert list(one(path, "val acc@1").values) == [50.5]


def test_names_in_latin_1_and_utf_8_in_one_file(tmp_path):
    text = "époque,step,entraînement\n1,1,2.5\n"
    assert list(one(write(tmp_path, "a.csv", text.encode("latin-1")), "entraînement").values) == [2.5]
    assert list(one(write(tmp_path, "b.csv", text.encode()), "entraînement").values) == [2.5]
    late = "step,a\n" + "".join(f"{k},1.5\n" for k in range(30_000)) + "step,größe\n30000,2.5\n"
    assert list(one(write(tmp_path, "c.csv", late.encode("cp1252")), "größe").values) == [2.5]


def test_percent_signs_in_tables_and_rows(tmp_path):
    assert list(one(write(tmp_path, "a.csv", "step,acc\n0,93.5%\n1,94 %\n"), "acc").values) == [93.5, 94]
    rows = '{"step": 0, "acc": "93.5%"}\n{"step": 1, "acc": "94%"}\n'
    assert list(one(write(tmp_path, "a.jsonl", rows), "acc").values) == [93.5, 94]


# Headers again, and what is left out.


def test_a_header_that_is_written_again_begins_new_columns(tmp_path):
    same = "epoch,loss\n0,2.5\n1,1.5\nepoch,loss\n2,1.25\n"
    assert list(one(write(tmp_path, "a.csv", same)).values) == [2.5, 1.5, 1.25]
    other = "epoch,loss\n0,2.5\n1,1.5\nepoch,acc,loss\n2,0.5,1.25\n3,0.75,1.0\n"
    path = write(tmp_path, "b.csv", other)
    assert list(one(path).values) == [2.5, 1.5, 1.25, 1.0]
    assert list(one(path, "acc").values) == [0.5, 0.75]
    no_clock = "loss,acc\n2.5,0.5\n1.5,0.5\nacc,loss\n0.75,1.25\n"
    assert list(one(write(tmp_path, "c.csv", no_clock)).values) == [2.5, 1.5, 1.25]


def test_what_is_left_out_of_a_damaged_file_is_told(tmp_path):
    def remarks(name: str, text: str | bytes) -> str:
        return read_trajectory(write(tmp_path, name, text), partial=True).metadata["remarks"]

    ragged = "epoch,loss,acc\n0,1.0,0.1\n1,0.9\n2,0.8,0.3,99\n3,0.7,0.4\n"
    assert "2 lines are left out, the first in line 3" in remarks("a.csv", ragged)
    cells = "epoch,loss\n0,1.0\n1,x\n2,0.5\n"
    assert "1 cells that are not numbers are left out, the first in line 3" in remarks("b.csv", cells)
    long = "step,name,value\n0,loss,2.0\n1,loss,two\n"
    assert "1 cells that are not numbers are left out" in remarks("c.csv", long)


def test_different_values_of_one_step_are_told(tmp_path):
    run = read_trajectory(write(tmp_path, "a.csv", "epoch,loss\n0,2.5\n0,2.0\n1,1.5\n1,1.5\n"))
    assert "1 values of loss share their step with a later one" in run.metadata["remarks"]


# Evaluations, and the logs of some programs as they print them.

EVALUATED = {
    "fairseq.log": "2023-01-01 10:00:45 | {t} | epoch 00{e} | {t} on it | loss {loss} | num_updates {s}",
    "bars.log": "Epoch {e} | {t} | loss {loss}",
    "tags.log": "[{T}] Epoch: {e} loss: {loss}",
    "words.log": "{T} Epoch: {e} loss: {loss}",
    "mm.log": "2023/05/01 12:00:00 - mmengine - INFO - Epoch({t}) [{e}][{n}/{n}]  lr: 0.1  loss: {loss}",
}


@pytest.mark.parametrize("name", EVALUATED)
def test_an_evaluation_does_not_replace_what_was_trained(tmp_path, name):
    text = "".join(
        EVALUATED[name].format(e=e, s=100 * e, t=t, T=t.title(), n=n, loss=loss) + "\n"
        for e in (1, 2, 3) for t, n, loss in (("train", 100, 3 / e), ("val", 7, 4 / e))
    )  # fmt: skip
    path = write(tmp_path, name, text)
    assert list(one(path).values) == pytest.approx([3, 1.5, 1])
    assert list(one(path, "val loss").values) == pytest.approx([4, 2, 4 / 3])
    assert list(one(path, "val loss").steps) == list(one(path).steps)


def test_an_evaluation_with_a_counter_of_its_own(tmp_path):
    text = "".join(
        f"Epoch {e}/2\nstep 10/938 - loss: {e}.5\nstep 938/938 - loss: {e}.25\nEval begin...\n"
        f"step 157/157 - loss: {e}.125\n" for e in (1, 2)
    )  # fmt: skip
    path = write(tmp_path, "paddle.log", text)
    assert list(one(path).values) == [1.5, 1.25, 2.5, 2.25]
    assert list(one(path).steps) == [10, 938, 948, 1876]
    assert list(one(path, "eval loss").values) == [1.125, 2.125]
    bar = "{}: {p:3d}%|##  | {n}/{m} [00:00<00:00, 50.2it/s{}]\r"
    text = "".join(
        bar.format(f"Epoch {e}", f", loss={e}.{n}", p=n * 10, n=n, m=10)
        + bar.format("Validation DataLoader 0", "", p=50, n=n // 5, m=2)
        for e in (0, 1) for n in (5, 10)
    )  # fmt: skip
    assert list(one(write(tmp_path, "lightning.log", text + "\n")).steps) == [5, 10, 15, 20]


TIMED = {
    "detectron2.log": "[05/01 12:00:00 d2.utils.events]:  eta: 1:23:45  iter: {s}  loss: {loss}  lr: 0.0004",
    "paddle.log": "[2023/05/01 12:00:00] epoch: [{e}/500], global_step: {s}, loss: {loss}, eta: 1:00:00",
    "megatron.log": " [2024-01-01 10:00:00] iteration {s}/ 5000 | loss: {loss:E} | number of nan steps: 0 |",
    "opennmt.log": "[2020-01-01 00:00:00,123 INFO] Step {s}/1000; acc:   5.25; loss: {loss}; 1000/1200 tok/s",
    "json.log": '2020-07-01 | INFO | train_inner | {{"epoch": {e}, "loss": "{loss}", "num_updates": "{s}"}}',
    "llama.log": "train_opt_callback: iter=  {s} sample=9/27520 sched=0.010000 loss={loss} dt=00:00:05",
}


@pytest.mark.parametrize("name", TIMED)
def test_lines_that_begin_with_a_time(tmp_path, name):
    path = write(tmp_path, name, lines(TIMED[name]))
    assert list(one(path).values) == pytest.approx(LOSSES)
    assert list(one(path).steps) == [10 * (k + 1) for k in range(30)]
    assert "number of" not in [series.name for series in read_trajectory(path).series]


def test_counts_and_numbers_in_other_spellings(tmp_path):
    text = "".join(f"step {s}: loss {v}\n" for s, v in (("0.5k", "2.5"), ("1k", "2.25"), ("12k", "2D+00")))
    series = one(write(tmp_path, "a.log", text))
    assert list(series.steps) == [500, 1000, 12000]
    assert list(series.values) == [2.5, 2.25, 2]
    text = "".join(
        f"step {s} loss 2.5±0.1 {tokens}\n" for s, tokens in (("1_000", "t 900ms"), ("2_000", "t 1.5s"))
    )
    path = write(tmp_path, "b.log", text)
    assert list(one(path).steps) == [1000, 2000]
    assert list(one(path, "t").values) == [900, 1500]
    spellings = ("nan", "-NaN", "1.#QNAN", "nan(ind)", "-1.#INF", "Infinity", "2.5")
    text = "".join(f"step {k} loss {value}\n" for k, value in enumerate(spellings))
    values = one(write(tmp_path, "c.log", text)).values
    assert [str(float(value)) for value in values] == ["nan", "nan", "nan", "nan", "-inf", "inf", "2.5"]
    with pytest.raises(BloomError, match="no line of it tells a step"):
        read_trajectory(write(tmp_path, "d.log", "step 1e3 loss 2.5\nstep 2e3 loss 2.5\n"))


def test_rows_that_say_which_part_of_the_data_they_are_of(tmp_path):
    rows = [
        (split, step, loss) for step in (1, 2) for split, loss in (("train", 2.5 / step), ("val", 3 / step))
    ]
    table = "phase,epoch,loss\n" + "".join(f"{split},{step},{loss}\n" for split, step, loss in rows)
    text = "".join(json.dumps({"split": a, "step": b, "loss": c}) + "\n" for a, b, c in rows)
    for path in (write(tmp_path, "a.csv", table), write(tmp_path, "a.jsonl", text)):
        assert list(one(path).values) == [2.5, 1.25]
        assert list(one(path, "val/loss").values) == [3, 1.5]


def test_evaluations_of_mmengine_and_mmcv_come_at_the_end_of_their_epoch(tmp_path):
    new, old = [], [{"seed": 0, "exp_name": "a.py"}]
    for epoch in (1, 2, 3):
        for count in range(50, 1001, 50):
            step = (epoch - 1) * 1000 + count
            new.append({"loss": 3.5, "epoch": epoch, "iter": step, "step": step})
            old.append({"mode": "train", "epoch": epoch, "iter": count, "loss": 3.5})
        new.append({"mAP": epoch / 10, "step": epoch})
        old.append({"mode": "val", "epoch": epoch, "iter": 625, "mAP": epoch / 10})
    for name, rows, metric in (("new.json", new, "map"), ("old.json", old, "val/map")):
        path = write(tmp_path, name, "".join(json.dumps(row) + "\n" for row in rows))
        assert list(one(path).steps) == list(range(50, 3001, 50))
        assert list(one(path, metric).steps) == [1000, 2000, 3000]
        assert list(one(path, metric).values) == [0.1, 0.2, 0.3]


def test_tables_with_the_clock_and_the_blanks_of_other_programs(tmp_path):
    path = write(
        tmp_path, "a.csv", "time/total_timesteps,loss\n2048,2.5\n4096,#N/A\n6144,1.#QNAN\n8192,-1.#INF\n"
    )
    series = one(path)
    assert list(series.steps) == [2048, 6144, 8192]
    assert [str(float(value)) for value in series.values] == ["2.5", "nan", "-inf"]


def test_a_log_whose_lines_have_commas_is_no_table(tmp_path):
    text = "".join(
        f"Epoche {e}: Verlust {3 / e:.2f}, Genauigkeit 0,{e}1\n".replace(".", ",") for e in (1, 2, 3)
    )
    with pytest.raises(BloomError, match="no line of it tells a step"):
        read_trajectory(write(tmp_path, "a.log", text))


def test_numbers_below_a_line_with_the_epoch(tmp_path):
    text = "".join(
        f"Epoch {e}\n------\nloss: {e}.5  [   64/60000]\nloss: {e}.25  [ 6464/60000]\n"
        f"Test Error: \n Accuracy: {e}4.7%, Avg loss: {e}.125 \n\n" for e in (1, 2)
    )  # fmt: skip
    path = write(tmp_path, "quickstart.log", "Using cpu device\n" + text + "Done!\n")
    assert list(one(path).values) == [1.5, 1.25, 2.5, 2.25]
    assert list(one(path).steps) == [64, 6464, 60064, 66464]
    assert list(one(path, "eval avg loss").values) == [1.125, 2.125]
    text = "".join(
        f"Epoch {e}/24\n----------\ntrain Loss: {e}.6 Acc: 0.7\nval Loss: {e}.3 Acc: 0.9\n\n"
        for e in (0, 1, 2)
    )
    path = write(tmp_path, "transfer.log", text)
    assert list(one(path, "train loss").values) == [0.6, 1.6, 2.6]
    assert list(one(path, "val loss").values) == [0.3, 1.3, 2.3]
    assert list(one(path, "acc").values) == [0.7] * 3
