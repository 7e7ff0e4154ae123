// Tests mirror `src`: what tests src/roots/… lies in test/roots/…, and what tests the package as a whole lies at the top of test.
import { describe, expect, it, test } from "vitest";
import { APART, LONG, longFirst } from "./support/order.ts";
import { filesIn, folderOf, textOf } from "./support/tree.ts";

/** Folders of test that mirror no folder of src. */
const OTHERS = ["test", "test/bench", "test/posteriordb", "test/support", "test/oracle", "test/fixtures"];

/** The folders of src whose files a test imports: "src/roots" of `../../src/roots/finder.ts`; "src" of an entry. */
function reached(path: string, text: string): string[] {
  const imports = [...text.matchAll(/\bfrom "(\.{1,2}\/[^"]+)"/g)].map(([, specifier]) => specifier!);
  return imports
    .map((specifier) => new URL(specifier, `file:///${path}`).pathname.slice(1))
    .filter((to) => to.startsWith("src/"))
    .map(folderOf);
}

/** Folders of tests without a counterpart in src. */
const strayFolders = (tests: readonly string[], folders: ReadonlySet<string>): string[] =>
  [...new Set(tests.map(folderOf))].filter(
    (folder) => !OTHERS.includes(folder) && !folders.has(folder.replace(/^test/, "src")),
  );

/**
 * Whether a test imports nothing of the folder that it mirrors, of those within it and of the faces of those around it:
 * test/autodiff/tape/a.test.ts may do with src/autodiff/index.ts, but if it imports src/math/erf.ts alone it belongs into test/math.
 */
function strays(path: string, text: string): boolean {
  const home = folderOf(path).replace(/^test/, "src");
  return !reached(path, text).some((folder) => `${home}/`.startsWith(`${folder}/`) || folder.startsWith(`${home}/`));
}

const tests = await filesIn("test", ".test.ts");
const folders = new Set((await filesIn("src", ".ts")).map(folderOf).flatMap(withParents));

function withParents(folder: string): string[] {
  return folder.includes("/") ? [folder, ...withParents(folderOf(folder))] : [folder];
}

describe("the folders of test", () => {
  it("have a counterpart in src", () => {
    expect(strayFolders(tests, folders)).toEqual([]);
  });

  it("hold tests of their counterpart", async () => {
    const texts = await Promise.all(tests.map(async (path) => ({ path, text: await textOf(path) })));
    const mirrored = texts.filter(({ path }) => !OTHERS.includes(folderOf(path)));
    expect(mirrored.filter(({ path, text }) => strays(path, text)).map(({ path }) => path)).toEqual([]);
    expect(mirrored.length).toBeGreaterThan(40);
  });
});

test("files that are told to begin first are there, once", () => {
  const first = [...APART, ...LONG];
  expect(first.filter((file) => !tests.includes(file))).toEqual([]);
  expect(new Set(first).size).toBe(first.length);
});

test("files that need an engine of their own begin first, long ones next, the longest of them first, and the others as they would", () => {
  const others = ["test/b.test.ts", "test/a.test.ts"];
  const [[apart], [longest, second]] = [APART, LONG];
  const files = [others[0]!, second!, apart!, others[1]!, longest!];
  expect(longFirst(files, (file) => file)).toEqual([apart, longest, second, ...others]);
  expect(files[0]).toBe(others[0]); // the list that was given stays as it is
});

describe("the check of the folders", () => {
  it("sees a folder that src has not", () => {
    expect(strayFolders(["test/roots/a.test.ts", "test/special/a.test.ts", "test/b.test.ts"], folders)).toEqual([
      "test/special",
    ]);
  });

  it("sees a test that tests another folder", () => {
    const text = 'import { erf } from "../../src/math/erf.ts";\nimport { x } from "./x.ts";';
    expect(strays("test/roots/a.test.ts", text)).toBe(true);
    expect(strays("test/math/a.test.ts", text)).toBe(false);
    expect(strays("test/autodiff/a.test.ts", 'import { OPS } from "../../src/autodiff/ops/all-ops.ts";')).toBe(false);
  });
});
