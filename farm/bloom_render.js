// SPDX-License-Identifier: GPL-3.0-or-later
//
// A Flamenco job type: frames of a Bloom scene, then a video of them. See docs/farm.md.
// Copy it into the folder `scripts` beside the Flamenco Manager.

const JOB_TYPE = {
  label: "Bloom Render",
  description: "Render a Bloom scene, leave out frames that are there, and make a video",
  settings: [
    {
      key: "frames", type: "string", required: true,
      eval: "f'{C.scene.frame_start}-{C.scene.frame_end}'",
      evalInfo: { showLinkButton: true, description: "Frame range of the scene" },
      description: "Frames to render, such as 1-900 or 1-100, 450, 800-900",
    },
    {
      key: "chunk_size", type: "int32", default: 10, propargs: { min: 1 }, visible: "submission",
      description: "Frames in a task; opening Blender and the first flame take some seconds for each task",
    },
    {
      key: "skip_existing", type: "bool", default: true, visible: "submission",
      description: "Leave out frames whose picture is there already, so that a job can be sent again",
    },
    {
      key: "make_video", type: "bool", default: true, visible: "submission",
      description: "Make a video when all frames are there",
    },
    {
      key: "render_output_root", type: "string", subtype: "dir_path", required: true, visible: "submission",
      default: "//render/", description: "Folder for the pictures; a folder with the job's name is made in it",
    },
    {
      key: "render_output_path", type: "string", subtype: "file_path", editable: false,
      eval: "str(Path(abspath(settings.render_output_root), jobname, '######'))",
      description: "Where the pictures go",
    },
    { key: "blendfile", type: "string", required: true, visible: "web", description: "The scene" },
    { key: "scene", type: "string", required: true, eval: "C.scene.name", visible: "web" },
    { key: "fps", type: "float", eval: "C.scene.render.fps / C.scene.render.fps_base", visible: "hidden" },
    {
      key: "format", type: "string", required: true, visible: "web",
      eval: "C.scene.render.image_settings.file_format",
    },
    {
      key: "image_file_extension", type: "string", required: true, visible: "hidden",
      eval: "C.scene.render.file_extension",
    },
  ],
};

// What FFmpeg makes a video of without a look: the scene's own colours are in these files.
const VIDEO_FROM = ["PNG", "JPEG", "WEBP", "TIFF", "BMP", "TARGA"];
const MOVIES = ["FFMPEG", "AVI_RAW", "AVI_JPEG"];

function compileJob(job) {
  const settings = job.settings;
  if (MOVIES.includes(settings.format)) {
    throw `A farm renders pictures: choose another file format than ${settings.format} in the scene.`;
  }
  const tasks = renderTasks(settings);
  for (const task of tasks) {
    job.addTask(task);
  }
  if (settings.make_video && settings.fps && VIDEO_FROM.includes(settings.format)) {
    const video = videoTask(settings);
    for (const task of tasks) {
      video.addDependency(task);
    }
    job.addTask(video);
  }
}

function renderTasks(settings) {
  const keep = settings.skip_existing ? "True" : "False";
  const python =
    "import bpy; r = bpy.context.scene.render; " +
    `r.use_overwrite = not ${keep}; r.use_placeholder = False`;
  return frameChunker(settings.frames, settings.chunk_size).map((chunk) => {
    const task = author.Task(`render-${chunk}`, "blender");
    task.addCommand(author.Command("blender-render", {
      exe: "{blender}",
      exeArgs: "{blenderArgs}",
      argsBefore: [],
      blendfile: settings.blendfile,
      args: [
        "--scene", settings.scene,
        "--python-expr", python,
        "--render-output", settings.render_output_path,
        "--render-format", settings.format,
        "--render-frame", chunk.replaceAll("-", ".."),
      ],
    }, frameCount(chunk)));
    return task;
  });
}

function videoTask(settings) {
  const folder = path.dirname(settings.render_output_path);
  const name = path.stem(settings.blendfile).replace(".flamenco", "");
  const task = author.Task("video", "ffmpeg");
  task.addCommand(author.Command("frames-to-video", {
    exe: "ffmpeg",
    fps: settings.fps,
    inputGlob: path.join(folder, `*${settings.image_file_extension}`),
    outputFile: path.join(folder, `${name}.mp4`),
    args: [
      "-c:v", "h264", "-crf", "18", "-pix_fmt", "yuv420p",
      "-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2", "-r", settings.fps, "-y",
    ],
  }));
  return task;
}
