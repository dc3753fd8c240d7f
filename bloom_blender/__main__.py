"""`python -m bloom_blender` is the command `bloom`."""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
