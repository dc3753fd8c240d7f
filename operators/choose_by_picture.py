"""What the operators share that let a person choose a flame by its picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import bpy

if TYPE_CHECKING:
    from ..bloom_blender.scene.editing.sheet import Sheet

_NEXT = {"WHEELDOWNMOUSE", "PAGE_DOWN", "SPACE"}
_PREVIOUS = {"WHEELUPMOUSE", "PAGE_UP"}
_ARROWS = {"LEFT_ARROW": (-1, 0), "RIGHT_ARROW": (1, 0), "UP_ARROW": (0, -1), "DOWN_ARROW": (0, 1)}
_PASSED = {"INBETWEEN_MOUSEMOVE", "TIMER_REPORT", "WINDOW_DEACTIVATE", "NONE"}
_STEP = 0.01  # seconds between two pictures: time to draw, and to hear of a click


class ChooseByPicture:
    """Mixin: an operator that shows a sheet of pictures in a viewport and goes on with the one chosen.

    The operator has a method ``choose(context, number)``, which does what is to be done and returns an
    operator's result; with `pressed` it may know keys of its own.
    """

    _drawing: Any = None
    """None until the sheet is shown."""
    _timer: Any = None

    def show(self: Any, context: bpy.types.Context, sheet: Sheet, title: str, hint: str = "") -> set[str]:
        """Show a sheet (``invoke``): what follows is up to the person."""
        from ..bloom_blender.scene.editing import sheet_drawing  # at first use, for a quick start

        area = sheet_drawing.viewport_of(context)
        if area is None:
            self.report({"ERROR"}, "The pictures are shown in a 3D Viewport: open one")
            return {"CANCELLED"}
        keys = ["Click: Choose"]
        if sheet.pages is None or sheet.pages > 1:
            keys.append("Wheel: Next or Previous Sheet")
        keys += [hint] if hint else []
        keys.append("Esc: Cancel")
        self._sheet = sheet
        self._title = title
        self._drawing = sheet_drawing.SheetDrawing(area, sheet, "", "     ".join(keys))
        self._entitle()
        self._timer = context.window_manager.event_timer_add(_STEP, window=context.window)
        context.workspace.status_text_set(self._drawing.hint)
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self: Any, context, event):
        """Compute a picture at every step of the timer, and listen."""
        from ..bloom_blender.scene.editing import sheet_drawing

        drawing = self._drawing
        if not sheet_drawing.is_open(drawing.area):
            self._close(context)
            return {"CANCELLED"}
        if event.type == "TIMER":
            layout = drawing.layout
            if self._sheet.step((layout.width, layout.height)):
                drawing.area.tag_redraw()
        elif event.type == "MOUSEMOVE":
            self._mark(drawing.place_at(event))
        elif event.type in {"ESC", "RIGHTMOUSE"} and event.value == "PRESS":
            self._close(context)
            return {"CANCELLED"}
        elif event.type == "LEFTMOUSE" and event.value == "PRESS":
            self._mark(drawing.place_at(event))
            return self._chosen(context)
        elif event.value == "PRESS":
            return self._key(context, event)
        return {"RUNNING_MODAL"}

    def cancel(self: Any, context):
        """Clean up where Blender ends it, as when another file is opened."""
        self._close(context)

    def pressed(self, context, event) -> set[str] | None:
        """Answer another key; None for one that means nothing."""
        return None

    def restart(self: Any) -> None:
        """Recompute all pictures."""
        self._sheet.cells.clear()
        self._drawing.renew()

    def _key(self: Any, context, event) -> set[str]:
        if event.type in _NEXT | _PREVIOUS:
            if self._sheet.turn(1 if event.type in _NEXT else -1):
                self._drawing.marked = None
                self._entitle()
            return {"RUNNING_MODAL"}
        if event.type in _ARROWS:
            right, down = _ARROWS[event.type]
            marked = self._drawing.marked
            place = 0 if marked is None else marked + right + down * self._sheet.grid[0]
            if 0 <= place < len(self._sheet.numbers):
                self._mark(place)
            return {"RUNNING_MODAL"}
        if event.type in {"RET", "NUMPAD_ENTER"}:
            return self._chosen(context)
        return self.pressed(context, event) or {"RUNNING_MODAL"}

    def _mark(self: Any, place: int | None) -> None:
        if place != self._drawing.marked:
            self._drawing.marked = place
            self._drawing.area.tag_redraw()

    def _entitle(self: Any) -> None:
        """Tell the page where there are several."""
        page, pages = self._sheet.page + 1, self._sheet.pages
        several = f", Sheet {page}" if pages is None else f", Sheet {page} of {pages}" if pages > 1 else ""
        self._drawing.title = f"{self._title}{several}"
        self._drawing.area.tag_redraw()

    def _chosen(self: Any, context) -> set[str]:
        """Go on with the marked cell, if there is a flame in it by now."""
        place = self._drawing.marked
        number = None if place is None else self._sheet.numbers[place]
        cell = self._sheet.cells.get(number)
        if cell is None or cell.picture is None:
            return {"RUNNING_MODAL"}
        self._close(context)
        return self.choose(context, number)

    def finish(self: Any, context) -> set[str]:
        """Take the sheet away and go on without a choice."""
        self._close(context)
        return self.execute(context)

    def _close(self: Any, context) -> None:
        if self._drawing is not None:
            self._drawing.end()
        if self._timer is not None:
            context.window_manager.event_timer_remove(self._timer)
            self._timer = None
            context.workspace.status_text_set(None)
