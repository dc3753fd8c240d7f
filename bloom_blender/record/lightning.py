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

        def __init__(self):
            super().__init__()
            self._seen: dict = {}  # the metrics at the last call
            self._of_epoch: dict = {}  # those that came at the end of the last epoch

        def on_train_start(self, trainer, pl_module):
            self.recorder = open_recorder(
                pl_module, trainer.optimizers, path, every, trainer.global_step, options
            )

        def on_train_batch_end(self, trainer, pl_module, outputs, batch, batch_idx):
            # Those of an epoch come again with the first batch of the next one.
            again = self._of_epoch if batch_idx == 0 else {}
            self._of_epoch = {}
            self._log_new(trainer.callback_metrics, again)

        def on_validation_end(self, trainer, pl_module):
            self._log_new(trainer.callback_metrics)

        def on_train_epoch_end(self, trainer, pl_module):
            self._of_epoch = self._log_new(trainer.callback_metrics)

        def _log_new(self, metrics, again=None):
            """Log what was measured since the last call: Lightning keeps the tensors of earlier values."""
            before, self._seen = self._seen, dict(metrics)
            again = again or {}
            new = {
                name: value
                for name, value in metrics.items()
                if value is not before.get(name) and not (name in again and bool(value == again[name]))
            }
            log_numbers(self.recorder, new)
            return new

        def on_train_end(self, trainer, pl_module):
            self._log_new(trainer.callback_metrics)
            if self.recorder is not None:
                self.recorder.close()

        def on_exception(self, trainer, pl_module, exception):
            if self.recorder is not None:
                self.recorder.close()

    return BloomCallback()
