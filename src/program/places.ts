/**
 * Where in the user's own file the conditions and sites of a plain program stand, as "model.js:7:3", for `explain`. Programs of function calls
 * have no such places: nobody told where they stand.
 */
import type { Graph } from "../autodiff/graph/graph.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import type { Program } from "./model.ts";

const CONDITIONS: WeakMap<Graph, Map<NodeId, string>> = /* @__PURE__ */ new WeakMap();
const SITES: WeakMap<Program, Map<string, string>> = /* @__PURE__ */ new WeakMap();

/** Notes where a condition stands, unless it is already known to stand somewhere. */
export function noteCondition(graph: Graph, condition: NodeId, place: string): void {
  note(CONDITIONS, graph, condition, place);
}

/** Notes where a site such as `observe "y3"` stands; in a loop all its sites stand at one place. */
export function noteSite(program: Program, site: string, place: string): void {
  note(SITES, program, site, place);
}

/** The conditions of a graph with their places. */
export function conditionPlaces(graph: Graph): ReadonlyMap<NodeId, string> {
  return CONDITIONS.get(graph) ?? new Map();
}

/** The place of a site; undefined where nobody told it. */
export function sitePlace(program: Program, site: string): string | undefined {
  return SITES.get(program)?.get(site);
}

function note<K extends object, T>(places: WeakMap<K, Map<T, string>>, owner: K, what: T, place: string): void {
  let own = places.get(owner);
  if (!own) {
    own = new Map();
    places.set(owner, own);
  }
  if (!own.has(what)) own.set(what, place);
}
