/** Checkpoints of runs that are killed at any moment: whole, at most one interval old, and gone on from bit for bit. */
import { spawn } from "node:child_process";
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmdirSync, symlinkSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeGenerator, uniformSource } from "../../../src/index.ts";
import { MAIN, type Outcome, Session } from "../../support/command-line.ts";
import { builtPackage } from "../../support/package.ts";
import { amount } from "../../support/soak.ts";

// A fit of some hundred gradients, slowed down by what it prints.
const SEARCH = ["gmm", "--no-collapse", "--restarts", "3", "--json", "--backend", "interpreter"];
const LOOP = ["gmm", "--steps", "3000", "--json", "--backend", "interpreter"];
const KILLS = amount(2, 50);

describe("--checkpoint and --resume", () => {
  let folder: string;
  // What is not killed runs in one process.
  let session: Session;
  beforeAll(async () => {
    await builtPackage();
    folder = await mkdtemp(join(tmpdir(), "nondiff-checkpoint-"));
    session = new Session(folder);
  });
  afterAll(() => rm(folder, { recursive: true }));

  const command = (...args: readonly string[]): Promise<Outcome> => session.run("run", ...args);
  const run = async (args: readonly string[]): Promise<string> => {
    const { stdout, stderr, code } = await command(...args);
    expect([0, 3], stderr).toContain(code);
    const { elboTrace, params, summary } = JSON.parse(stdout) as Record<string, unknown>;
    return JSON.stringify({ elboTrace, params, summary });
  };

  test.each([
    ["a fit that chooses its steps", SEARCH],
    ["a loop", LOOP],
  ])("%s that is killed at random moments ends as one that is not", async (_, args) => {
    const whole = await run(args);
    const file = join(folder, `${args.length}.json`);
    const next = uniformSource(makeGenerator(7), args.length);
    const kept = ["--checkpoint", file, "--checkpoint-every", "0.01", "--resume"];
    let killed = 0;
    for (let k = 0; k < KILLS; k++) {
      const child = spawn(process.execPath, [MAIN, "run", ...args, ...kept], { stdio: "ignore" });
      const ended = new Promise<NodeJS.Signals | null>((resolve) => {
        child.on("exit", (_code, signal) => resolve(signal));
      });
      // From a first checkpoint on, so that there is something to lose.
      while (!existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 5));
      await new Promise((resolve) => setTimeout(resolve, 100 * next()));
      child.kill("SIGKILL");
      if ((await ended) === "SIGKILL") killed++;
      expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({
        nondiff: expect.stringMatching(/^(search|state)$/),
      });
      if (!args.includes("--steps")) continue;
      // A loop that is over has nothing to go on with.
      const { content } = JSON.parse(readFileSync(file, "utf8")) as { content: { loop: { step: number } } };
      if (content.loop.step === 3000) break;
    }
    expect(killed).toBeGreaterThan(0);
    const { content } = JSON.parse(readFileSync(file, "utf8")) as { content: { loop?: { step: number } } };
    if (content.loop?.step !== 3000) expect(await run([...args, ...kept])).toBe(whole);
    expect(readdirSync(folder).filter((name) => !/\.json(\.part)?$/.test(name))).toEqual([]);
  });

  test("a fit goes on where a checkpoint cannot be written, and fails for it when all else is told", async () => {
    const file = join(folder, "full.json");
    mkdirSync(`${file}.part`); // as a disk that is full, refused when it is written
    const kept = ["--checkpoint", file, "--checkpoint-every", "0.01"];
    const { stdout, stderr, code } = await command(...SEARCH, ...kept);
    expect(JSON.parse(stdout)).toMatchObject({ model: "gmm", summary: expect.anything() });
    expect(stderr.match(/warning: --checkpoint: EISDIR.*; the fit goes on/g)?.length).toBe(1);
    expect(stderr).toMatch(/nondiff: --checkpoint: EISDIR/);
    expect(code).toBe(1);
    rmdirSync(`${file}.part`);
  });

  test("a pipe or device is written to, not replaced", async () => {
    const link = join(folder, "nothing.json");
    symlinkSync("/dev/null", link);
    await run([...SEARCH, "--checkpoint", link]);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
  });

  test("a damaged checkpoint, one of another model, and --resume alone are refused", async () => {
    const file = join(folder, `${SEARCH.length}.json`);
    const fails = async (args: readonly string[]): Promise<string> => (await command(...args)).stderr;
    expect(await fails(["textmsg", "--checkpoint", file, "--resume"])).toMatch(
      /saved is of another model; got "gmm", expected "textmsg"/,
    );
    expect(await fails(["gmm", "--resume"])).toMatch(/--resume: got no --checkpoint beside it/);
  });
});
