// The programs in examples/ run and print what they are for.
import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { Session } from "./support/command-line.ts";
import { execute } from "./support/executed.ts";
import { builtPackage } from "./support/package.ts";
import { SOAK } from "./support/soak.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));

describe("examples", () => {
  const session = new Session(root);
  beforeAll(builtPackage);
  afterEach(() => vi.restoreAllMocks());

  const EXPECTED: Record<string, RegExp> = {
    "change-point.js": /^day 45 ± \d+\nlog rate before: 17\.\d messages a day\nlog rate after: 2[23]\.\d messages/,
    "compare-estimators.js": /reparam +dELBO\/dmu\[z\] +-?0\.00 ± 0\.00[\s\S]*corrected +dELBO\/dmu\[z\] +-12\.\d/,
    "fit-in-steps.js": /stopped: that is long enough\nafter 500 steps: z = /,
    "gmm.js": /reparam +ends at z = -?0\.0\d, [\s\S]*corrected ends at z = -0\.9\d, ELBO -3\.9/,
    "my-model.js": /^$/,
    "thermostat.js": /^11 boundaries, the first: 19 > room 0[\s\S]*room 3: 21\.2\d ±/,
    "visits.js": /^$/,
  };

  test("all are listed here", async () => {
    const programs = (await readdir(new URL("../examples", import.meta.url))).filter((name) => name.endsWith(".js"));
    expect(programs.sort()).toEqual(Object.keys(EXPECTED));
  });

  test("a model with data apart gets them from a file", async () => {
    const data = ["--data", "examples/visits.csv", "--set", "scale=2", "--json"];
    const { stdout } = await session.run("run", "./examples/visits.js", ...data);
    // Twelve visitors in three days of twice the rate, under a prior of mean 10: Gamma(13, 6.1).
    expect((JSON.parse(stdout) as { summary: { mean: number }[] }).summary[0]!.mean).toBeCloseTo(13 / 6.1, 2);
  });

  // A process of its own, with the built package, costs these half a second and more, in which the engine optimises what it runs.
  const isAlone = (file: string): boolean => SOAK || file === "my-model.js";

  test.each(Object.entries(EXPECTED).filter(([file]) => isAlone(file)))("%s runs", async (file, expected) => {
    const { stdout, stderr } = await run(process.execPath, [`examples/${file}`], { cwd: root });
    expect(stderr).toBe("");
    expect(stdout).toMatch(expected);
  });

  test.each(Object.entries(EXPECTED).filter(([file]) => !isAlone(file)))(
    "%s runs with the sources",
    async (file, expected) => {
      const [warned, failed] = [vi.spyOn(console, "warn"), vi.spyOn(console, "error")];
      const { printed } = await execute(await readFile(join(root, "examples", file), "utf8"));
      expect([...warned.mock.calls, ...failed.mock.calls]).toEqual([]);
      expect(printed.join("\n")).toMatch(expected);
    },
  );

  test("my-model.js runs by the command line", async () => {
    const { stdout } = await session.run("run", "./examples/my-model.js", "--steps", "50");
    expect(stdout).toMatch(/^wear by corrected: 50 steps/);
  });
});
