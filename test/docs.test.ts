// The code of the pages runs and prints what it says; the commands exist and take the options that are named.
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test, vi } from "vitest";
import { explain } from "../src/cli/explain.ts";
import type { Model } from "../src/index.ts";
import { trace } from "../src/program/trace.ts";
import { Session } from "./support/command-line.ts";
import { execute } from "./support/executed.ts";
import { builtPackage } from "./support/package.ts";
import { type Block, blocksOfPage, isPath, named, pages, sources } from "./support/pages.ts";
import { plainDefault } from "./support/plain.ts";
import { textOf } from "./support/tree.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const manifest = JSON.parse(await textOf("package.json")) as {
  scripts: Record<string, string>;
};

const isCode = ({ language }: Block): boolean => /^(js|ts|javascript|typescript)$/.test(language);

/** What a block prints by its own account: the comments behind its calls of console.log, several outputs joined by ";". */
function announced(code: string): string[] {
  return [...code.matchAll(/^.*console\.log\(.*\); \/\/ (.+)$/gm)].flatMap(({ 1: text }) => text!.split("; "));
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const all = await pages();
const blocks = all.flatMap(blocksOfPage);
const placeOf = ({ page, line }: Block): string => `${page}:${line}`;

/** The commands of a shell block, one a line, without what follows a #. */
const commandsOf = ({ code }: Block): string[] =>
  code
    .split("\n")
    .flatMap((line) => line.replace(/\s#.*/, "").split("&&"))
    .map((command) => command.trim())
    .filter((command) => command !== "");

const NONDIFF = /^(?:npx nondiff|nondiff|node dist\/cli\/main\.js)(?: (.*))?$/;

describe("the code of the pages", () => {
  const code = blocks.filter(isCode);

  test("is there, and imports what users import", () => {
    expect(code.length).toBeGreaterThanOrEqual(8);
    for (const { code: text } of code) expect(text).toMatch(/from "nondiff/);
  });

  test.each(code.map((block) => [placeOf(block), block] as const))("at %s prints what it says", async (_, block) => {
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
  });
});

describe("the plain programs of the pages", () => {
  // Those of the gallery are its files, which its own tests fit.
  const programs = blocks.filter(({ language, page }) => language === "plain" && page !== "docs/gallery.md");

  test.each(programs.map((block) => [placeOf(block), block.code] as const))("at %s are traced", (_, code) => {
    const isModel = code.includes("export default");
    const made = plainDefault(isModel ? code : `${code}\nexport default rate;`);
    if (isModel) expect(trace(made as Model).terms.length).toBeGreaterThan(1);
    else expect([1, 3].map((day) => (made as (...values: number[]) => number)(day, 2, 5, 7))).toEqual([5, 7]);
  });

  test("are there", () => expect(programs.length).toBeGreaterThan(1));
});

describe("the commands of the pages", () => {
  const shell = blocks.filter(({ language }) => language === "sh");
  const commands = [
    ...shell.flatMap(commandsOf),
    ...all.flatMap(named).flatMap(({ span }) => (/^(npm|npx|nondiff|node|bash) /.test(span) ? [span] : [])),
  ];

  test("are scripts of the package that exist", () => {
    const scripts = commands.flatMap(
      (command) => /^npm (?:run (?:--silent )?)?(?!ci\b|run\b)([\w:]+)/.exec(command)?.[1] ?? [],
    );
    expect(scripts).toEqual(expect.arrayContaining(["start", "test", "test:runtimes"]));
    for (const script of scripts) expect(Object.keys(manifest.scripts)).toContain(script);
  });

  test("name files that exist", async () => {
    const known = await sources();
    const files = commands
      .flatMap((command) => command.split(" ").map((word) => word.replace(/^\.\//, "")))
      .filter(isPath);
    const stored = files.filter((path) => !/^(dist|conditions|nondiff)\//.test(path)); // what is built; names of models; entries of the package
    expect(stored.length).toBeGreaterThan(3);
    expect(stored.filter((path) => !known.has(path))).toEqual([]);
  });

  test("are commands of nondiff that exist, with options they take", async () => {
    await builtPackage();
    const named = commands.flatMap((command) => NONDIFF.exec(command)?.[1] ?? []);
    expect(named.length).toBeGreaterThan(3);
    const help = new Map<string, string>();
    const session = new Session(root);
    for (const text of named) {
      const [command = "", ...rest] = text.split(" ");
      if (!help.has(command)) help.set(command, (await session.run(command, "--help")).stdout);
      for (const word of rest) if (word.startsWith("--")) expect(help.get(command)).toContain(word);
    }
  });

  const printing = shell.filter(({ printed }) => printed !== undefined);
  test.each(printing.map((block) => [placeOf(block), block] as const))(
    "at %s print what stands below them",
    async (_, block) => {
      const printed: string[] = [];
      for (const command of commandsOf(block)) printed.push(await outputOf(command));
      expect(printed.join("\n")).toBe(block.printed!.trimEnd());
    },
  );

  test("show every stage of a program on its way to the tape", async () => {
    const listed = (await outputOf("npx nondiff explain --stages")).split("\n").map((line) => line.split(" ")[0]!);
    const shown = printing.flatMap(commandsOf).flatMap((command) => / --stage ([\w-]+)/.exec(command)?.[1] ?? []);
    expect(listed.length).toBeGreaterThan(5);
    expect(listed.filter((stage) => !shown.includes(stage))).toEqual([]);
  });
});

/** What a command `npx nondiff explain …` prints. */
async function outputOf(command: string): Promise<string> {
  const [name, ...args] = NONDIFF.exec(command)![1]!.split(" ");
  expect(name).toBe("explain");
  const printed: string[] = [];
  const write = vi.spyOn(process.stdout, "write").mockImplementation((text, done) => {
    printed.push(String(text));
    (done as (() => void) | undefined)?.();
    return true;
  });
  try {
    await explain(args);
  } finally {
    write.mockRestore();
  }
  return printed.join("").replace(/\n$/, "");
}
