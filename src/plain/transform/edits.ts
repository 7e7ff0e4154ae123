/**
 * Edits of a file that keep every token in its line: what is put between tokens has no line break, and what is taken out leaves its line breaks
 * behind. So a place in the result is in the same line of the source, with or without a source map.
 */
import type MagicString from "magic-string";
import type { Scopes } from "./scopes.ts";
import type { FunctionNode, Node } from "./tree.ts";

/** The module that transformed code imports. */
export const RUNTIME = "nondiff/plain/runtime";

/** What the code around a node allows. */
export interface Around {
  /** Where the function returns to: its caller, or the decision whose arm the code is. */
  readonly returns: "native" | "completion";
  /** Whether it is in a switch, a try, under a label or in a loop that stays as it is, from where no arm can return. */
  readonly isBound: boolean;
  /** Jumps that stay as they are: "break", "continue" and "outer" with a loop or label around that is no arm's. */
  readonly jumps: ReadonlySet<string>;
  /** Whether arms may wait, and so cannot become functions. */
  readonly isAsync: boolean;
  /** Whether the code may be in an arm when it runs. */
  readonly isArm: boolean;
}

/** The file that is being rewritten. */
export interface Work {
  readonly code: string;
  readonly edits: MagicString;
  readonly scopes: Scopes;
  /** The name of the runtime in the file. */
  readonly runtime: string;
  /** The place of a node as a string literal: `"model.js:7:3"`. */
  readonly placeOf: (node: Node) => string;
  /** Ranges that were overwritten. */
  readonly overwritten: { readonly start: number; readonly end: number }[];
  /** Members that are called, assigned to or deleted: their object and name count, not their value alone. */
  readonly references: Set<Node>;
  readonly expression: (node: Node | null | undefined, around: Around, isStatement?: boolean) => undefined;
  readonly body: (node: FunctionNode, around: Around) => undefined;
}

/** Puts text before a node; what is put before the same node later comes after it. A keyword without a space before the node, as in `of[1, 2]`, gets one. */
export function open({ code, edits }: Work, { start }: Node, text: string): void {
  edits.appendRight(start!, /[\p{ID_Continue}$]/u.test(code.charAt(start! - 1)) ? ` ${text}` : text);
}

/** Puts text after a node; what is put after the same node later comes before it. */
export function close({ edits }: Work, { end }: Node, text: string): void {
  edits.prependLeft(end!, text);
}

/** Puts text before a position, where a block ends; what is put there later comes before it. */
export function closeAt({ edits }: Work, position: number, text: string): void {
  edits.prependRight(position, text);
}

/** Puts text in place of what stands from one position to another. */
export function between({ code, edits, overwritten }: Work, start: number, end: number, text: string): void {
  if (start === end) {
    edits.appendLeft(start, text);
    return;
  }
  edits.update(start, end, text + code.slice(start, end).replaceAll(/[^\n]/g, ""));
  overwritten.push({ start, end });
}
