"""Enabling adds what it should, disabling takes all of it away, and files open either way."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys

LONG = {"bake_points", "bake_volume", "clear_bake", "render_preview"}
"""Operators that are not offered to be repeated with other settings at each change."""
NOTHING_TO_UNDO = {"add_assets", "bake_frames", "remove_assets", "stop_work"}


def bloom_classes(bpy):
    """Names of all registered classes of ours."""
    bases = (
        bpy.types.Operator,
        bpy.types.Panel,
        bpy.types.Menu,
        bpy.types.FileHandler,
        bpy.types.PropertyGroup,
    )
    return sorted(cls.__name__ for base in bases for cls in base.__subclasses__() if _ours(cls))


def _ours(cls):
    return cls.__module__.startswith("bl_ext.user_default.bloom") and getattr(cls, "is_registered", False)


def handler_names(bpy):
    lists = {name: getattr(bpy.app.handlers, name) for name in dir(bpy.app.handlers)}
    return {
        name: [handler.__name__ for handler in handlers if "bloom" in handler.__module__]
        for name, handlers in lists.items()
        if isinstance(handlers, list)
    }


def menu_entries(bpy):
    menus = (
        bpy.types.VIEW3D_MT_add,
        bpy.types.VIEW3D_MT_object_context_menu,
        bpy.types.TOPBAR_MT_file_import,
        bpy.types.TOPBAR_MT_file_export,
    )
    return [
        function.__module__
        for menu in menus
        for function in getattr(menu.draw, "_draw_funcs", ())
        if "bloom" in function.__module__
    ]


def test_enabled(bloom, blender):
    classes = bloom_classes(blender)
    for name in ("BLOOM_OT_import_run", "BLOOM_PT_flame", "BLOOM_MT_add", "BLOOM_FH_flame", "BloomSettings"):
        assert name in classes
    assert handler_names(blender)["frame_change_post"] == ["on_frame_change"]
    assert len(menu_entries(blender)) == 4


def test_disabled_leaves_nothing(bloom, blender, extension, flame):
    module = extension.__name__
    pool = importlib.import_module(f"{module}.bloom_blender.codegen.threads")._pool
    bloom.points.compute_points(flame, 5000, threads=2)
    waiting = [helper.thread for helper in pool._helpers]
    assert waiting or os.cpu_count() == 1
    for _ in range(2):
        blender.ops.preferences.addon_disable(module=module)
        assert bloom_classes(blender) == []
        assert not any(handler_names(blender).values())
        assert menu_entries(blender) == []
        assert not hasattr(blender.types.Object, "bloom")
        assert not hasattr(blender.types, "BLOOM_PT_flame")
        assert not any(thread.is_alive() for thread in waiting)
        blender.ops.preferences.addon_enable(module=module)
    assert handler_names(blender)["frame_change_post"] == ["on_frame_change"]


def test_handlers_survive_loading_a_file(bloom, blender):
    blender.ops.wm.read_homefile(use_empty=True)
    assert handler_names(blender)["frame_change_post"] == ["on_frame_change"]


def test_names_follow_blenders_rules(bloom, blender):
    for base, kind in (
        (blender.types.Operator, "OT"),
        (blender.types.Panel, "PT"),
        (blender.types.Menu, "MT"),
    ):
        for cls in base.__subclasses__():
            if not _ours(cls):
                continue
            assert cls.__name__.startswith(f"BLOOM_{kind}_")
            description = (cls.__doc__ or "").strip()
            assert description
            if kind == "PT":  # Blender loses a class that another one inherits from
                assert getattr(blender.types, cls.__name__) is cls
            assert not description.endswith(".")
            assert cls.bl_label == cls.bl_label.strip()
            if kind == "OT":
                name = cls.__name__.removeprefix("BLOOM_OT_")
                assert "UNDO" in cls.bl_options or name in NOTHING_TO_UNDO
                assert "REGISTER" in cls.bl_options or name in LONG | NOTHING_TO_UNDO


def test_operator_properties_have_descriptions(bloom, blender):
    names = dir(blender.ops.bloom)
    assert {"import_flame", "export_flame", "mutate", "add_variation"} <= set(names)
    for name in names:
        for prop in getattr(blender.ops.bloom, name).get_rna_type().properties:
            if prop.identifier in ("rna_type", "filepath", "filter_glob", "check_existing"):
                continue
            assert prop.description, f"{name}.{prop.identifier}"
            assert not prop.description.endswith("."), f"{name}.{prop.identifier}"


HEAVY = ("numba", "llvmlite", "safetensors", "defusedxml", "torch", "OpenImageIO", "openvdb")
LATER = ("chaos", "cli", "develop", "flame.variations.families", "garden", "growth", "trajectory")


def test_enabling_loads_nothing_that_a_flame_or_a_run_needs(extension):
    """In a process of its own, because other tests have loaded all of it here."""
    ours = f"{extension.__name__}.bloom_blender."
    code = (
        "import os, sys, bpy\n"
        "before = set(sys.modules)\n"
        f"bpy.ops.preferences.addon_enable(module={extension.__name__!r})\n"
        f"print({ours!r} + 'scene.playback' in sys.modules, *set(sys.modules) - before, flush=True)\n"
        "os._exit(0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    enabled, *loaded = done.stdout.splitlines()[-1].split()
    assert enabled == "True"
    late = [ours + name for name in LATER]
    assert [name for name in loaded if name.startswith((*HEAVY, *late))] == []
