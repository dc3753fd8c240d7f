"""Record a run of Lightning's Trainer: ``Trainer(callbacks=[callback("run.bloom", every=10)])``."""

from __future__ import annotations

import sys
from os import PathLike

from .recorder import Recorder
from .torch_adapters import log_numbers, open_recorder


def callback(path: str | PathLike, every: int = 1, **options):
    """A callback that records the training, and every number that the module logs.

    Parameters
    ----------
    path, every, **options
        See `record`. The run goes on in its file if the Trainer starts from a checkpoint.

    Returns
    -------
    lightning.Callback
        Its `recorder` takes snapshots and more metrics once the training has begun. If
        ``pytorch_lightning`` is imported and ``lightning`` is not, it is of that package.
    """
    if "pytorch_lightning" in sys.modules and "lightning.pytorch" not in sys.modules:
        from pytorch_lightning import Callback
    else:
        from lightning.pytorch import Callback

    class BloomCallback(Callback):
        """Records the training with Bloom."""

        recorder: Recorder | None = None

        def on_train_start(self, trainer, pl_module):
            self.recorder = open_recorder(
                pl_module, trainer.optimizers, path, every, trainer.global_step, options
            )

        def on_train_batch_end(self, trainer, pl_module, outputs, batch, batch_idx):
            log_numbers(self.recorder, trainer.callback_metrics)

        def on_validation_end(self, trainer, pl_module):
            log_numbers(self.recorder, trainer.callback_metrics)

        def on_train_end(self, trainer, pl_module):
            if self.recorder is not None:
                self.recorder.close()

        def on_exception(self, trainer, pl_module, exception):
            if self.recorder is not None:
                self.recorder.close()

    return BloomCallback()
