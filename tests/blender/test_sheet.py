"""Choosing a flame by its picture: what is on a sheet and where, and the same choice without a window."""

from __future__ import annotations

import importlib

import numpy as np
import pytest

pytestmark = pytest.mark.usefixtures("bloom")

FEW = {"with_camera": False, "with_scene": False, "points_viewport": 250, "points_render": 600}


@pytest.fixture
def room(extension):
    """Function that imports a module of the enabled extension."""
    return lambda name: importlib.import_module(f"{extension.__name__}.{name}")


@pytest.fixture
def sheets(room):
    """The module of sheets."""
    return room("bloom_blender.scene.editing.sheet")


@pytest.mark.parametrize(
    "frame", [(0.0, 0.0, 1300.0, 850.0), (58.0, 20.0, 300.0, 900.0), (0.0, 0.0, 5.0, 5.0)]
)
@pytest.mark.parametrize("aspect", [0.5, 4 / 3, 2.0])
def test_cells_are_found_where_they_are(sheets, frame, aspect):
    layout = sheets.layout_of(frame, (4, 3), aspect, margin=40.0, gap=10.0)
    assert layout.width / layout.height == pytest.approx(aspect)
    left, bottom, width, height = frame
    corners = [layout.corner(place) for place in range(12)]
    if width > 100.0:
        assert min(x for x, _ in corners) >= left and min(y for _, y in corners) >= bottom + 39.9
        assert max(x for x, _ in corners) + layout.width <= left + width
        assert max(y for _, y in corners) + layout.height <= bottom + height - 39.9
    for place, (x, y) in enumerate(corners):
        assert layout.place_at(x + layout.width / 2, y + layout.height / 2) == place
        assert layout.place_at(x + layout.width + layout.gap / 2, y + layout.height / 2) is None
        assert layout.place_at(x + layout.width / 2, y - layout.gap / 2) is None
    assert layout.place_at(corners[0][0] - 1.0, corners[0][1] + 1.0) is None


def test_a_sheet_has_pages_and_computes_what_is_looked_at(sheets, bloom, flame):
    asked = []

    def make(number):
        asked.append(number)
        if number == 4:
            raise bloom.errors.BloomError("Flame 5 is broken: mend it.")
        return f"flame {number}", flame

    sheet = sheets.Sheet(make, 5, aspect=4 / 3, grid=(2, 1))
    assert sheet.pages == 3
    assert not sheet.turn(-1)
    assert [sheet.step((40.0, 30.0)) for _ in range(3)] == [True, True, False]
    assert sheet.turn(1) and sheet.turn(1) and not sheet.turn(1)
    assert list(sheet.numbers) == [4]
    assert sheet.step((40.0, 30.0)) and not sheet.step((40.0, 30.0))
    assert asked == [0, 1, 4]  # and not the page that was passed
    assert sheet.cells[0].title == "flame 0"
    assert sheet.cells[0].picture.shape == (30, 40, 4)
    assert sheet.cells[0].picture[..., :3].max() > 0.1
    assert sheet.cells[4].picture is None and "mend it" in sheet.cells[4].title
    endless = sheets.Sheet(make, None)
    assert endless.turn(7) and list(endless.numbers) == list(range(63, 72))


@pytest.mark.parametrize(
    ("count", "grid"), [(1, (1, 1)), (2, (2, 1)), (7, (3, 3)), (19, (5, 4)), (800, (5, 4))]
)
def test_a_page_is_no_larger_than_needed(sheets, count, grid):
    assert sheets.grid_for(count) == grid


def test_a_thumbnail_is_the_flames_picture(room, flame):
    thumbnail, picture = room("bloom_blender.develop.thumbnail"), room("bloom_blender.develop.picture")
    same = thumbnail.thumbnail(flame, flame.camera.size, quality=20.0)
    assert (same == picture.render(flame, quality=20.0, supersample=1)).all()
    for size in ((30, 60), (60, 30), (7, 7)):
        wide = thumbnail.fitted(flame, size).camera
        assert all(np.array(wide.extent) >= np.array(flame.camera.extent) - 1e-9)
        assert min(np.array(wide.extent) / np.array(flame.camera.extent)) == pytest.approx(1.0)


def test_the_chosen_relative_is_that_of_its_picture(blender, bloom, add, room):
    """Also where a person keyed something: it stays as it is, in the picture as in the flame."""
    obj = add()
    obj["xform2.spherical"], obj["xform1.coefs"][4] = 0.77, -0.3
    obj.keyframe_insert('["xform2.spherical"]', frame=1)
    obj.keyframe_insert('["xform1.coefs"]', index=4, frame=1)
    before = bloom.flame_object.flame_of(obj)
    preview = room("bloom_blender.scene.editing.mutating").preview_of(obj)
    assert preview.flame == before
    promised = preview.mutated(12, 0.3)
    assert blender.ops.bloom.mutate_grid(seed=10, index=2, strength=0.3) == {"FINISHED"}
    blender.context.scene.frame_set(1)
    after = bloom.flame_object.flame_of(obj)
    assert after != before
    for one, other in zip(after.xforms, promised.xforms, strict=True):
        assert one.coefs == pytest.approx(other.coefs, abs=1e-6)  # curves are float32
        assert [v.attribute for v in one.variations] == [v.attribute for v in other.variations]
        weights = [v.weight for v in other.variations]
        assert [v.weight for v in one.variations] == pytest.approx(weights, abs=1e-6)
    assert after.palette == promised.palette


# ------------------------------------------------------------------------------------- packs


@pytest.fixture
def pack(tmp_path, flame_file):
    """A file of four flames; the third is broken."""
    text = flame_file.read_text()
    broken = text.replace('weight="0.5"', 'weight="half"').replace('"tiny"', '"broken"')
    others = [text.replace('"tiny"', f'"{name}"') for name in ("one", "two", "four")]
    path = tmp_path / "pack.flame"
    path.write_text(f"<flames>{others[0]}{others[1]}{broken}{others[2]}</flames>")
    return path


def test_all_flames_of_a_pack_stand_side_by_side(blender, bloom, pack, capfd):
    options = FEW | {"with_camera": True}
    assert blender.ops.bloom.import_flame(filepath=str(pack), use_all=True, **options) == {"FINISHED"}
    assert "Added 3 flames" in (said := capfd.readouterr().out) and "half" in said
    added = bloom.flame_object.flames()
    assert (
        {obj.name for obj in added}
        == {"one", "two", "four"}
        == {o.name for o in blender.context.selected_objects}
    )
    assert blender.context.scene.camera is None
    width, height = bloom.flame_object.flame_of(added[0]).camera.extent
    places = np.array([obj.location for obj in added])
    for k, one in enumerate(places):
        for other in places[k + 1 :]:
            assert abs(one[0] - other[0]) >= width or abs(one[1] - other[1]) >= height


def test_one_flame_of_a_pack_by_its_number(blender, pack):
    for number, name in ((None, "one"), (2, "two"), (4, "four")):
        given = {} if number is None else {"number": number}
        blender.ops.bloom.import_flame(filepath=str(pack), **given, **FEW)
        assert blender.context.active_object.name.startswith(name)
    with pytest.raises(RuntimeError, match="half"):
        blender.ops.bloom.import_flame(filepath=str(pack), number=3, **FEW)
    blender.ops.bloom.paste_flame(text=pack.read_text(), number=4, **FEW)
    assert blender.context.active_object.name == "four.001"
