"""A training run moves a flame object: the stored run, its settings, the curves made from it.

Everything about training is in `bloom_blender.growth`; here it reaches Blender's data.
Following a run that is still training is here too.
"""
