"""Readers of what other programs leave behind, one file per format. See docs/readers.md.

A reader of a file is a module with ``FORMAT`` (what to call it), ``recognizes(source)``, which looks at the
first bytes only, and ``read(source, options)``, which gives a `Trajectory` or raises `BloomError`.
"""
