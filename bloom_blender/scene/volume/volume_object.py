"""A flame as a volume object: a child of the flame object whose file follows the frame.

Every state of a flame (values, structure, resolution …) has a file of its own, named by a hash, since Blender
goes on showing the first contents of a file that is overwritten. In live mode the files lie in Blender's
folder for this session, and only those stay that are shown or were shown just before. A bake (see
``baking``) leaves a numbered sequence, which Blender plays by itself.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from pathlib import Path

import bpy

from ...errors import BloomError
from ...flame.model import Flame
from ..flame.object import base_flame
from ..flame.parts import VOLUME_STATE as STATE
from ..flame.parts import points_modifiers, volume_of
from ..flame.requests import VolumeRequest
from ..flame.snapshot import Snapshot
from ..points import chaos_game, geometry_nodes
from . import vdb, volume_material

BAKED = "bloom_baked"
"""Custom property of volume data: first file of the last bake; its range is in Blender's own settings."""

KEPT = 4
"""Files of live mode that stay on disk besides those shown: an evaluated copy may still read them."""

#: Count that is trusted by half, at a smoothness of 1 (see ``chaos.voxels``).
_DOUBT = 16.0

paused: set[str] = set()
"""Names of flame objects that rest while a bake steps through the frames."""

_folder: list[Path] = []
_written: dict[Path, None] = {}


def compute(flame: Flame, request: VolumeRequest, go_on=None):
    """Return the ``chaos.voxels.Volume`` of a flame; None where ``go_on`` (asked now and then) said no."""
    chaos_game.load()
    from ...chaos.voxels import box_of, compute_volume, extent_of

    low, high = request.bounds or extent_of(flame, seed=request.seed)
    if not all(a < b for a, b in zip(low, high, strict=True)):
        raise BloomError("The volume's bounds are empty: fit them to the flame (Fit Bounds).")
    box = box_of(low, high, request.resolution)
    doubt = _DOUBT * request.smoothness
    return compute_volume(flame, box, request.points, doubt=doubt, seed=request.seed, go_on=go_on)


def ensure_volume(obj: bpy.types.Object) -> bpy.types.Object:
    """Return the volume object of a flame object, made as its child where there is none.

    The bounds of a new one are fitted to the flame as it grows to be (that is, at rest). It has no parent
    inverse: the flame object's matrix, mirror included, is its own.
    """
    volume = volume_of(obj)
    if volume is not None:
        return volume
    flame = base_flame(obj)
    set_bounds(obj, [flame])
    data = bpy.data.volumes.new(f"{obj.name} Volume")
    data[STATE] = ""
    volume = bpy.data.objects.new(data.name, data)
    volume.parent = obj
    for collection in obj.users_collection:
        collection.objects.link(volume)
    height = flame.camera.extent[1]
    data.materials.append(volume_material.volume_material(height))
    return volume


def set_bounds(obj: bpy.types.Object, flames: list[Flame]) -> None:
    """Give the volume of a flame object a box that holds all these flames."""
    chaos_game.load()
    from ...chaos.voxels import extent_of

    lows, highs = zip(*(extent_of(flame, seed=obj.bloom.seed) for flame in flames), strict=True)
    obj.bloom.volume_low = [min(values) for values in zip(*lows, strict=True)]
    obj.bloom.volume_high = [max(values) for values in zip(*highs, strict=True)]


def refresh(volume: bpy.types.Object, snapshot: Snapshot) -> bool:
    """Have a volume object show a snapshot of its flame; whether its file was changed."""
    data = volume.data
    if snapshot.look.volume_source == "BAKED":
        if BAKED not in data:
            raise BloomError("The volume was never baked: bake it, or choose the source Live.")
        return play_baked(data)
    state = snapshot.volume_state
    if data[STATE] == state and not data.is_sequence and Path(bpy.path.abspath(data.filepath)).is_file():
        return False
    if data.library is not None:
        raise BloomError(
            f"{volume.name} is linked from another file, so Blender keeps its volume as it was saved: make "
            "the object and its data local (Object > Relations > Make Local), or bake it in its own file."
        )
    path = live_folder() / f"{state}.vdb"
    if not path.is_file():
        vdb.write(path, compute(snapshot.flame, snapshot.volume), state)
    show(data, path, state)
    _written.pop(path, None)
    _written[path] = None
    remove_old()
    return True


def show(data: bpy.types.Volume, path: Path, state: str) -> None:
    """Have volume data show one file."""
    data.is_sequence = False
    data.filepath = str(path)
    data[STATE] = state
    data.update_tag()


def play_baked(data: bpy.types.Volume) -> bool:
    """Have volume data play the files of the last bake; whether it did not yet."""
    if data.is_sequence:
        if data[BAKED] != data.filepath and data.library is None:
            data[BAKED] = data.filepath  # Blender changes relative paths when a file is saved elsewhere
        return False
    data.filepath = data[BAKED]
    data.is_sequence = True
    data.update_tag()
    return True


def live_folder() -> Path:
    """The folder of this process's live files, which goes away with it."""
    if not _folder or not _folder[0].is_dir():
        folder = Path(tempfile.mkdtemp(prefix="bloom-volumes-", dir=bpy.app.tempdir or None))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        _folder[:] = [folder]
        _written.clear()
    return _folder[0]


def remove_old() -> None:
    """Delete live files that no volume shows and that are not the newest."""
    shown = {Path(bpy.path.abspath(data.filepath)) for data in bpy.data.volumes if data.filepath}
    for path in [path for path in _written if path not in shown][:-KEPT]:
        path.unlink(missing_ok=True)
        del _written[path]


def forget(obj: bpy.types.Object) -> None:
    """Have the live volume of a flame object computed again."""
    volume = volume_of(obj)
    if volume is not None and volume.data.library is None:
        (live_folder() / f"{volume.data[STATE]}.vdb").unlink(missing_ok=True)
        volume.data[STATE] = ""


def show_points(obj: bpy.types.Object, shown: bool) -> None:
    """Switch the points of a flame object on or off, in the window and in renders."""
    for modifier in points_modifiers(obj):
        modifier.show_viewport = modifier.show_render = shown
    geometry_nodes.hide_vertices(obj, not shown)
