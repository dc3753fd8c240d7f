"""Record a training run, on the machine where it trains.

In PyTorch one line is enough, the loop stays as it is::

    from bloom_blender.record import record

    with record(model, optimizer, "run.bloom") as recorder:
        ...  # train; recorder.log(loss=loss) where you like

Elsewhere hand the parameters to a `Recorder` after every step.
"""

from .pytorch import record
from .recorder import Recorder

__all__ = ["Recorder", "record"]
