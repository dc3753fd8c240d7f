"""Handlers that bring points and volumes up to date when a frame or a value changes.

They read each object as its dependency graph evaluated it, once per frame.
They never call operators and never raise.
"""
