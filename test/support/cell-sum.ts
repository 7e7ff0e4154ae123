/**
 * The log joint density of a model with some latents summed out, by brute force: the program is run on plain numbers at a point of
 * every cell of those latents, and the densities are added up with the cells' prior masses. It shares no code with `src/collapse`.
 */
import type { Real } from "../../src/autodiff/expr.ts";
import type { Distribution } from "../../src/distributions/distribution.ts";
import { withTails } from "../../src/distributions/known-tails.ts";
import type { BranchResult, Model, ProgramContext } from "../../src/program/model.ts";

/** A latent to sum out: the values of a discrete one, or where conditions may cut a continuous one, given those before it. */
export type Enumerated =
  | { readonly name: string; readonly values: readonly number[] }
  | { readonly name: string; readonly cuts: (at: Readonly<Record<string, number>>) => readonly number[] };

/** A point of a cell, and the log of the cell's prior mass. */
type Cell = readonly [point: number, logMass: number];

/** log Σ_cells P(cell)·p(data, kept | cell); `kept` has the values of all other latents. */
export function logCellSum(
  model: Model,
  finite: readonly Enumerated[],
  kept: Readonly<Record<string, number>>,
): number {
  const byName = new Map(finite.map((latent) => [latent.name, latent]));
  const logs: number[] = [];
  // The choices of the present run. The last one goes on first.
  let path: number[] = [];
  // The cells of each latent on the path, which follow from the choices before it: a run takes those that the last one had.
  let known: Cell[][] = [];
  do {
    let depth = 0;
    const at: Record<string, number> = { ...kept };
    let mass = 0;
    const joint = plainRun(
      model,
      (name, prior) => {
        const latent = byName.get(name);
        if (!latent) return undefined;
        if (depth === path.length) path.push(0);
        if (depth === known.length) known.push(cellsOf(latent, prior, at));
        const [point, logMass] = known[depth]![path[depth]!]!;
        depth++;
        mass += logMass;
        at[name] = point;
        return point;
      },
      kept,
    );
    logs.push(mass + joint);
    while (path.length > 0 && path.at(-1) === known[path.length - 1]!.length - 1) path.pop();
    if (path.length > 0) path = [...path.slice(0, -1), path.at(-1)! + 1];
    known = known.slice(0, path.length);
  } while (path.length > 0);
  const most = Math.max(...logs);
  return most + Math.log(logs.reduce((sum, x) => sum + Math.exp(x - most), 0));
}

function cellsOf(latent: Enumerated, prior: Distribution, at: Readonly<Record<string, number>>): Cell[] {
  if ("values" in latent) return latent.values.map((value) => [value, prior.logDensity(value) as number] as const);
  const { lower, upper } = prior.support;
  const inside = latent.cuts(at).filter((cut) => cut > lower && cut < upper);
  const ends = [lower, ...[...new Set(inside)].sort((p, q) => p - q), upper];
  const cdf = withTails(prior).cdf!;
  return ends.slice(1).map((high, j) => {
    const low = ends[j]!;
    const point =
      low === -Infinity ? (high === Infinity ? 0 : high - 1) : high === Infinity ? low + 1 : 0.5 * (low + high);
    return [point, Math.log((cdf(high) as number) - (cdf(low) as number))] as const;
  });
}

/** The log joint density by running the program on plain numbers; priors of the latents in `without` do not count. */
export function plainLogJoint(
  model: Model,
  at: Readonly<Record<string, number>>,
  without: ReadonlySet<string> = new Set(),
): number {
  return plainRun(model, (name) => (without.has(name) ? at[name]! : undefined), at);
}

// Runs the program; a latent of which `chosen` says a value has that one, and its prior does not count.
function plainRun(
  model: Model,
  chosen: (name: string, prior: Distribution) => number | undefined,
  at: Readonly<Record<string, number>>,
): number {
  let sum = 0;
  const count = (distribution: Distribution, value: Real): void => {
    sum += distribution.logDensity(value) as number;
  };
  const context = {
    sample(name: string, prior: Distribution) {
      const found = chosen(name, prior);
      if (found !== undefined) return found;
      count(prior, at[name]!);
      return at[name]!;
    },
    observe: count,
    frozen: () => {
      throw new Error("no frozen sites here");
    },
    factor: (_name: string, value: number) => {
      sum += value;
    },
    track: () => {},
    where: (condition: boolean, x: number, y: number) => (condition ? x : y),
    branch: <T extends BranchResult>(condition: unknown, then: () => T, otherwise?: () => T): T =>
      condition === true ? then() : (otherwise?.() as T),
  };
  model.program(context as unknown as ProgramContext);
  return sum;
}
