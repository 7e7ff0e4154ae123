import { execFile } from "node:child_process";
import { access, readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { builtPackage } from "./support/package.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));
const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
const conditions = await readFile(new URL("../docs/conditions.md", import.meta.url), "utf8");
const manifest = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8")) as {
  scripts: Record<string, string>;
};

interface Block {
  readonly language: string;
  readonly code: string;
  readonly line: number;
}

function blocks(text: string): Block[] {
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(({ 1: language, 2: code, index }) => ({
    language: language!,
    code: code!,
    line: text.slice(0, index).split("\n").length,
  }));
}
const isCode = ({ language }: Block): boolean => /^(js|ts|javascript|typescript)$/.test(language);

/** What a block prints by its own account: the comments behind its calls of console.log, several outputs joined by ";". */
function announced(code: string): string[] {
  return [...code.matchAll(/^.*console\.log\(.*\); \/\/ (.+)$/gm)].flatMap(({ 1: text }) => text!.split("; "));
}

/** Runs a block against the sources; returns what it printed and what it exports. */
async function execute(code: string): Promise<{ printed: string[]; exports: Record<string, unknown> }> {
  const { outputFiles } = await build({
    stdin: { contents: code, loader: "ts", resolveDir: root },
    bundle: true,
    format: "esm",
    write: false,
    logLevel: "silent",
    plugins: [
      {
        name: "nondiff",
        setup({ onResolve }) {
          onResolve({ filter: /^nondiff(\/|$)/ }, ({ path }) => {
            const entry = path.slice("nondiff/".length);
            const file = entry === "" ? "index.ts" : entry === "core" ? "core.ts" : `${entry}/index.ts`;
            return { path: fileURLToPath(new URL(`../src/${file}`, import.meta.url)) };
          });
        },
      },
    ],
  });
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  const url = `data:text/javascript;base64,${Buffer.from(outputFiles[0]!.text).toString("base64")}`;
  const exports = (await import(/* @vite-ignore */ url)) as Record<string, unknown>;
  const printed = log.mock.calls.map((values) => values.map(String).join(" "));
  log.mockRestore();
  return { printed, exports };
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe("README, and docs/conditions.md", () => {
  const code = [readme, conditions].flatMap(blocks).filter(isCode);

  test("has the blocks that the tests below expect", () => {
    expect(code.length).toBeGreaterThanOrEqual(8);
    for (const { code: text } of code) expect(text).toMatch(/from "nondiff/);
  });

  test.each(code.map((block) => [block.line, block] as const))(
    "the code at line %i prints what it says",
    async (_, block) => {
      const postMessage = vi.fn();
      const scope: { postMessage: typeof postMessage; onmessage?: (event: { data: unknown }) => void } = {
        postMessage,
      };
      vi.stubGlobal("self", scope);
      const { printed, exports } = await execute(block.code);
      expect(printed).toEqual(announced(block.code));
      if (block.code.includes("self.onmessage")) {
        scope.onmessage?.({ data: [3, 4, 2, 3, 9, 8, 11, 10] });
        const [summary] = postMessage.mock.calls[0] as [{ name: string; mean: number }[]];
        expect(summary.map(({ name }) => name)).toEqual(["early", "late", "day"]);
      }
      if (block.code.includes("fetch()")) {
        const response = (exports["default"] as { fetch: () => Response }).fetch();
        expect(await response.json()).toEqual({ elbo: expect.any(Number) });
      } else if (!block.code.includes("self.")) expect(printed.length).toBeGreaterThan(0);
    },
  );

  test("names scripts and commands that exist, with options they take", async () => {
    await builtPackage();
    const shell = [readme, conditions]
      .flatMap(blocks)
      .filter(({ language }) => language === "sh")
      .map(({ code: text }) => text)
      .join("\n");
    const named = `${shell}\n${[...readme.matchAll(/`(npm [^`]+|node dist[^`]+|npx [^`]+)`/g)].map(([, text]) => text).join("\n")}`;
    const scripts = [...named.matchAll(/npm (?:run )?(?!ci\b|run\b)([\w:]+)/g)].map(([, name]) => name!);
    expect(scripts).toEqual(expect.arrayContaining(["start", "test", "test:runtimes"]));
    for (const script of scripts) expect(Object.keys(manifest.scripts)).toContain(script);
    const commands = [...named.matchAll(/(?:npx nondiff|node dist\/cli\/main\.js) (\w+)(.*)$/gm)];
    expect(commands.length).toBeGreaterThan(3);
    for (const [, command, rest] of commands) {
      const { stdout } = await run(process.execPath, ["dist/cli/main.js", command!, "--help"], { cwd: root });
      for (const [option] of rest!.matchAll(/--[a-z-]+/g)) expect(stdout).toContain(option);
    }
  });

  test("links to files that exist", async () => {
    const local = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, path]) => path!);
    expect(local.length).toBeGreaterThan(0);
    for (const path of local)
      await expect(access(new URL(`../${path}`, import.meta.url)), path).resolves.toBeUndefined();
  });
});

describe("examples", () => {
  beforeAll(builtPackage);

  const EXPECTED: Record<string, RegExp> = {
    "change-point.js": /^day 45 ± \d+\nlog rate before: 17\.\d messages a day\nlog rate after: 2[23]\.\d messages/,
    "compare-estimators.js": /reparam +dELBO\/dmu\[z\] +-?0\.00 ± 0\.00[\s\S]*corrected +dELBO\/dmu\[z\] +-12\.\d/,
    "fit-in-steps.js": /stopped: that is long enough\nafter 500 steps: z = /,
    "gmm.js": /reparam +ends at z = -?0\.0\d, [\s\S]*corrected ends at z = -0\.9\d, ELBO -3\.9/,
    "my-model.js": /^$/,
    "thermostat.js": /^11 boundaries, the first: 19 > room 0[\s\S]*room 3: 21\.2\d ±/,
  };

  test("all are listed here", async () => {
    expect((await readdir(new URL("../examples", import.meta.url))).sort()).toEqual(Object.keys(EXPECTED));
  });

  test.each(Object.entries(EXPECTED))("%s runs", async (file, expected) => {
    const { stdout, stderr } = await run(process.execPath, [`examples/${file}`], { cwd: root });
    expect(stderr).toBe("");
    expect(stdout).toMatch(expected);
  });

  test("my-model.js runs by the command line", async () => {
    const args = ["dist/cli/main.js", "run", "./examples/my-model.js", "--steps", "50"];
    expect((await run(process.execPath, args, { cwd: root })).stdout).toMatch(/^wear by corrected: 50 steps/);
  });
});
