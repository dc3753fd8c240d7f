"""A sheet of pictures over a 3D viewport."""

from __future__ import annotations

from typing import Any

import blf
import bpy
import gpu
import numpy as np
from gpu_extras.batch import batch_for_shader
from gpu_extras.presets import draw_texture_2d

from .sheet import Layout, Sheet, layout_of

BACKGROUND = (0.02, 0.02, 0.02, 0.92)
CELL = (0.07, 0.07, 0.07, 1.0)
MARKED = (1.0, 0.62, 0.2, 1.0)
BRIGHT, DIM = (0.95, 0.95, 0.95, 1.0), (0.65, 0.65, 0.65, 1.0)
TEXT = 13.0
TITLE_SPACE, GAP = 44.0, 10.0
"""All in points of Blender's interface, which `scale` turns into pixels."""


class SheetDrawing:
    """Draws a sheet in one region until `end`.

    Attributes
    ----------
    marked
        Place on the page of the cell that would be chosen, or None.
    title, hint
        Lines above and below the pictures.
    """

    def __init__(self, area: bpy.types.Area, sheet: Sheet, title: str, hint: str) -> None:
        self.area = area
        self.region = next(region for region in area.regions if region.type == "WINDOW")
        self.sheet = sheet
        self.title, self.hint = title, hint
        self.marked: int | None = None
        self._textures: dict[int, Any] = {}
        self._handle = bpy.types.SpaceView3D.draw_handler_add(self._draw, (), "WINDOW", "POST_PIXEL")
        area.tag_redraw()

    @property
    def layout(self) -> Layout:
        """Where the cells are, as the region is now."""
        scale = _scale()
        return layout_of(
            _free(self.area, self.region),
            self.sheet.grid,
            self.sheet.aspect,
            margin=TITLE_SPACE * scale,
            gap=GAP * scale,
        )

    def place_at(self, event: bpy.types.Event) -> int | None:
        """The place under the mouse; None where there is no cell, and outside the region."""
        place = self.layout.place_at(event.mouse_x - self.region.x, event.mouse_y - self.region.y)
        return place if place is not None and place < len(self.sheet.numbers) else None

    def renew(self) -> None:
        """Redraw after the pictures of the sheet have changed."""
        self._textures.clear()
        self.area.tag_redraw()

    def end(self) -> None:
        """Show the viewport again."""
        if self._handle is not None:
            bpy.types.SpaceView3D.draw_handler_remove(self._handle, "WINDOW")
            self._handle = None
            self._textures.clear()
        if is_open(self.area):
            self.area.tag_redraw()

    def _draw(self) -> None:
        if bpy.context.region != self.region:
            return
        layout, scale = self.layout, _scale()
        gpu.state.blend_set("ALPHA")
        _fill(0.0, 0.0, self.region.width, self.region.height, BACKGROUND)
        for place, number in enumerate(self.sheet.numbers):
            x, y = layout.corner(place)
            if place == self.marked:
                line = 2.0 * scale
                _fill(x - line, y - line, layout.width + 2.0 * line, layout.height + 2.0 * line, MARKED)
            _fill(x, y, layout.width, layout.height, CELL)
            self._draw_cell(number, x, y, layout, scale)
        left, below = layout.corner(layout.columns * (layout.rows - 1))
        middle = (left + layout.corner(layout.columns - 1)[0] + layout.width) / 2.0
        _write(self.title, middle, layout.top + 0.35 * TITLE_SPACE * scale, TEXT * 1.25 * scale, BRIGHT)
        _write(self.hint, middle, below - 0.6 * TITLE_SPACE * scale, TEXT * scale, DIM)
        gpu.state.blend_set("NONE")

    def _draw_cell(self, number: int, x: float, y: float, layout: Layout, scale: float) -> None:
        cell = self.sheet.cells.get(number)
        middle = x + layout.width / 2.0
        if cell is None or cell.picture is None:
            text = "…" if cell is None else cell.title
            _write(text, middle, y + layout.height / 2.0, TEXT * scale, DIM, width=layout.width)
            return
        if number not in self._textures:
            self._textures[number] = _texture(cell.picture)
        draw_texture_2d(self._textures[number], (x, y), layout.width, layout.height)
        _write(cell.title, middle, y + 6.0 * scale, TEXT * 0.9 * scale, BRIGHT, width=layout.width)


def viewport_of(context: bpy.types.Context) -> bpy.types.Area | None:
    """The viewport that the context is in, else the largest of its window; None where there is none."""
    if context.area is not None and context.area.type == "VIEW_3D":
        return context.area
    areas = [area for area in context.screen.areas if area.type == "VIEW_3D"] if context.screen else []
    return max(areas, key=lambda area: area.width * area.height, default=None)


def is_open(area: bpy.types.Area) -> bool:
    """Whether an area is still in a window, and still a viewport."""
    windows = bpy.context.window_manager.windows
    return any(other == area and other.type == "VIEW_3D" for w in windows for other in w.screen.areas)


def _free(area: bpy.types.Area, region: bpy.types.Region) -> tuple[float, float, float, float]:
    """Left, bottom, width and height of what toolbar, sidebar and headers leave free of a region."""
    left, bottom, right, top = 0.0, 0.0, float(region.width), float(region.height)
    for other in area.regions:
        if other.width <= 1 or other.height <= 1 or other.type in {"WINDOW", "HUD"}:
            continue
        x, y = other.x - region.x, other.y - region.y
        if other.alignment == "LEFT":
            left = max(left, x + other.width)
        elif other.alignment == "RIGHT":
            right = min(right, x)
        elif other.alignment == "TOP":
            top = min(top, y)
        elif other.alignment == "BOTTOM":
            bottom = max(bottom, y + other.height)
    return left, bottom, max(right - left, 1.0), max(top - bottom, 1.0)


def _scale() -> float:
    return bpy.context.preferences.system.ui_scale


def _texture(picture: np.ndarray) -> Any:
    """A texture of (height, width, 4) display colours, top row first."""
    height, width = picture.shape[:2]
    pixels = np.ascontiguousarray(picture[::-1], dtype=np.float32).copy()
    pixels[..., 3] = 1.0
    buffer = gpu.types.Buffer("FLOAT", pixels.size, pixels.reshape(-1))
    return gpu.types.GPUTexture((width, height), format="RGBA16F", data=buffer)


def _fill(x: float, y: float, width: float, height: float, color: tuple[float, ...]) -> None:
    shader = gpu.shader.from_builtin("UNIFORM_COLOR")
    corners = [(x, y), (x + width, y), (x, y + height), (x + width, y + height)]
    batch = batch_for_shader(shader, "TRI_STRIP", {"pos": corners})
    shader.bind()
    shader.uniform_float("color", color)
    batch.draw(shader)


def _write(
    text: str, middle: float, y: float, size: float, color: tuple[float, ...], *, width: float | None = None
) -> None:
    """Write a line around ``middle``, and no more of it than fits into ``width``."""
    font = 0
    blf.size(font, size)
    while width is not None and len(text) > 2 and blf.dimensions(font, text)[0] > width:
        text = f"{text[:-2].rstrip()}…"
    blf.position(font, middle - blf.dimensions(font, text)[0] / 2.0, y, 0.0)
    blf.color(font, *color)
    blf.enable(font, blf.SHADOW)
    blf.shadow(font, 3, 0.0, 0.0, 0.0, 0.9)
    blf.draw(font, text)
    blf.disable(font, blf.SHADOW)
