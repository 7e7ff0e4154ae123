/**
 * Latents that exist in one arm only and are used outside of it. In
 *
 *     branch(gt(z, 0), () => void (x = sample("x", normal(0, 1))));
 *     observe(normal(x, 1), 2);
 *
 * the data depend on x where z ≤ 0 too, but there x has no prior. Such a program is refused; where x is returned from the branch,
 * the other arm says what is there in its place.
 */
import type { Graph } from "../../autodiff/graph/graph.ts";
import { append } from "../../autodiff/graph/multimap.ts";
import { substitute } from "../../autodiff/graph/substitute.ts";
import { CODE } from "../../autodiff/ops/codes.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import type { Term, Trace } from "../run.ts";

/** Conditions with the truth value that each is given. */
type Case = ReadonlyMap<NodeId, boolean>;

/** Throws TypeError if a term depends on a latent where that does not exist. */
export function requireNoEscapes({ model, graph, latents, finite, terms }: Trace): void {
  const inArms = [...latents, ...finite].filter(({ live }) => !graph.isConstant(live));
  if (inArms.length === 0) return;
  const isInArm = new Set(inArms.map(({ node }) => node));
  const readers = new Map<NodeId, Term[]>();
  for (const term of terms)
    for (const below of graph.reachable([term.node])) if (isInArm.has(below)) append(readers, below, term);
  for (const { name, node, live } of inArms) {
    // Terms of its own arm are 0 elsewhere.
    const others = (readers.get(node) ?? []).filter((term) => term.live !== live);
    if (others.length === 0) continue;
    for (const dead of casesOf(graph, live, false)) {
      const map = new Map([...dead].map(([mask, truth]) => [mask, graph.truth(truth)]));
      const left = substitute(
        graph,
        others.map((term) => term.node),
        map,
      );
      const escaped = left.findIndex((root) => graph.reachable([root]).includes(node));
      if (escaped >= 0)
        throw new TypeError(
          `sample "${name}": used outside of the arm in which it exists, at ${others[escaped]!.site} of model "${model.name}"; expected its branch to return it, with what holds in the other arm`,
        );
    }
  }
}

// The ways in which a mask has a truth value: of "p and q" being false, p being false and q being false.
function casesOf(graph: Graph, mask: NodeId, truth: boolean): Case[] {
  if (graph.isConstant(mask)) return (graph.value(mask) !== 0) === truth ? [new Map()] : [];
  const [x, y] = [graph.a[mask]!, graph.b[mask]!];
  const code = graph.op[mask];
  if (code === CODE.not) return casesOf(graph, x, !truth);
  if (code !== CODE.and && code !== CODE.or) return [new Map([[mask, truth]])];
  const [first, second] = [casesOf(graph, x, truth), casesOf(graph, y, truth)];
  if ((code === CODE.and) !== truth) return [...first, ...second];
  return first.flatMap((p) => second.map((q): Case => new Map([...p, ...q])));
}
