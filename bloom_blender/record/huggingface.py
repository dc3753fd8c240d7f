"""Record a run of Hugging Face's Trainer: ``Trainer(…, callbacks=[callback("run.bloom", every=10)])``."""

from __future__ import annotations

from os import PathLike

from .recorder import Recorder
from .torch_adapters import log_numbers, open_recorder


def callback(path: str | PathLike, every: int = 1, **options):
    """A callback that records the training, and every number that the Trainer logs.

    Parameters
    ----------
    path, every, **options
        See `record`. The run goes on in its file if the Trainer starts from a checkpoint.

    Returns
    -------
    transformers.TrainerCallback
        Its `recorder` takes snapshots and more metrics once the training has begun.
    """
    from transformers import TrainerCallback

    class BloomCallback(TrainerCallback):
        """Records the training with Bloom."""

        recorder: Recorder | None = None

        def on_train_begin(self, args, state, control, model=None, optimizer=None, **kwargs):
            self.recorder = open_recorder(model, optimizer, path, every, state.global_step, options)

        def on_log(self, args, state, control, logs=None, **kwargs):
            log_numbers(self.recorder, logs or {})

        def on_train_end(self, args, state, control, **kwargs):
            if self.recorder is not None:
                self.recorder.close()

    return BloomCallback()
