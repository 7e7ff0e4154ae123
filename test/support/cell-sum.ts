/**
 * The log joint density of a model with some latents summed out, by brute force: the program is run on plain numbers at a point of
 * every cell of those latents, and the densities are added up with the cells' prior masses. It shares no code with `src/collapse`.
 */
import type { Real } from "../../src/autodiff/expr.ts";
import type { Distribution } from "../../src/distributions/distribution.ts";
import { logNormalCdf } from "../../src/math/normal.ts";
import type { BranchResult, Model, ProgramContext } from "../../src/program/model.ts";

/** A latent to sum out: its prior N(mean, sd), and where conditions cut it, given the points of those before it. */
export interface Cut {
  readonly name: string;
  readonly of: (at: Readonly<Record<string, number>>) => {
    readonly mean: number;
    readonly sd: number;
    readonly cuts: readonly number[];
  };
}

/** log Σ_cells P(cell)·p(data, kept | cell); `kept` has the values of all other latents. */
export function logCellSum(model: Model, cuts: readonly Cut[], kept: Readonly<Record<string, number>>): number {
  const summed = new Set(cuts.map(({ name }) => name));
  const logs: number[] = [];
  const visit = (index: number, at: Record<string, number>, mass: number): void => {
    if (mass === Number.NEGATIVE_INFINITY) return;
    const cut = cuts[index];
    if (!cut) {
      logs.push(mass + plainLogJoint(model, at, summed));
      return;
    }
    const { mean, sd, cuts: places } = cut.of(at);
    const ends = [-Infinity, ...[...new Set(places)].sort((p, q) => p - q), Infinity];
    for (let j = 1; j < ends.length; j++) {
      const [low, high] = [ends[j - 1]!, ends[j]!];
      const point =
        low === -Infinity ? (high === Infinity ? 0 : high - 1) : high === Infinity ? low + 1 : 0.5 * (low + high);
      visit(index + 1, { ...at, [cut.name]: point }, mass + logMass((low - mean) / sd, (high - mean) / sd));
    }
  };
  visit(0, { ...kept }, 0);
  const most = Math.max(...logs);
  return most + Math.log(logs.reduce((sum, x) => sum + Math.exp(x - most), 0));
}

/** log(Φ(b) − Φ(a)). */
function logMass(a: number, b: number): number {
  if (a > -b) return logMass(-b, -a);
  const whole = logNormalCdf(b);
  return whole + Math.log(-Math.expm1(logNormalCdf(a) - whole));
}

/** The log joint density by running the program on plain numbers; priors of the latents in `without` do not count. */
export function plainLogJoint(
  model: Model,
  at: Readonly<Record<string, number>>,
  without: ReadonlySet<string> = new Set(),
): number {
  let sum = 0;
  const count = (distribution: Distribution, value: Real): void => {
    sum += distribution.logDensity(value) as number;
  };
  const context = {
    sample(name: string, prior: Distribution) {
      if (!without.has(name)) count(prior, at[name]!);
      return at[name]!;
    },
    observe: count,
    frozen: () => {
      throw new Error("no frozen sites here");
    },
    factor: (_name: string, value: Real) => {
      sum += value as number;
    },
    where: ((condition: boolean, x: number, y: number) => (condition ? x : y)) as ProgramContext["where"],
    branch: <T extends BranchResult>(condition: unknown, then: () => T, otherwise?: () => T): T =>
      condition === true ? then() : (otherwise?.() as T),
  };
  model.program(context as unknown as ProgramContext);
  return sum;
}
