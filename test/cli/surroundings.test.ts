import { spawn, spawnSync } from "node:child_process";
import { existsSync, openSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as passed } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { requireFolder, writeWhole } from "../../src/cli/files.ts";
import { printable, table } from "../../src/cli/terminal.ts";
import { alone, COMMAND, MAIN, type Outcome, Session } from "../support/command-line.ts";
import { builtPackage } from "../support/package.ts";

// What the command line meets around it: disks that are full, modules that never end loading, names with escapes in them.
let folder: string;
let session: Session;
beforeAll(async () => {
  await builtPackage();
  folder = await mkdtemp(join(tmpdir(), "nondiff-surroundings-"));
  session = new Session(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs the command line in the test's folder, with files by name. */
async function nondiff(args: readonly string[], files: Record<string, string> = {}): Promise<Outcome> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return session.run(...args);
}

/** The same in a process of its own, for modules that keep it from ending, or end it. */
async function nondiffAlone(args: readonly string[], files: Record<string, string> = {}): Promise<Outcome> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return alone(folder, ...args);
}

const MODULE = `import { bernoulli, defineModel, flat, mul, normal, sigmoid } from "nondiff";
const one = ({ sample, observe }) => observe(normal(sample("z", normal(0, 1)), 1), 0.3);`;

describe("a user's module", () => {
  test.each([
    [
      "that is a syntax error is named with its line",
      "syntax.mjs",
      "export default 1 +;",
      2,
      /syntax\.mjs:1:19: Unexpected token/,
    ],
    [
      "that awaits what never comes is told",
      "stuck.mjs",
      "await new Promise(() => {}); export default 1;",
      2,
      /"\.\/stuck\.mjs" cannot be imported/,
    ],
    [
      "with no default export names those that it has",
      "two.mjs",
      "export const a = 1, b = 2;",
      2,
      /"\.\/two\.mjs" does not export a model; got no default export, only a, b, expected/,
    ],
    [
      "that throws what is no error shows it",
      "object.mjs",
      "throw { a: 1 };",
      2,
      /throws what is no error; got \{ a: 1 \}/,
    ],
    ["that ends the process is named", "exits.mjs", "process.exit(7);", 7, /"\.\/exits\.mjs" ended the process/],
    [
      "that ends the process as if all were well is an error",
      "exits-well.mjs",
      "process.exit(0);",
      1,
      /ended the process/,
    ],
    [
      "that imports what is not there names both, without a stack",
      "missing.mjs",
      'import x from "./nothing.mjs"; export default x;',
      2,
      /^nondiff: "\.\/missing\.mjs" cannot be imported; got Cannot find module '.*nothing\.mjs'[^\n]*\n$/,
    ],
    [
      "whose program fails is named with the place",
      "fails.mjs",
      `${MODULE}\nexport default defineModel("fails", () => {\n  null.length;\n});`,
      1,
      /null.*\n {2}at .*fails\.mjs:4:8\n$/,
    ],
  ])("%s", async (_name, file, text, status, message) => {
    const run = /^(stuck|exits)/.test(file) ? nondiffAlone : nondiff;
    const { code, stdout, stderr } = await run(["run", `./${file}`], { [file]: text });
    expect({ code, stdout }).toEqual({ code: status, stdout: "" });
    expect(stderr).toMatch(message);
  });

  test("that leaves a timer open and prints disturbs neither the end nor the JSON", async () => {
    const text = `${MODULE}\nconsole.log("hello");\nsetInterval(() => {}, 1000);\nexport default defineModel("timer", one);`;
    const { code, stdout, stderr } = await nondiffAlone(["run", "./timer.mjs", "--steps", "5", "--json"], {
      "timer.mjs": text,
    });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ model: "timer" });
    expect(stderr).toBe("hello\n");
  });

  test("may be no folder and no pipe", async () => {
    spawnSync("mkfifo", [join(folder, "pipe.mjs")]);
    for (const name of [".", "./pipe.mjs"]) {
      const { code, stderr } = await session.run("run", name);
      expect(code).toBe(2);
      expect(stderr).toMatch(/^nondiff: not a file; got ".*", a (folder|pipe or device)/);
    }
  });

  test("whose fit meets a number that is not finite leaves what it had", async () => {
    const text = `${MODULE}\nexport default defineModel("separable", ({ sample, observe }) => {
      const w = sample("w", flat());
      for (const x of [-2, -1, 1, 2]) observe(bernoulli(sigmoid(mul(w, x))), x > 0 ? 1 : 0);
    });`;
    const places = ["--json", "--csv", "elbo.csv", "--out", "diverged"];
    const args = ["run", "./separable.mjs", "--steps", "2000", "--lr", "1e150", ...places];
    const { code, stdout, stderr } = await nondiff(args, { "separable.mjs": text });
    expect(code).toBe(1);
    expect(stderr).toMatch(/diverged/);
    const { status, step, params, elboTrace } = JSON.parse(stdout);
    expect(status).toBe("diverged");
    expect(elboTrace).toHaveLength(step - 1);
    for (const value of [...params.mu, ...params.rho]) expect(value).toEqual(expect.any(Number));
    expect((await readFile(join(folder, "elbo.csv"), "utf8")).trim().split("\n")).toHaveLength(step);
    const left = (file: string) => readFile(join(folder, "diverged", file), "utf8");
    expect(JSON.parse(await left("result.json"))).toMatchObject({ status: "diverged", step, params });
    expect(await left("report.html")).toMatch(
      new RegExp(`diverged: at step ${step} a number was not finite.*<svg`, "s"),
    );
  });
});

