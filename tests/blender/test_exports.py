"""The cloud through Blender's own exporters, as docs/looks.md describes it, and read back."""

from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture
def bare(blender):
    """Function that makes what an exporter can see: a linked duplicate of a flame, its modifier off."""

    def bare(obj):
        blender.ops.object.duplicate(linked=True)
        twin = blender.context.active_object
        assert twin != obj and twin.data == obj.data
        modifier = twin.modifiers["Bloom Points"]
        modifier.show_viewport = modifier.show_render = False
        twin.name = "export"
        blender.context.view_layer.update()
        return twin

    return bare


@pytest.fixture
def still(add, bare):
    """Such a duplicate of a flame at rest."""
    return bare(add())


def world(obj, points):
    """Points of a mesh, (N, 3), in the world."""
    matrix = np.array(obj.matrix_world)
    return points @ matrix[:3, :3].T + matrix[:3, 3]


def read_ply(path):
    """The vertices of a binary little-endian PLY as a record array."""
    kinds = {"float": "<f4", "int": "<i4", "uchar": "u1"}
    data = path.read_bytes()
    header, _, body = data.partition(b"end_header\n")
    fields, count = [], 0
    for line in header.decode().splitlines():
        words = line.split()
        if words[:2] == ["element", "vertex"]:
            count = int(words[2])
        elif words[0] == "property":
            fields.append((words[2], kinds[words[1]]))
    return np.frombuffer(body, np.dtype(fields), count)


def test_ply(still, blender, points_of, tmp_path):
    """Positions, colours and every numeric attribute."""
    path = tmp_path / "cloud.ply"
    still.select_set(True)
    blender.ops.wm.ply_export(
        filepath=str(path),
        export_selected_objects=True,
        forward_axis="Y",
        up_axis="Z",
        export_attributes=True,
    )
    read = read_ply(path)
    points = np.stack([read["x"], read["y"], read["z"]], 1)
    np.testing.assert_allclose(points, world(still, points_of(still.data)), atol=1e-5)
    for name in ("bloom_density", "bloom_radius", "bloom_age"):
        expected = np.empty(len(points), np.float32)
        still.data.attributes[name].data.foreach_get("value", expected)
        np.testing.assert_array_equal(read[name], expected)


def frames_of(blender, points_of, obj, frames):
    """World positions of an object's points in several frames."""
    found = {}
    for frame in frames:
        blender.context.scene.frame_set(frame)
        found[frame] = world(obj, points_of(obj.data))
    assert np.abs(found[frames[0]] - found[frames[-1]]).max() > 0.1
    return found


@pytest.fixture
def moving(add, bare, bloom, blender, make_curves):
    """Such a duplicate of a flame that moves over frames 1 to 3."""
    obj = add()
    bloom.keyframes.animate(obj, make_curves({"xform2.coefs[4]": [-0.4, -0.2, 0.1]}))
    scene = blender.context.scene
    scene.frame_start, scene.frame_end = 1, 3
    return bare(obj)


def test_usd(moving, blender, points_of, tmp_path):
    """Points and attributes of every frame."""
    expected = frames_of(blender, points_of, moving, (1, 2, 3))
    path = str(tmp_path / "cloud.usdc")
    blender.ops.wm.usd_export(
        filepath=path, export_animation=True, evaluation_mode="VIEWPORT", selected_objects_only=True
    )
    if hasattr(blender.utils, "expose_bundled_modules"):
        blender.utils.expose_bundled_modules()
    pxr = pytest.importorskip("pxr", reason="this Blender does not lend its USD to Python")
    from pxr import Usd, UsdGeom

    assert pxr is not None
    stage = Usd.Stage.Open(path)
    mesh = next(UsdGeom.Mesh(prim) for prim in stage.Traverse() if prim.IsA(UsdGeom.Mesh))
    for frame, points in expected.items():
        matrix = np.array(UsdGeom.XformCache(frame).GetLocalToWorldTransform(mesh.GetPrim()))
        local = np.array(mesh.GetPointsAttr().Get(frame))
        np.testing.assert_allclose(local @ matrix[:3, :3] + matrix[3, :3], points, atol=1e-5)
    primvar = UsdGeom.PrimvarsAPI(mesh.GetPrim()).GetPrimvar("bloom_density")
    assert len(primvar.Get(1)) == 250
    del stage


def test_alembic(moving, blender, points_of, tmp_path):
    """Points of every frame, read back by Blender."""
    expected = frames_of(blender, points_of, moving, (1, 2, 3))
    path = str(tmp_path / "cloud.abc")
    blender.ops.wm.alembic_export(filepath=path, start=1, end=3, selected=True, evaluation_mode="VIEWPORT")
    blender.ops.wm.read_homefile(use_empty=True)
    blender.ops.wm.alembic_import(filepath=path, as_background_job=False)
    obj = next(obj for obj in blender.data.objects if obj.type == "MESH")
    for frame, points in expected.items():
        blender.context.scene.frame_set(frame)
        evaluated = obj.evaluated_get(blender.context.evaluated_depsgraph_get())
        np.testing.assert_allclose(world(evaluated, points_of(evaluated.data)), points, atol=1e-4)


def test_an_export_of_render_quality(moving, blender, tmp_path):
    """The number of points is that of renders, and the window has its own again at the next frame."""
    path = str(tmp_path / "cloud.usdc")
    blender.ops.wm.usd_export(
        filepath=path, evaluation_mode="RENDER", export_animation=True, selected_objects_only=True
    )
    blender.context.scene.frame_set(2)
    assert len(moving.data.vertices) == 250
    blender.ops.wm.read_homefile(use_empty=True)
    blender.ops.wm.usd_import(filepath=path)
    obj = next(obj for obj in blender.data.objects if obj.type == "MESH")
    blender.context.scene.frame_set(2)
    evaluated = obj.evaluated_get(blender.context.evaluated_depsgraph_get())
    assert len(evaluated.data.vertices) == 600
