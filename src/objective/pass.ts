/**
 * A pass rewrites an objective: peeling, for instance, turns a program with `exp(z) > 1` into one with `z > 0`. Which passes an
 * estimator makes, and in which order, is a list. So the program after each of them can be printed (`nondiff explain MODEL
 * --stage NAME`), and each can be tested alone: expression in, printed condition out.
 */
import type { NodeId } from "../autodiff/ops/op.ts";
import { finished, type Pieces, type Piecewise, piecesOf } from "../pieces/pieces.ts";
import { type Objective, withTerms } from "./objective.ts";

export interface Pass {
  /** By which it is asked for and reported, such as "peeling". */
  readonly name: string;
  /** What it does to a program, in a sentence. */
  readonly sentence: string;
  /** The rewritten objective; the very same one where there is nothing to rewrite. */
  readonly run: Piecewise<readonly [objective: Objective], Objective>;
}

/** The objective after all passes, in their order; `onPass` sees it after each of them. */
export function rewritten(
  passes: readonly Pass[],
  objective: Objective,
  onPass?: (pass: Pass, objective: Objective) => void,
): Objective {
  return finished(rewriting(passes, objective, onPass));
}

/** `rewritten` in pieces. */
export function* rewriting(
  passes: readonly Pass[],
  objective: Objective,
  onPass?: (pass: Pass, objective: Objective) => void,
): Pieces<Objective> {
  let current = objective;
  for (const pass of passes) {
    yield;
    current = yield* piecesOf(pass.run, current);
    onPass?.(pass, current);
  }
  return current;
}

/** The objective with other nodes for its terms, one for one; the very same objective where the nodes are. */
export function withNodes(objective: Objective, nodes: readonly NodeId[]): Objective {
  const { terms } = objective;
  if (terms.every(({ node }, j) => node === nodes[j])) return objective;
  return withTerms(
    objective,
    terms.map((term, j) => ({ ...term, node: nodes[j]! })),
  );
}
