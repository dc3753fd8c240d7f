"""How a training run moves a flame: from a trajectory and a base flame to curves over frames."""

from .curves import Curves, load_npz
from .grow import MAPPINGS, grow

__all__ = ["MAPPINGS", "Curves", "grow", "load_npz"]
