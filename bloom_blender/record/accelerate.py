"""Record a run with Accelerate, as one of its trackers: ``Accelerator(log_with=tracker("run.bloom"))``."""

from __future__ import annotations

from os import PathLike

from .pytorch import record
from .recorder import Recorder
from .torch_adapters import log_numbers


def tracker(path: str | PathLike, every: int = 1, **options):
    """A tracker that records the training, and every number that ``accelerator.log`` is given.

    Call its ``watch(model, optimizer)`` with what ``accelerator.prepare`` returned, on every process, and
    ``accelerator.init_trackers`` as usual; ``accelerator.end_training`` closes the file.

    Parameters
    ----------
    path, every, **options
        See `record`.

    Returns
    -------
    accelerate.tracking.GeneralTracker
        Its `recorder` takes snapshots once a model is watched.
    """
    from accelerate.tracking import GeneralTracker

    class BloomTracker(GeneralTracker):
        """Records the training with Bloom."""

        name = "bloom"
        requires_logging_directory = False
        main_process_only = False  # sharded parameters need all of them; one writes
        recorder: Recorder | None = None

        def watch(self, model, optimizer) -> Recorder:
            self.recorder = record(model, optimizer, path, every, **options)
            return self.recorder

        @property
        def tracker(self):
            return self.recorder

        def store_init_configuration(self, values):
            if self.recorder is not None:
                self.recorder.metadata.update({str(key): str(value) for key, value in values.items()})

        def log(self, values, step=None, **kwargs):
            log_numbers(self.recorder, values)

        def finish(self):
            if self.recorder is not None:
                self.recorder.close()

    return BloomTracker()
