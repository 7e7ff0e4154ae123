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

/** The objective after a pass. */
export interface Stage {
  readonly pass: Pass;
  readonly objective: Objective;
}

/** The objective after all passes, in their order. */
export function rewritten(passes: readonly Pass[], objective: Objective): Objective {
  return finished(rewriting(passes, objective)).at(-1)?.objective ?? objective;
}

/** The objective after each pass, in pieces. */
export function* rewriting(passes: readonly Pass[], original: Objective): Pieces<Stage[]> {
  let objective = original;
  const stages: Stage[] = [];
  for (const pass of passes) {
    yield;
    objective = yield* piecesOf(pass.run, objective);
    stages.push({ pass, objective });
  }
  return stages;
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
