"""What the window shows of long work: ``window_manager.bloom_work``, which its operator keeps up to date."""

from __future__ import annotations

import os

import bpy
from bpy.props import BoolProperty, FloatProperty, IntProperty, StringProperty


class BloomWork(bpy.types.PropertyGroup):
    """The work of one second Blender."""

    process: IntProperty(description="Process that the work belongs to; files may hold that of another one")
    title: StringProperty(name="Work", description="What is being done")
    text: StringProperty(name="Progress", description="How far it is")
    share: FloatProperty(name="Share", description="Of the work that is done", min=0.0, max=1.0)
    stop: BoolProperty(name="Stop", description="Whether the work is to end")


def running(context: bpy.types.Context) -> BloomWork | None:
    """The work that goes on in this Blender, if any does."""
    work = context.window_manager.bloom_work
    return work if work.process == os.getpid() else None


def begin(context: bpy.types.Context, title: str) -> BloomWork:
    """Note that work has begun."""
    work = context.window_manager.bloom_work
    work.title, work.text, work.share, work.stop = title, "Starting…", 0.0, False
    work.process = os.getpid()
    return work


def end(context: bpy.types.Context) -> None:
    """Note that no work goes on."""
    context.window_manager.bloom_work.process = 0


def register() -> None:
    """Attach it to the window manager."""
    bpy.utils.register_class(BloomWork)
    bpy.types.WindowManager.bloom_work = bpy.props.PointerProperty(type=BloomWork)


def unregister() -> None:
    """Undo :func:`register`."""
    del bpy.types.WindowManager.bloom_work
    bpy.utils.unregister_class(BloomWork)