describe("where results go", () => {
  test("to a full disk: an error", () => {
    if (!existsSync("/dev/full")) return;
    const full = openSync("/dev/full", "w");
    const { status, stderr } = spawnSync(process.execPath, [MAIN, "--version"], {
      stdio: ["ignore", full, "pipe"],
      encoding: "utf8",
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^nondiff: standard output cannot be written to; got ENOSPC.*\n$/);
  });

  test("to a full disk after a fit: an error without a stack", () => {
    if (!existsSync("/dev/full")) return;
    const full = openSync("/dev/full", "w");
    const { status, stderr } = spawnSync(process.execPath, [MAIN, "run", "gmm", "--steps", "5"], {
      stdio: ["ignore", full, "pipe"],
      encoding: "utf8",
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^nondiff: standard output cannot be written to; got ENOSPC.*\n$/);
  });

  test("one that is full keeps nothing from the others", async () => {
    if (!existsSync("/dev/full")) return;
    const draws = join(folder, "kept.csv");
    const { code, stdout, stderr } = await session.run(
      "run",
      "gmm",
      "--steps",
      "5",
      "--csv",
      "/dev/full",
      "--draws",
      draws,
    );
    expect({ code, stderr }).toEqual({ code: 1, stderr: "nondiff: --csv: ENOSPC: no space left on device, write\n" });
    expect(stdout).toContain("gmm");
    expect(await readFile(draws, "utf8")).toMatch(/^z\n/);
  });

  test("a pipe has two seconds for its reader to come", async () => {
    const pipe = join(folder, "pipe.csv");
    spawnSync("mkfifo", [pipe]);
    const reader = passed(300).then(() =>
      spawn("cat", [pipe], { stdio: ["ignore", "pipe", "ignore"] }).stdout.toArray(),
    );
    await writeWhole(pipe, "z\n1\n");
    expect((await reader).join("")).toBe("z\n1\n");
    await expect(writeWhole(pipe, "z\n")).rejects.toThrow(
      /pipe\.csv" is a pipe that nobody reads; got no reader in 2 s$/,
    );
  });

  test("a folder is made with those above it, or refused with the reason", async () => {
    await requireFolder("out", join(folder, "new", "deep"));
    expect(existsSync(join(folder, "new", "deep"))).toBe(true);
    await writeFile(join(folder, "taken"), "");
    for (const path of [join(folder, "taken"), join(folder, "taken", "below"), ""])
      await expect(requireFolder("out", path)).rejects.toThrow(/^--out: /);
    if (existsSync("/proc/self"))
      await expect(requireFolder("out", "/proc/nondiff")).rejects.toThrow(/^--out: cannot write/);
  });

  test("a file is written whole, and nothing else is left beside it", async () => {
    const own = await mkdtemp(join(folder, "whole-"));
    await writeWhole(join(own, "a.csv"), "old");
    await writeWhole(join(own, "a.csv"), "new");
    await expect(writeWhole(join(own, "none", "a.csv"), "x")).rejects.toThrow(/ENOENT/);
    expect([await readFile(join(own, "a.csv"), "utf8"), await readdir(own)]).toEqual(["new", ["a.csv"]]);
  });

  test("--version prints the version of the package", async () => {
    const { version } = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8"));
    expect(await session.run("--version")).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  });
});

test("control characters of names are written out", () => {
  expect(printable("a\u001b[31mRED\u0000\u009f\tb\n")).toBe("a\\x1b[31mRED\\x00\\x9f\tb\n");
  expect(table(["latent"], [["\u001b[2J"]])).toContain("\\x1b[2J");
});

test("control characters of names are written out by every command, and JSON has them", async () => {
  const files = {
    "escapes.mjs": `import { defineModel, gt, normal, where } from "nondiff";
export default defineModel("e\\u001b[31m\\u009fvil", ({ sample, observe }) => {
  const z = sample("z\\u0007", normal(0, 1));
  observe(normal(where(gt(z, 0), z, 1), 1), 0);
});`,
  };
  for (const command of [["explain"], ["explain", "--stage", "trace"], ["verify", "--model"], ["run"]]) {
    const { stdout } = await nondiff([...command, "./escapes.mjs"], files);
    expect(stdout, command.join(" ")).toMatch(/\\x(1b|07)/);
    expect(stdout, command.join(" ")).not.toMatch(/(?![\t\n])\p{Cc}/u);
    const json = await nondiff([...command, "./escapes.mjs", "--json"]);
    expect(JSON.stringify(JSON.parse(json.stdout)), command.join(" ")).toMatch(/\\u(001b|0007)/);
  }
});

test.each([
  ["program", MAIN],
  ["commands", COMMAND],
])("the file of the %s carries the licences of the packages that are bundled with it", async (_name, file) => {
  const text = await readFile(file, "utf8");
  for (const name of ["uplot", "d3-scale", "d3-shape", "papaparse"]) {
    const licence = await readFile(new URL(`../../node_modules/${name}/LICENSE`, import.meta.url), "utf8");
    for (const line of licence.split("\n").filter((line) => !/["\\`]/.test(line))) expect(text).toContain(line.trim());
  }
});
