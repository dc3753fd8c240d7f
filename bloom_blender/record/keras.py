"""Record a run of Keras, with any backend: ``model.fit(…, callbacks=[callback("run.bloom", every=10)])``."""

from __future__ import annotations

from os import PathLike

from .recorder import Recorder


def callback(path: str | PathLike, every: int = 1, **options):
    """A callback that records the training, and the metrics of every batch and epoch.

    Parameters
    ----------
    path, every, **options
        See `Recorder`.

    Returns
    -------
    keras.callbacks.Callback
        Its `recorder` takes snapshots and more metrics.
    """
    import keras

    recorder = Recorder(path, every=every, **options)
    recorder.metadata.setdefault("framework", f"keras {keras.__version__} on {keras.backend.backend()}")

    class BloomCallback(keras.callbacks.Callback):
        """Records the training with Bloom."""

        def on_train_begin(self, logs=None):
            recorder.watch(self._parameters())

        def on_train_batch_end(self, batch, logs=None):
            # Most batches are only counted, and for those no parameter is touched.
            due = (recorder.current_step + 1) % recorder.every == 0
            recorder.step(self._parameters() if due else {}, **(logs or {}))

        def on_epoch_end(self, epoch, logs=None):
            recorder.log(**{f"epoch_{name}": value for name, value in (logs or {}).items()})

        def on_train_end(self, logs=None):
            recorder.flush()

        def _parameters(self) -> dict:
            return {variable.path: _array(variable) for variable in self.model.trainable_variables}

    made = BloomCallback()
    made.recorder = recorder
    return made


def _array(variable):
    """The values of a Keras variable, as a tensor of PyTorch or an array, without a copy if possible."""
    value = variable.value
    return value if hasattr(value, "detach") or hasattr(value, "__array__") else variable.numpy()
