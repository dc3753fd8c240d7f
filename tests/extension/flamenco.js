// What Flamenco gives a job compiler script, as far as ours uses it; written from its documentation.
// Usage: node flamenco.js SCRIPT JOB.json; prints the job type and the tasks that come out as JSON.

const fs = require("node:fs");
const posix = require("node:path").posix;
const vm = require("node:vm");

const explode = (range) => {
  const frames = new Set();
  for (const part of range.replaceAll("..", "-").split(",")) {
    const [first, last = first] = part.split("-").map(Number);
    for (let frame = first; frame <= last; frame++) frames.add(frame);
  }
  return [...frames].sort((a, b) => a - b);
};

const merge = (frames) => {
  const runs = [];
  for (const frame of frames) {
    const run = runs.at(-1);
    if (run && frame === run.at(-1) + 1) run.push(frame);
    else runs.push([frame]);
  }
  const text = (run) => (run.length > 2 ? `${run[0]}-${run.at(-1)}` : run.join(","));
  return runs.map(text).join(",");
};

class Task {
  constructor(name, type) {
    if (!name || !type) throw new Error("a task needs a name and a type");
    Object.assign(this, { name, type, commands: [], dependencies: [] });
  }
  addCommand(command) { this.commands.push(command); }
  addDependency(task) { this.dependencies.push(task.name); }
}

const globals = {
  print: () => {},
  author: {
    Task: (name, type) => new Task(name, type),
    Command: (name, parameters, steps = 0) => ({ name, parameters, steps }),
  },
  path: {
    join: posix.join, dirname: posix.dirname, basename: posix.basename,
    stem: (name) => posix.basename(name, posix.extname(name)),
  },
  frameChunker: (range, size) => {
    const frames = explode(range);
    const chunks = [];
    for (let n = 0; n < frames.length; n += size) chunks.push(merge(frames.slice(n, n + size)));
    return chunks;
  },
  frameCount: (range) => explode(range).length,
};

const [script, file] = process.argv.slice(2);
const tasks = [];
globals.job = { ...JSON.parse(fs.readFileSync(file, "utf8")), addTask: (task) => tasks.push(task) };
const code = fs.readFileSync(script, "utf8");
const type = vm.runInNewContext(`${code}\ncompileJob(job); JOB_TYPE`, globals);
console.log(JSON.stringify({ type, tasks }));
