/**
 * How the terms of a trace read its latents: which of them move a term by themselves, and which only switch conditions. In
 * log N(y; x + where(z > 1, 2, 3), 1) x moves the term, and z is read through z > 1 alone.
 */
import type { Graph } from "../autodiff/graph/graph.ts";
import { CODE } from "../autodiff/ops/codes.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import type { Pieces } from "../pieces/pieces.ts";
import type { Trace } from "../program/trace.ts";

/** The site of a latent's own prior. */
export function priorSite(name: string): string {
  return `sample "${name}"`;
}

/** How one latent is read. */
export interface Reading {
  /** The conditions that it moves by itself, in order. */
  readonly conditions: readonly NodeId[];
  /** The nodes that it moves by itself, conditions not included. */
  readonly moved: ReadonlySet<NodeId>;
}

const NOBODY = -1;
const SEVERAL = -2;

export class Dependence {
  readonly graph: Graph;
  readonly #trace: Trace;
  /** The users of all nodes, those of node i from place i on to before place i + 1. */
  readonly #users: Int32Array;
  readonly #places: Int32Array;
  /** The one term that a node moves, by node; NOBODY where it moves none, SEVERAL where it moves more. */
  readonly #moves: Int32Array;
  readonly #checked: ReadonlySet<NodeId>;

  /** That of a trace, in pieces. */
  static *of(trace: Trace): Pieces<Dependence> {
    const { graph, terms, checks } = trace;
    const nodes = graph.reachable([...terms, ...checks.map(({ ok }) => ({ node: ok }))].map(({ node }) => node));
    yield;
    const places = placesOf(graph, nodes);
    yield;
    const users = usersOf(graph, nodes, places);
    yield;
    return new Dependence(trace, nodes, places, users);
  }

  private constructor(trace: Trace, nodes: readonly NodeId[], places: Int32Array, users: Int32Array) {
    const { graph, terms, checks } = trace;
    this.#trace = trace;
    this.graph = graph;
    this.#places = places;
    this.#users = users;
    const stated = checks.map(({ ok }) => ok);
    const checked = new Set(stated);
    // A set goes on to what is added while it is walked. What conditions alone read is switched by them.
    for (const node of checked)
      if (graph.op[node] !== CODE.positive) for (const operand of graph.operands(node)) checked.add(operand);
    this.#checked = checked;
    const moves = new Int32Array(graph.size).fill(NOBODY);
    const join = (node: NodeId, term: number): void => {
      const known = moves[node]!;
      moves[node] = known === NOBODY || known === term ? term : SEVERAL;
    };
    terms.forEach(({ node }, t) => {
      join(node, t);
    });
    for (let at = nodes.length - 1; at >= 0; at--) {
      const node = nodes[at]!;
      const term = moves[node]!;
      if (term === NOBODY || graph.op[node] === CODE.positive) continue;
      for (let j = graph.arity(node) - 1; j >= 0; j--) join(graph.operand(node, j), term);
    }
    this.#moves = moves;
  }

  /** Why a latent's value itself is asked for, in words; undefined if only conditions ask, and the site of its own prior. */
  use(input: NodeId, own: string): string | undefined {
    const term = this.#moves[input]!;
    if (this.#checked.has(input)) return "a range that the program states depends on it";
    if (term === SEVERAL) return "its value is used outside of conditions";
    const site = term === NOBODY ? undefined : this.#trace.terms[term]!.site;
    return site === undefined || site === own ? undefined : `its value is used at ${site}`;
  }

  /** The conditions on a latent; linear in what it moves. */
  reading(input: NodeId): Reading {
    const { graph } = this;
    const moved = new Set([input]);
    const conditions = new Set<NodeId>();
    // A set goes on to what is added while it is walked.
    for (const node of moved)
      for (let at = this.#places[node]!; at < (this.#places[node + 1] ?? 0); at++) {
        const user = this.#users[at]!;
        (graph.op[user] === CODE.positive ? conditions : moved).add(user);
      }
    return { conditions: [...conditions].sort((p, q) => p - q), moved };
  }
}

// Where the users of each node begin, and at last where all end.
function placesOf(graph: Graph, nodes: readonly NodeId[]): Int32Array {
  const places = new Int32Array(graph.size + 1);
  for (const node of nodes) for (let j = graph.arity(node) - 1; j >= 0; j--) places[graph.operand(node, j) + 1]!++;
  for (let node = 0; node < graph.size; node++) places[node + 1]! += places[node]!;
  return places;
}

function usersOf(graph: Graph, nodes: readonly NodeId[], places: Int32Array): Int32Array {
  const next = places.slice();
  const users = new Int32Array(places[graph.size]!);
  for (const node of nodes)
    for (let j = graph.arity(node) - 1; j >= 0; j--) users[next[graph.operand(node, j)]!++] = node;
  return users;
}
