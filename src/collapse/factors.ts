/**
 * Factors of finite variables as tables of nodes: a term of the log joint density for every value of the variables that it reads.
 * log N(y; where(z > 1, 2, 3), 1) is the table [log N(y; 3, 1), log N(y; 2, 1)] over z.
 *
 * What a term reads ends at the conditions on summed-out latents. In s₂ = where(e₂ > s₁, 1, 0) a term with s₂ reads e₂ alone, and
 * that e₂ was compared with s₁ concerns the prior mass of e₂: so a recursion becomes a chain of small tables.
 */
import type { Graph } from "../autodiff/graph/graph.ts";
import { append } from "../autodiff/graph/multimap.ts";
import { substitute } from "../autodiff/graph/substitute.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import type { Owners, Variable } from "./variable.ts";

/** One variable of a factor, seen as runs of values between which the factor does not distinguish. */
export interface Axis {
  readonly variable: number;
  /** The first value of each run. */
  readonly starts: readonly number[];
}

export interface Factor {
  /** Ascending by variable. */
  readonly axes: readonly Axis[];
  /** By run of each axis, the last axis fastest. */
  readonly entries: readonly NodeId[];
}

/** What nodes read of the variables, ending at these reads: by variable, ascending. */
export function readsOf(graph: Graph, roots: readonly NodeId[], owners: Owners): Map<number, NodeId[]> {
  const found = new Map<number, NodeId[]>();
  const seen = new Set(roots);
  // A set goes on to what is added while it is walked.
  for (const node of seen) {
    const owner = owners.get(node);
    if (owner !== undefined) append(found, owner, node);
    else for (const operand of graph.operands(node)) seen.add(operand);
  }
  return new Map([...found].sort(([p], [q]) => p - q));
}

/** The table of what `nodesAt` gives by the values of the variables that it reads; `own` adds an axis of all values. */
export function tableOf(
  graph: Graph,
  variables: readonly Variable[],
  reads: ReadonlyMap<number, readonly NodeId[]>,
  nodeAt: (values: ReadonlyMap<number, number>) => NodeId,
  own?: number,
): Factor {
  const scope = [...new Set([...reads.keys(), ...(own === undefined ? [] : [own])])].sort((p, q) => p - q);
  const axes = scope.map((v) => ({
    variable: v,
    starts: v === own ? variables[v]!.logMasses.map((_, value) => value) : variables[v]!.runs(reads.get(v)!),
  }));
  const values = new Map<number, number>();
  const entries = combinations(axes).map((runs) => {
    axes.forEach(({ variable, starts }, i) => {
      values.set(variable, starts[runs[i]!]!);
    });
    const map = new Map<NodeId, NodeId>();
    for (const [v, nodes] of reads)
      if (v !== own) for (const read of nodes) map.set(read, variables[v]!.readAt(read, values.get(v)!));
    return substitute(graph, [nodeAt(values)], map)[0]!;
  });
  return { axes, entries };
}

/** All choices of a run for each axis, the last axis fastest. */
export function combinations(axes: readonly Axis[]): number[][] {
  let found: number[][] = [[]];
  for (const { starts } of axes) found = found.flatMap((head) => starts.map((_, run) => [...head, run]));
  return found;
}

/** Looks up an entry by the values of the variables. */
export function lookup({ axes, entries }: Factor, sizes: readonly number[]): (values: readonly number[]) => NodeId {
  const runOf = axes.map(({ variable, starts }) => {
    const runs = new Int32Array(sizes[variable]!);
    starts.forEach((start, run) => {
      runs.fill(run, start, starts[run + 1]);
    });
    return runs;
  });
  return (values) => {
    let at = 0;
    axes.forEach(({ variable, starts }, i) => {
      at = at * starts.length + runOf[i]![values[variable]!]!;
    });
    return entries[at]!;
  };
}
