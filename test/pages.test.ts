// What the pages say of the package is so: files, functions, links, the order of the folders. The rules are in support/pages.ts.
import { describe, expect, it } from "vitest";
import { gmmPicture } from "../scripts/gmm-picture.mjs";
import * as nondiff from "../src/index.ts";
import { gmm } from "../src/models/index.ts";
import { LAYERS } from "./support/layers.ts";
import { blocksOfPage, isEntry, linksOf, missing, named, type Page, pages, Sources, sources } from "./support/pages.ts";
import { textOf } from "./support/tree.ts";

const all = await pages();
const known = await sources();
const manifest = JSON.parse(await textOf("package.json")) as { exports: Record<string, unknown> };

describe("the pages", () => {
  it.each(all.map((page) => [page.path, page] as const))("%s names files and functions that exist", (_, page) => {
    expect(missing(page, known)).toEqual([]);
  });

  it.each(all.map((page) => [page.path, page] as const))("%s links to files that exist", (_, page) => {
    expect(linksOf(page).filter((path) => !known.has(path))).toEqual([]);
  });

  it("name entries that the package exports", () => {
    const entries = all.flatMap(named).filter(({ span }) => isEntry(span));
    expect(entries.length).toBeGreaterThan(5);
    for (const { span } of entries) expect(Object.keys(manifest.exports)).toContain(span.replace(/^nondiff/, "."));
  });

  it("can all be reached from the README", () => {
    const reached = new Set(["README.md"]);
    for (const path of reached)
      for (const next of all.filter((page) => page.path === path).flatMap(linksOf)) reached.add(next);
    expect(all.map(({ path }) => path).filter((path) => !reached.has(path))).toEqual([]);
  });

  it("have a README of at most 150 lines", async () => {
    expect((await textOf("README.md")).trimEnd().split("\n").length).toBeLessThanOrEqual(150);
  });

  it("show the picture that the library draws", async () => {
    const drawn = await textOf("docs/gmm.svg");
    expect(gmmPicture({ ...nondiff, gmm })).toBe(drawn);
    // A slope that is not what `corrected` gives is noticed.
    expect(gmmPicture({ ...nondiff, gmm, corrected: nondiff.reparam })).not.toBe(drawn);
  });
});

/** The folders in the order of a drawing: the first word of each of its lines that is one. */
function folders(drawing: string): string[] {
  return drawing.split("\n").flatMap((line) => /^ {2}([\w/-]+(?:\/|\.ts))(?: |$)/.exec(line)?.[1] ?? []);
}

describe("the drawing of the folders", () => {
  const drawing = (): string => {
    const page = all.find(({ path }) => path === "docs/architecture.md")!;
    return blocksOfPage(page).find(({ language, code }) => language === "text" && code.startsWith("src/"))!.code;
  };

  it("has the layers of test/support/layers.ts in their order", () => {
    expect(folders(drawing())).toEqual(LAYERS.map((layer) => (layer === "" ? "index.ts" : layer)));
  });

  it("is seen to differ where a folder is left out or two are exchanged", () => {
    const lines = drawing().split("\n");
    const at = lines.findIndex((line) => line.startsWith("  linalg/"));
    expect(folders(lines.toSpliced(at, 1).join("\n"))).not.toEqual(folders(drawing()));
    expect(folders(lines.toSpliced(at, 2, lines[at + 1]!, lines[at]!).join("\n"))).not.toEqual(folders(drawing()));
  });
});

describe("the check of the names", () => {
  const text =
    "import { type Away } from './away.ts';\n// phantom: 1\nexport function fitted(model: Model): void {}\nexport const LIMIT = 3;\n";
  const few = new Sources(
    new Map([
      ["src/a.ts", text],
      ["src/b/c.ts", "export interface Other { readonly held: number }"],
    ]),
  );
  const faults = (words: string): string[] => missing({ path: "docs/x.md", text: words } satisfies Page, few);

  it("passes what exists", () => {
    expect(
      faults("`fitted`, `fitted(model)`, `LIMIT`, `Other.held`, `src/a.ts`, `src/b/`, `src/*.ts`, `x > 0`, `z`"),
    ).toEqual([]);
    expect(faults("| `fitted` | `src/a.ts` |\n| `held` | `src/b/` |")).toEqual([]);
  });

  it("sees a file and a name that do not exist, also where only a comment or an import has it", () => {
    expect(faults("`src/d.ts`")).toEqual(["no such file: src/d.ts"]);
    expect(faults("`planFit`, and `phantom`")).toEqual(["no such name: planFit", "no such name: phantom"]);
    expect(faults("`Away`")).toEqual(["no such name: Away"]);
  });

  it("sees a name beside a file that has it not", () => {
    expect(faults("| `fitted` | `src/b/c.ts` |")).toEqual(["no such name in src/b/c.ts: fitted"]);
  });

  it("leaves blocks of code to those that run them, and sees files in drawings", () => {
    expect(faults("```js\nconst x = `planFit`;\n```\n")).toEqual([]);
    expect(faults("```text\nplanFit ──▶ src/a.ts\n```\n")).toEqual([]);
    expect(faults("```text\nplanFit ──▶ src/d.ts\n```\n")).toEqual(["no such file: src/d.ts"]);
  });
});
