"""The render engine Bloom: a developed picture of all flames seen by Blender's camera.

What needs Blender (camera, instances, meshes in front) is read first, as matrices and depths.
The picture is then made by `bloom_blender.develop`.
"""
