/**
 * The transform turns the text of a file with plain programs into one with calls, and a source map. It needs neither Node.js nor a bundler:
 *
 *     transform('…; if (z > 0) mean = 5;', { file: "model.js" }).code
 */

import MagicString from "magic-string";
import { refuse, requireNoMore } from "../../checks/arguments.ts";
import { requireOptions } from "../../checks/options.ts";
import { RUNTIME, type Work } from "./edits.ts";
import { expression } from "./expressions.ts";
import { Fault } from "./fault.ts";
import { ENTRY, MARK, programsOf } from "./marks.ts";
import { scopesOf } from "./scopes.ts";
import { functionBody, programBody } from "./statements.ts";
import { type FunctionNode, treeOf } from "./tree.ts";
import { stripTypes } from "./types.ts";

export interface TransformOptions {
  /** The name of the file in messages and in the source map: "src/model.ts". Whether it has types is told by its ending. */
  readonly file: string;
  /** Whether types are taken out (default false: they stay, for a bundler that takes them out itself). */
  readonly stripTypes?: boolean | undefined;
}

export interface Transformed {
  readonly code: string;
  /** A source map of version 3. */
  readonly map: { readonly version: number; readonly sources: string[]; readonly mappings: string; toString(): string };
}

/** Whether a file may hold plain programs; cheap, so that others are not parsed. */
export function mayHavePrograms(code: string): boolean {
  requireNoMore("mayHavePrograms", 1, arguments);
  if (typeof code !== "string") refuse("mayHavePrograms", "source code", code, "the text of a file");
  return code.includes(ENTRY) || code.includes(MARK);
}

/**
 * Rewrites the plain programs of a file: the functions given to `defineModel` of `nondiff/plain` and those marked `/* @nondiff *\/`. Returns undefined
 * where there is nothing to rewrite. Throws SyntaxError, with file, line and column, for what is no JavaScript or TypeScript, and for a
 * mark on what is no function.
 */
export function transform(code: string, options: TransformOptions): Transformed | undefined {
  requireNoMore("transform", 2, arguments);
  if (typeof code !== "string") refuse("transform", "source code", code, "the text of a file");
  const { file, stripTypes: strips = false } = requireOptions("transform", options, {
    file: "string",
    stripTypes: "boolean",
  });
  if (file === undefined) refuse("transform", "the name of a file", file, 'the option file, such as "model.js"');
  const isTyped = /\.[cm]?tsx?$/.test(file);
  if (!mayHavePrograms(code) && !(strips && isTyped)) return undefined;
  const tree = treeOf(code, file, isTyped);
  const scopes = scopesOf(tree.file);
  const edits = new MagicString(code);
  const placeOf = lineAndColumn(code);
  let runtime = "$nd";
  while (code.includes(runtime)) runtime += "_";
  try {
    const { functions, given } = programsOf(tree, scopes);
    const work: Work = {
      code,
      edits,
      scopes,
      runtime,
      placeOf: ({ start }) => JSON.stringify(`${file}:${placeOf(start!)}`),
      overwritten: [],
      references: new Set(),
      expression: (node, around, isStatement) => expression(work, node, around, isStatement),
      body: (node, around) => functionBody(work, node, around),
    };
    const programs = new Set<unknown>(given);
    for (const node of given) {
      edits.appendRight(node.start!, `${runtime}.program(`);
      edits.prependLeft(node.end!, ")");
    }
    for (const node of outermost(functions))
      if (programs.has(node)) programBody(work, node);
      else functionBody(work, node);
    if (strips && isTyped) stripTypes(tree, work);
    if (functions.size === 0 && given.length === 0 && !(strips && isTyped)) return undefined;
    // At the end, as directives and a first line with #! stay where they are; imports are made before any code runs.
    if (functions.size > 0 || given.length > 0)
      edits.append(`\nimport * as ${runtime} from ${JSON.stringify(RUNTIME)};\n`);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw new SyntaxError(`${file}:${placeOf(error.start)}: ${error.message}`);
  }
  return { code: edits.toString(), map: edits.generateMap({ source: file, includeContent: true, hires: "boundary" }) };
}

// Functions that are inside of another are rewritten with it.
function outermost(functions: ReadonlySet<FunctionNode>): FunctionNode[] {
  const all = [...functions];
  return all.filter(
    (node) => !all.some((other) => other !== node && other.start! <= node.start! && other.end! >= node.end!),
  );
}

// "7:3" of a position.
function lineAndColumn(code: string): (at: number) => string {
  const starts = [0];
  for (let at = code.indexOf("\n"); at >= 0; at = code.indexOf("\n", at + 1)) starts.push(at + 1);
  return (at) => {
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle]! <= at) low = middle;
      else high = middle;
    }
    return `${low + 1}:${at - starts[low]! + 1}`;
  };
}
