"""The job type for Flamenco, compiled by node with the functions that Flamenco provides."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "farm" / "bloom_render.js"
SETTINGS = {
    "frames": "1-25",
    "chunk_size": 10,
    "skip_existing": True,
    "make_video": True,
    "render_output_path": "/shared/render/flower/######",
    "blendfile": "/shared/jobs/flower.flamenco.blend",
    "scene": "Scene",
    "fps": 24,
    "format": "PNG",
    "image_file_extension": ".png",
}


@pytest.fixture
def compile_job(tmp_path):
    """Function that returns the job type and the tasks of a job with some settings changed."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed, which runs the job type")

    def compile_job(**changed):
        job = tmp_path / "job.json"
        job.write_text(json.dumps({"settings": SETTINGS | changed}))
        command = [node, Path(__file__).with_name("flamenco.js"), SCRIPT, job]
        result = subprocess.run(command, capture_output=True, text=True, timeout=60)
        if result.returncode:
            raise RuntimeError(result.stderr)
        made = json.loads(result.stdout)
        return made["type"], made["tasks"]

    return compile_job


def test_settings_are_those_that_flamenco_knows(compile_job):
    job_type, _ = compile_job()
    assert job_type["label"] == "Bloom Render"
    assert [setting["key"] for setting in job_type["settings"]] == [
        *("frames", "chunk_size", "skip_existing", "make_video"),
        *("render_output_root", "render_output_path", "blendfile", "scene"),
        *("fps", "format", "image_file_extension"),
    ]
    for setting in job_type["settings"]:
        assert setting["type"] in {"bool", "int32", "float", "string"}
        assert setting.get("subtype", "file_path") in {"file_path", "dir_path"}
        assert setting.get("visible", "web") in {"visible", "hidden", "submission", "web"}
        assert setting.keys() <= {
            *("key", "type", "subtype", "description", "default", "eval", "evalInfo"),
            *("visible", "required", "editable", "choices", "propargs", "label"),
        }
        if "eval" in setting:
            compile(setting["eval"], setting["key"], "eval")  # it is Python, for the add-on in Blender


def test_frames_in_chunks_then_a_video(compile_job):
    _, tasks = compile_job()
    *frames, video = tasks
    assert [task["name"] for task in frames] == ["render-1-10", "render-11-20", "render-21-25"]
    for task, chunk, count in zip(frames, ("1..10", "11..20", "21..25"), (10, 10, 5), strict=True):
        assert task["type"] == "blender"
        assert task["dependencies"] == []
        (command,) = task["commands"]
        assert (command["name"], command["steps"]) == ("blender-render", count)
        given = command["parameters"]
        assert (given["exe"], given["exeArgs"], given["argsBefore"]) == ("{blender}", "{blenderArgs}", [])
        assert given["blendfile"] == "/shared/jobs/flower.flamenco.blend"
        arguments = given["args"]
        assert arguments[-2:] == ["--render-frame", chunk]
        assert arguments[arguments.index("--render-output") + 1] == "/shared/render/flower/######"
        assert arguments[arguments.index("--scene") + 1] == "Scene"
    assert video["type"] == "ffmpeg"
    assert video["dependencies"] == [task["name"] for task in frames]
    (command,) = video["commands"]
    assert command["name"] == "frames-to-video"
    assert command["parameters"]["inputGlob"] == "/shared/render/flower/*.png"
    assert command["parameters"]["outputFile"] == "/shared/render/flower/flower.mp4"
    assert command["parameters"]["fps"] == 24
    assert "-y" in command["parameters"]["args"]


def test_gaps_between_frames(compile_job):
    _, tasks = compile_job(frames="1-4, 9, 20-23", chunk_size=5, make_video=False)
    given = [task["commands"][0]["parameters"]["args"][-1] for task in tasks]
    assert given == ["1..4,9", "20..23"]


@pytest.mark.parametrize("changed", [{"make_video": False}, {"format": "OPEN_EXR"}, {"fps": 0}])
def test_no_video(compile_job, changed):
    _, tasks = compile_job(**changed)
    assert {task["type"] for task in tasks} == {"blender"}


def test_a_video_cannot_be_split(compile_job):
    with pytest.raises(RuntimeError, match="choose another file format than FFMPEG"):
        compile_job(format="FFMPEG")


@pytest.mark.parametrize("skip", [True, False])
def test_pictures_that_are_there(compile_job, skip):
    _, tasks = compile_job(skip_existing=skip)
    arguments = tasks[0]["commands"][0]["parameters"]["args"]
    python = arguments[arguments.index("--python-expr") + 1]
    compile(python, "expression", "exec")
    assert f"use_overwrite = not {skip}" in python
