"""New flames: at random, or from others, kept only if they are worth looking at."""

from .generator import random_flame
from .interest import Interest, interest
from .mutator import mutate

__all__ = ["Interest", "interest", "mutate", "random_flame"]
