"""How a training run moves a flame: from a trajectory and a base flame to curves over frames."""

from .bindings import Binding, parse_binding, targets_of
from .colors import Colors, fit_colors
from .curves import Curves, load_npz
from .grow import COLORS, MAPPINGS, film_steps, grow
from .mapping import DRIVES, TIMES, Choices, Mapping, fit

__all__ = [
    "COLORS",
    "DRIVES",
    "MAPPINGS",
    "TIMES",
    "Binding",
    "Choices",
    "Colors",
    "Curves",
    "Mapping",
    "film_steps",
    "fit",
    "fit_colors",
    "grow",
    "load_npz",
    "parse_binding",
    "targets_of",
]
