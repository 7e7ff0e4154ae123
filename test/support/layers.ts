/**
 * The layers of `src`, lowest first: a file may import from its own layer and from those above it in this list, so that data
 * flows one way. `estimators/corrected.ts` may use `boundaries/plan.ts`; the other way round is an error. The layer of a file
 * is the longest entry that its path begins with.
 */
export const LAYERS = [
  "checks/",
  "pieces/",
  "math/",
  "linalg/",
  "random/",
  "autodiff/ops/",
  "autodiff/graph/",
  "autodiff/tape/",
  "autodiff/tape/passes/",
  "autodiff/planners/",
  "autodiff/lanes/",
  "autodiff/",
  "roots/",
  "transforms/",
  "distributions/",
  "program/",
  "collapse/",
  "guides/",
  "objective/",
  "conditions/",
  "boundaries/find/",
  "boundaries/move/",
  "boundaries/jump/",
  "boundaries/check/",
  "boundaries/lines/",
  "boundaries/",
  "boundaries/nets/",
  "estimators/draw/",
  "estimators/estimator.ts",
  "estimators/",
  "inference/",
  "models/",
  "plain/runtime/",
  "plain/transform/",
  "plain/node/",
  "",
  "methods/",
  "shards/",
  "verify/reference/",
  "verify/sampler/",
  "verify/",
  "testing/kinds/",
  "testing/",
  "plain/functions.ts",
  "plain/",
  "cli/",
] as const;

export interface Source {
  /** Relative to `src`, with slashes. */
  readonly path: string;
  readonly text: string;
}

export interface Fault {
  readonly from: string;
  readonly to: string;
}

/** What a file imports, types included, as paths relative to `src`. */
export function importsOf({ path, text }: Source): string[] {
  const found = text.matchAll(/\b(?:from|import)\s*\(?\s*"(\.{1,2}\/[^"]+)"/g);
  return [...found].map(([, specifier]) => new URL(specifier!, `file:///${path}`).pathname.slice(1));
}

export function layerOf(path: string): number {
  let best = -1;
  LAYERS.forEach((layer, index) => {
    if (path.startsWith(layer) && (best < 0 || layer.length > LAYERS[best]!.length)) best = index;
  });
  return best;
}

/** Imports that point from a layer to a higher one. */
export function upwardImports(sources: readonly Source[]): Fault[] {
  return sources.flatMap((source) =>
    importsOf(source)
      .filter((to) => layerOf(to) > layerOf(source.path))
      .map((to) => ({ from: source.path, to })),
  );
}

/** The files that import one another in a circle, circle by circle (Tarjan's strongly connected components). */
export function circles(sources: readonly Source[]): string[][] {
  const imports = new Map(sources.map((source) => [source.path, importsOf(source)]));
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (path: string): void => {
    order.set(path, order.size);
    lowest.set(path, order.get(path)!);
    stack.push(path);
    for (const to of imports.get(path) ?? []) {
      if (!imports.has(to)) continue;
      if (!order.has(to)) visit(to);
      if (stack.includes(to)) lowest.set(path, Math.min(lowest.get(path)!, lowest.get(to)!));
    }
    if (lowest.get(path) !== order.get(path)) return;
    const circle = stack.splice(stack.indexOf(path));
    if (circle.length > 1 || imports.get(path)!.includes(path)) found.push(circle.sort());
  };
  for (const path of imports.keys()) if (!order.has(path)) visit(path);
  return found;
}

/** Whether code outside of `src` names a file of it, in an import or as a path; comments may, and so may the src of other packages. */
export function reachesIntoSrc(text: string): boolean {
  return text.split("\n").some((line) => !/^\s*(\/\/|\*|\/\*)/.test(line) && /["'`](\.{1,2}\/)*src\//.test(line));
}
