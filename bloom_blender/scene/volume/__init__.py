"""The look Volume: voxels of a flame as OpenVDB files, and the object and material that show them.

Live volumes are written to a temporary folder, baked ones where the user says.
Voxels are counted by `bloom_blender.chaos`.
"""
