import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { circles, importsOf, LAYERS, layerOf, reachesIntoSrc, type Source, upwardImports } from "./support/layers.ts";
import { filesIn, folderOf, textOf } from "./support/tree.ts";

const root = fileURLToPath(new URL("../src/", import.meta.url));
const paths = (await readdir(root, { recursive: true }))
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => path.endsWith(".ts"))
  .sort();
const sources: Source[] = await Promise.all(
  paths.map(async (path) => ({ path, text: await readFile(`${root}${path}`, "utf8") })),
);

// What is still to be mended: a list that may only shrink.

const MOST_FILES = 15;
const MOST_LINES = 400;

describe("the layers of src", () => {
  it("are where imports point downwards only, types included", () => {
    expect(upwardImports(sources)).toEqual([]);
  });

  it("have no circle of files", () => {
    expect(circles(sources)).toEqual([]);
  });

  it("are all in use, and every file is in a folder that the list names", () => {
    const used = new Set(paths.map((path) => LAYERS[layerOf(path)]));
    expect(LAYERS.filter((layer) => !used.has(layer))).toEqual([]);
    expect(paths.filter((path) => path.includes("/") && LAYERS[layerOf(path)] === "")).toEqual([]);
  });
});

describe("the check of the layers", () => {
  const low: Source = { path: "math/a.ts", text: "" };

  it("sees an import that points up, of a type too", () => {
    const faulty: Source = { path: "math/b.ts", text: 'import type { Model } from "../program/model.ts";' };
    expect(upwardImports([low, faulty])).toEqual([{ from: "math/b.ts", to: "program/model.ts" }]);
    const inline: Source = { path: "autodiff/graph/b.ts", text: 'type Plan = import("../tape/plan.ts").Plan;' };
    expect(upwardImports([inline])).toEqual([{ from: "autodiff/graph/b.ts", to: "autodiff/tape/plan.ts" }]);
  });

  it("sees a circle of two and one of three", () => {
    const circle = (...names: string[]): Source[] =>
      names.map((name, i) => ({
        path: `math/${name}.ts`,
        text: `export * from "./${names[(i + 1) % names.length]}.ts";`,
      }));
    expect(circles([low, ...circle("x", "y")])).toEqual([["math/x.ts", "math/y.ts"]]);
    expect(circles([...circle("x", "y", "z"), low])).toEqual([["math/x.ts", "math/y.ts", "math/z.ts"]]);
  });

  it("passes imports of the same layer and of lower ones", () => {
    const fine: Source = { path: "program/b.ts", text: 'import { a } from "../math/a.ts";\nimport "./c.ts";' };
    expect(importsOf(fine)).toEqual(["math/a.ts", "program/c.ts"]);
    expect(upwardImports([low, fine])).toEqual([]);
  });
});

describe("folders and files of src", () => {
  it(`lie at most ${MOST_FILES} side by side`, () => {
    const count = new Map<string, number>();
    for (const path of paths) {
      const folder = path.slice(0, path.lastIndexOf("/") + 1);
      count.set(folder, (count.get(folder) ?? 0) + 1);
    }
    expect([...count].filter(([, files]) => files > MOST_FILES)).toEqual([]);
  });

  it(`have at most ${MOST_LINES} lines`, () => {
    const lines = sources.map(({ path, text }) => [path, text.trimEnd().split("\n").length] as const);
    expect(lines.filter(([, count]) => count > MOST_LINES)).toEqual([]);
  });
});

describe("bench and scripts", () => {
  /** The files that reach into src but the one that may. */
  const reaching = async (folder: string, only: string, ...endings: readonly string[]): Promise<string[]> => {
    const paths = await filesIn(folder, ...endings);
    expect(paths).toContain(only);
    const texts = await Promise.all(paths.map(async (path) => ({ path, text: await textOf(path) })));
    return texts.filter(({ path, text }) => path !== only && reachesIntoSrc(text)).map(({ path }) => path);
  };

  it("reach into src through one file each", async () => {
    expect(await reaching("bench", "bench/library.ts", ".ts", ".mjs")).toEqual([]);
    expect(await reaching("scripts", "scripts/library.mjs", ".mjs")).toEqual([]);
  });

  it("would be seen to reach by an import, by a path and in a module's text, but not in a comment", () => {
    for (const text of [
      'import { fit } from "../src/index.ts";',
      'const page = "src/cli/report/page.ts";',
      'const text = `export * from "./src/core.ts";`;',
      'new URL("../../src/index.ts", import.meta.url)',
    ])
      expect(reachesIntoSrc(text)).toBe(true);
    expect(reachesIntoSrc('// as in `src/random/threefry.ts`\nrequire("webppl/src/util.js");')).toBe(false);
  });

  it(`lie at most ${MOST_FILES} side by side`, async () => {
    const files = await filesIn("bench", ".ts", ".mjs", ".md");
    expect(files.filter((path) => folderOf(path) === "bench").length).toBeLessThanOrEqual(MOST_FILES);
  });
});
