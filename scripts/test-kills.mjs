// A run of the command line with --checkpoint is killed with SIGKILL, 50 times at random moments, and gone on with each time. The file must be whole after each kill, and no older than one
// interval (and one step); at the end the fit must be that of a run that nobody killed, bit for bit. Needs dist/, made by `npm run build`.
//
//     NONDIFF_KILLS=10 npm run test:kills
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeGenerator, uniformSource } from "../dist/index.js";
import { ROOT } from "./library.mjs";

const KILLS = Number(process.env["NONDIFF_KILLS"] ?? 50);
const INTERVAL = 500; // ms between checkpoints
const STEP = 250; // ms that a step, its file and the turn of this machine's processor may take on top
const LONGEST = 1200; // ms from the first sign of progress to a kill
const main = join(ROOT, "dist/cli/main.js");
const folder = mkdtempSync(join(tmpdir(), "nondiff-kills-"));
const file = join(folder, "fit.json");
const model = ["run", "textmsg", "--json", "--backend", "interpreter", "--seed", "1"];
const kept = ["--checkpoint", file, "--checkpoint-every", String(INTERVAL / 1000), "--resume"];

const whole = (args) => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [main, ...args], { encoding: "utf8", maxBuffer: 1e9 });
  if (status !== 0 && status !== 3) throw new Error(stderr);
  const { elboTrace, params } = JSON.parse(stdout);
  return JSON.stringify({ elboTrace, params });
};
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const stepOf = () => JSON.parse(readFileSync(file, "utf8")).content.loop.step;

// As many steps as these kills leave time for, and a half more.
const started = performance.now();
whole([...model, "--steps", "4000"]);
const steps = Math.ceil((4000 / (performance.now() - started)) * KILLS * LONGEST * 1.5);
const args = [...model, "--steps", String(steps)];
const next = uniformSource(makeGenerator(1), 0);
let oldest = 0;
let lost = 0;
let kills = 0;
while (kills < KILLS) {
  const before = existsSync(file) ? statSync(file).mtimeMs : 0;
  const child = spawn(process.execPath, [main, ...args, ...kept], { stdio: "ignore" });
  let isOver = false;
  const ended = new Promise((resolve) => child.on("exit", resolve)).then(() => {
    isOver = true;
  });
  // A quarter of the kills come while the process starts, when nothing new is there to lose.
  const isEarly = kills % 4 === 3;
  while (!isEarly && !isOver && !(existsSync(file) && statSync(file).mtimeMs > before)) await wait(2);
  await wait(LONGEST * next());
  child.kill("SIGKILL");
  const at = Date.now();
  await ended;
  if (!existsSync(file)) continue;
  kills++;
  const { mtimeMs } = statSync(file);
  const step = stepOf(); // throws where the file is not whole
  if (step >= steps) throw new Error(`the fit of ${steps} steps was over after ${kills} kills, expected a longer one`);
  if (mtimeMs <= before) continue;
  oldest = Math.max(oldest, at - mtimeMs);
  lost += at - mtimeMs;
}
const isSame = whole([...args, ...kept]) === whole(args);
console.log(`${kills} kills at random in a fit of ${steps} steps, a checkpoint every ${INTERVAL} ms`);
console.log(`the oldest checkpoint was ${oldest.toFixed(0)} ms old, ${(lost / kills).toFixed(0)} ms on average`);
console.log(isSame ? "the fit is that of a run that nobody killed, bit for bit" : "ANOTHER FIT");
rmSync(folder, { recursive: true });
if (!isSame || oldest > INTERVAL + STEP) process.exitCode = 1;
