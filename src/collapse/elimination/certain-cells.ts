/**
 * Sums of which all but one summand are impossible. A switch that is drawn as q ~ N(target, 0.001) and read as q > 0.5 is where its target
 * is, up to a probability of e^−125007: of its two values one has all of the mass, and which one the conditions of the target say. Then
 *
 *     log(exp(where(c, 0, −125007) + f) + exp(where(c, −125007, 0) + g))   becomes   where(c, f, g),
 *
 * without exponentials, and what jumps across c is f − g alone.
 */
import type { Graph } from "../../autodiff/graph/graph.ts";
import { logSumPieces } from "../../autodiff/log-sum-exp.ts";
import { CODE } from "../../autodiff/ops/codes.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import { mapped } from "../../pieces/lists.ts";
import type { Pieces } from "../../pieces/pieces.ts";

/**
 * A value is left out whose log mass, with what is added to it as a number, lies so far below that of another. What is added as a function
 * of other latents would have to make up for 50,000 nats: a normal density at 316 sd, or 1 nat from each of 50,000 observations.
 */
const NO_MASS = -50_000;

/** With more cases than this a sum stays one. */
const MOST_CASES = 8;

/** How deep inside of a sum its log masses are looked for. */
const DEPTH = 4;

/** A summand as log masses that conditions choose, and what is added to them. */
interface Summand {
  readonly masses: readonly NodeId[];
  readonly rest: readonly NodeId[];
  readonly node: NodeId;
}

type Truths = ReadonlyMap<NodeId, boolean>;

/** Nodes of a piece of the work. */
const EACH = 256;

/** log Σ exp(nodes), by cases where conditions decide which of them have mass. */
export function* logSumOfPossible(graph: Graph, nodes: readonly NodeId[]): Pieces<NodeId> {
  if (!nodes.some((node) => hasDeciding(graph, node, DEPTH))) return yield* logSumPieces(graph, nodes);
  const summands = yield* mapped(nodes, EACH, (node) => split(graph, node));
  yield;
  return (yield* byCases(graph, summands)) ?? (yield* logSumPieces(graph, nodes));
}

function* byCases(graph: Graph, summands: readonly Summand[]): Pieces<NodeId | undefined> {
  let cases = 0;
  const sumUnder = function* (truths: Truths): Pieces<NodeId | undefined> {
    const found: { readonly node: NodeId; readonly level: number }[] = [];
    for (const { masses, rest, node } of summands) {
      const known = masses.map((mass) => under(graph, mass, truths));
      const open = known.find((mass) => !graph.isConstant(mass));
      if (open !== undefined) {
        const condition = graph.a[open]!;
        const held = yield* sumUnder(new Map([...truths, [condition, true]]));
        const failed = yield* sumUnder(new Map([...truths, [condition, false]]));
        return held === undefined || failed === undefined ? undefined : graph.algebra.where(condition, held, failed);
      }
      const parts = [...known, ...rest];
      const level = parts.reduce((sum, part) => sum + (graph.isConstant(part) ? graph.value(part) : 0), 0);
      found.push({ node: known.length > 0 ? graph.sum(parts) : node, level });
    }
    const most = found.reduce((most, { level }) => Math.max(most, level), -Infinity);
    const possible = found.filter(({ level }) => !(level < most + NO_MASS)).map(({ node }) => node);
    cases++;
    return cases > MOST_CASES ? undefined : yield* logSumPieces(graph, possible);
  };
  return yield* sumUnder(new Map());
}

// A sum as its summands, those that are log masses with a value that counts as none apart.
function split(graph: Graph, node: NodeId): Summand {
  const masses: NodeId[] = [];
  const rest: NodeId[] = [];
  const take = (part: NodeId, depth: number): void => {
    if (isDeciding(graph, part)) masses.push(part);
    else if (depth > 0 && graph.op[part] === CODE.add) {
      take(graph.a[part]!, depth - 1);
      take(graph.b[part]!, depth - 1);
    } else rest.push(part);
  };
  take(node, DEPTH);
  return { masses, rest, node };
}

// Whether `split` finds a log mass in a sum.
function hasDeciding(graph: Graph, node: NodeId, depth: number): boolean {
  if (isDeciding(graph, node)) return true;
  if (depth === 0 || graph.op[node] !== CODE.add) return false;
  return hasDeciding(graph, graph.a[node]!, depth - 1) || hasDeciding(graph, graph.b[node]!, depth - 1);
}

// Whether a number, or one of the numbers between which a node chooses, is no mass; undefined for other nodes.
function isDeciding(graph: Graph, node: NodeId, depth = DEPTH): boolean | undefined {
  if (graph.isConstant(node)) return graph.value(node) < NO_MASS;
  if (depth === 0 || graph.op[node] !== CODE.where) return undefined;
  const held = isDeciding(graph, graph.b[node]!, depth - 1);
  const failed = held === undefined ? undefined : isDeciding(graph, graph.c[node]!, depth - 1);
  return failed === undefined ? undefined : held || failed;
}

// A choice between numbers where some of its conditions are known.
function under(graph: Graph, node: NodeId, truths: Truths): NodeId {
  if (graph.op[node] !== CODE.where) return node;
  const known = truths.get(graph.a[node]!);
  const [held, failed] = [graph.b[node]!, graph.c[node]!];
  if (known !== undefined) return under(graph, known ? held : failed, truths);
  return graph.algebra.where(graph.a[node]!, under(graph, held, truths), under(graph, failed, truths));
}
