"""The chaos game on a graphics card, through WebGPU.

``shaders`` writes the programs from the same formulas that the processor's loops are made of. The library
that speaks to the card (``wgpu``) is an optional part, imported at first use.
"""
