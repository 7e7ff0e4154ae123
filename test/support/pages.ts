/**
 * The pages that people read, as data: code blocks, links, and what is named in backticks. The rules that tests hold them to:
 *
 * - What has a slash or the ending of a file, as `src/math/erf.ts`, is a path from the root of the package and exists; so is every
 *   link. `docs/*.md` stands for all that fit, of which there is at least one.
 * - A name, as `planCorrection`, `Engine.plan` or `fit(model)`, is declared somewhere in the sources. In a row of a table that
 *   names files or folders, it is declared in one of these.
 *   Names of one letter are mathematics, and what the platform declares, as `Math.random`, is listed below.
 * - The entries of the package, as `nondiff/core`, are exported; commands and scripts exist and take the options that are named.
 */
import { filesIn, textOf } from "./tree.ts";

export interface Page {
  readonly path: string;
  readonly text: string;
}

export interface Block {
  readonly page: string;
  readonly language: string;
  readonly code: string;
  readonly line: number;
  /** The text block right behind it: what it prints. */
  readonly printed?: string;
}

export async function pages(): Promise<Page[]> {
  const paths = ["README.md", "CONTRIBUTING.md", ...(await filesIn("docs", ".md"))];
  return Promise.all(paths.map(async (path) => ({ path, text: await textOf(path) })));
}

const FENCED = /^```(\w*)\n([\s\S]*?)^```$/gm;

export function blocksOfPage({ path, text }: Page): Block[] {
  return [...text.matchAll(FENCED)].map(({ 0: all, 1: language, 2: code, index }) => {
    const printed = /^\n\n```text\n([\s\S]*?)^```$/m.exec(text.slice(index + all.length));
    return {
      page: path,
      language: language!,
      code: code!,
      line: text.slice(0, index).split("\n").length,
      ...(printed?.index === 0 && { printed: printed[1]! }),
    };
  });
}

/** What stands in backticks, with the line it stands on; of blocks of code the paths in drawings alone. */
export function named(page: Page): { readonly span: string; readonly line: string }[] {
  const drawn = blocksOfPage(page)
    .filter(({ language }) => language === "text")
    .flatMap(({ code }) => code.match(/\bsrc\/[\w.-][\w./-]*/g) ?? []);
  return page.text
    .replace(FENCED, "")
    .split("\n")
    .flatMap((line) => [...line.matchAll(/`([^`]+)`/g)].map(([, span]) => ({ span: span!, line })))
    .concat(drawn.map((span) => ({ span, line: span })));
}

/** Targets of links within the package, as paths from its root. */
export function linksOf({ path, text }: Page): string[] {
  const local = [...text.replace(FENCED, "").matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)];
  return local.map(([, target]) => new URL(target!, `file:///${path}`).pathname.slice(1));
}

const ENTRY = /^nondiff(\/[\w.-]+)?$/;
const PATH = /^[\w.*-]+(\/[\w.*-]+)*\/?$/;
const FILE_ENDING = /\.(ts|mjs|js|md|json|svg|yml|c)$/;
const NAME = /^([A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*)(\(.*\))?$/;

export const isEntry = (span: string): boolean => ENTRY.test(span);
export const isPath = (span: string): boolean =>
  !isEntry(span) && PATH.test(span) && (span.includes("/") || FILE_ENDING.test(span));

/** The names in `Engine.plan(graph)`: Engine, plan. Those of one letter are mathematics. */
export function namesIn(span: string): string[] {
  const [, dotted] = (!isPath(span) && NAME.exec(span)) || [];
  return dotted?.split(".").filter((name) => name.length > 1) ?? [];
}

/** Names that the sources use and the platform declares. */
const PLATFORM = new Set(
  "eval Function Math AbortSignal fetch Float64Array Map NaN TypeError RangeError undefined true false".split(" "),
);

/** The sources as what declares names. */
export class Sources {
  readonly #code: ReadonlyMap<string, string>;
  readonly #files: readonly string[];

  /** Of texts by path; comments and imports do not count. */
  constructor(texts: ReadonlyMap<string, string>, files: readonly string[] = [...texts.keys()]) {
    this.#code = new Map([...texts].map(([path, text]) => [path, declarations(text)]));
    this.#files = files;
  }

  /** Whether a path, a folder with a slash behind it, or a pattern with `*` in it is there. */
  has(path: string): boolean {
    return this.#below(path).length > 0;
  }

  /** Whether a name is declared in one of the files, or of the files in one of the folders; by default anywhere. */
  declares(name: string, paths?: readonly string[]): boolean {
    if (PLATFORM.has(name)) return true;
    const found = paths ? paths.flatMap((path) => this.#below(path)) : this.#files;
    const declared = new RegExp(
      [
        `\\b(?:function\\*?|const|let|class|interface|type)\\s+${name}\\b`,
        `\\b${name}\\??:`, // a property, a parameter
        `^\\s*(?:(?:readonly|static|async|get)\\s+)*\\*?${name}(?:<.*>)?\\(.*\\{$`, // a method
        `^\\s*${name},$`, // one of several, each in a line of its own
        `"${name}"`, // the name of an option, an instruction, a site
      ].join("|"),
      "m",
    );
    // Most files do not have the name at all, which is found out in a tenth of the time.
    return found.some((path) => {
      const text = this.#code.get(path) ?? "";
      return text.includes(name) && declared.test(text);
    });
  }

  #below(path: string): string[] {
    const pattern = path.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", "[^/]*");
    const whole = new RegExp(`^${pattern}${path.endsWith("/") ? "" : "(/|$)"}`);
    return this.#files.filter((file) => whole.test(file));
  }
}

/** What declares: neither comments nor imports do. */
function declarations(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/(^|\s)\/\/ .*$/gm, "$1")
    .replace(/^import [\s\S]*?;$/gm, "");
}

export async function sources(): Promise<Sources> {
  const code = await Promise.all(
    ["src", "test", "bench", "scripts", "adapters"].map((folder) => filesIn(folder, ".ts", ".mjs")),
  );
  const texts = await Promise.all(code.flat().map(async (path) => [path, await textOf(path)] as const));
  const others = await Promise.all(
    ["adapters", "docs", "examples", "bench", "test", "scripts", "gallery", "posteriordb-jumps"].map((folder) =>
      filesIn(folder, ""),
    ),
  );
  const top = [
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "CHANGELOG.md",
    "LICENSE",
    "package.json",
    "tsconfig.json",
    "vitest.config.ts",
  ];
  return new Sources(new Map(texts), [...new Set([...code.flat(), ...others.flat(), ...top])]);
}

/** What a page names and the sources have not, each with the line it stands on. */
export function missing(page: Page, known: Sources): string[] {
  return named(page).flatMap(({ span, line }) => {
    if (isPath(span)) return known.has(span) ? [] : [`no such file: ${span}`];
    const beside = line.startsWith("|")
      ? [...line.matchAll(/`([^`]+)`/g)].map(([, other]) => other!).filter(isPath)
      : [];
    const where = beside.filter((path) => known.has(path));
    return namesIn(span)
      .filter((name) => !known.declares(name, where.length > 0 ? where : undefined))
      .map((name) => `no such name${where.length > 0 ? ` in ${where.join(", ")}` : ""}: ${name}`);
  });
}
