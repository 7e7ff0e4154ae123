/** Draws as CSV, and posteriors as ArviZ's InferenceData. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import {
  add,
  arvizJson,
  categorical,
  defineModel,
  dirichlet,
  drawsCsv,
  exponential,
  fit,
  gt,
  lkjCholesky,
  loo,
  type Model,
  mul,
  multivariateNormal,
  normal,
  type Posterior,
  where,
} from "../../../src/index.ts";

const quick = { maxSamples: 4000, restarts: 0, seed: 1, onWarning() {} } as const;
const mixed = defineModel("mixed", ({ sample, observe, branch, track }) => {
  const w = sample("w", dirichlet([1, 2, 3]));
  const rate = sample("rate", exponential(1));
  const k = sample("k", categorical([0.3, 0.7]));
  branch(gt(k, 0.5), () => {
    track("high, or not", mul(2, rate));
  });
  observe(normal(where(gt(k, 0.5), w[0]!, 2), 0.5), 0.4);
  observe(normal(add(rate, 0), 1), 1.5);
});

describe("draws as CSV", () => {
  let posterior: Posterior;
  beforeAll(() => {
    posterior = fit(mixed, quick);
  });
  const parsed = (text: string): [string, number[][]] => {
    const [head, ...rows] = text.trimEnd().split("\n");
    return [head!, rows.map((row) => row.split(",").map(Number))];
  };

  test("have a line of names and a line for each draw, with the posterior's moments", () => {
    const [head, rows] = parsed(drawsCsv(posterior, { draws: 4000, seed: 1 }));
    expect(head).toBe('w[0],w[1],w[2],rate,k,"high, or not"');
    expect(rows).toHaveLength(4000);
    const mean = (j: number): number => rows.reduce((sum, row) => sum + row[j]!, 0) / rows.length;
    const weighted = posterior.reweighted();
    expect(Math.abs(mean(0) - weighted.mean("w[0]"))).toBeLessThan(0.02);
    expect(Math.abs(mean(3) - weighted.mean("rate"))).toBeLessThan(0.05);
    for (const [w0, w1, w2, rate, k, high] of rows) {
      expect(w0! + w1! + w2!).toBeCloseTo(1, 12);
      if (k === 0) expect(high).toBeNaN();
      else expect(high).toBe(2 * rate!);
    }
  });

  test("are the same for one seed, and refused for none", () => {
    expect(drawsCsv(posterior, { draws: 3, seed: 5 })).toBe(drawsCsv(posterior, { draws: 3, seed: 5 }));
    expect(() => drawsCsv(posterior, { draws: 0 })).toThrow("drawsCsv: draws is not a count; got 0");
  });
});

/** Sizes of nested arrays; throws where they are ragged or hold what is no number. */
function shapeOf(value: unknown): number[] {
  if (!Array.isArray(value)) {
    if (typeof value !== "number") throw new Error(`no number: ${String(value)}`);
    return [];
  }
  const [first, ...others] = value.map(shapeOf);
  for (const other of others) if (other.join() !== first!.join()) throw new Error("ragged");
  return [value.length, ...(first ?? [])];
}

type Data = Record<string, Record<string, unknown>>;

/** What ArviZ's schema says of InferenceData; returns what is wrong. */
function faults(data: Data, draws: number): string[] {
  const known = ["posterior", "posterior_predictive", "log_likelihood", "sample_stats", "observed_data"];
  const found: string[] = [];
  const { coords, dims, ...groups } = data as Data & {
    coords: Record<string, string[]>;
    dims: Record<string, string[]>;
  };
  for (const [group, variables] of Object.entries(groups)) {
    if (!known.includes(group)) found.push(`group ${group} is unknown`);
    for (const [name, value] of Object.entries(variables)) {
      const shape = shapeOf(value);
      const isData = group === "observed_data";
      if (!isData && (shape[0] !== 1 || shape[1] !== draws)) found.push(`${group}.${name} has no chain and draws`);
      const own = isData ? shape : shape.slice(2);
      const names = dims[name] ?? own.map((_, i) => `${name}_dim_${i}`);
      if (names.length !== own.length) found.push(`${group}.${name} has ${own.length} dimensions, not ${names.length}`);
      names.forEach((dim, i) => {
        if (dim in variables) found.push(`${dim} is a variable and a dimension`);
        if (coords[dim] && coords[dim].length !== own[i]) found.push(`${dim} has other coordinates`);
      });
    }
  }
  return found;
}

// Python's NaN and Infinity.
const parse = (text: string): Data =>
  JSON.parse(text.replaceAll(/\bNaN\b/g, '"NaN"').replaceAll(/-?\bInfinity\b/g, '"$&"'), (_, value: unknown) =>
    value === "NaN" ? Number.NaN : value,
  ) as Data;

describe("a posterior for ArviZ", () => {
  const made = (model: Model): [Posterior, Data] => {
    const posterior = fit(model, quick);
    return [posterior, parse(arvizJson(model, posterior, { draws: 300, seed: 2 }))];
  };

  test("has the groups of the schema, with one chain of all draws", () => {
    const [, data] = made(mixed);
    expect(faults(data, 300)).toEqual([]);
    expect(Object.keys(data)).toEqual([
      "posterior",
      "posterior_predictive",
      "observed_data",
      "log_likelihood",
      "sample_stats",
      "coords",
      "dims",
    ]);
    expect(Object.keys(data.posterior!)).toEqual(["w", "rate", "k", "high, or not"]);
    expect(shapeOf(data.posterior!.w)).toEqual([1, 300, 3]);
    expect(data.observed_data).toEqual({ y: [0.4, 1.5] });
    expect(data.coords).toEqual({ observation: ["y0", "y1"] });
    expect(data.dims).toEqual({ y: ["observation"] });
  });

  test("has densities at the very draws: likelihoods by hand, and their sum with the priors", () => {
    const [, data] = made(mixed);
    const { w, rate, k } = data.posterior as Record<string, never[][][]>;
    const y = data.log_likelihood!.y as number[][][];
    const lp = data.sample_stats!.lp as number[][];
    const logNormal = (x: number, mean: number, sd: number): number =>
      -0.5 * ((x - mean) / sd) ** 2 - Math.log(sd) - 0.5 * Math.log(2 * Math.PI);
    for (let d = 0; d < 300; d++) {
      const [w0, w1, w2] = w![0]![d] as unknown as number[];
      const [r, label] = [rate![0]![d] as unknown as number, k![0]![d] as unknown as number];
      const one = logNormal(0.4, label === 1 ? w0! : 2, 0.5);
      const two = logNormal(1.5, r, 1);
      expect(y[0]![d]![0]!).toBeCloseTo(one, 9);
      expect(y[0]![d]![1]!).toBeCloseTo(two, 9);
      // Γ(6)/(Γ(1)Γ(2)Γ(3)) = 60; the Jacobian of log rate is rate; that of the stick breaking is w0·w1·w2.
      const prior = Math.log(60) + Math.log(w1!) + 2 * Math.log(w2!) + Math.log(w0! * w1! * w2!) - r + Math.log(r);
      expect(lp[0]![d]!).toBeCloseTo(one + two + prior + Math.log(label === 1 ? 0.7 : 0.3), 8);
    }
  });

  test("gives the same leave-one-out as loo does, from its likelihoods alone", () => {
    const [posterior, data] = made(mixed);
    const y = data.log_likelihood!.y as number[][][];
    // Without smoothing: 1 over the mean of 1/p.
    const harmonic = [0, 1].map((i) => -Math.log(y[0]!.reduce((sum, row) => sum + Math.exp(-row[i]!), 0) / 300));
    const { pointwise } = loo(mixed, posterior);
    expect(Math.abs(harmonic[1]! - pointwise[1]!.elpd)).toBeLessThan(0.15);
  });

  test("names what is several numbers, and leaves out densities that are random", () => {
    const joint = defineModel("joint", ({ sample, observe }) => {
      const y = sample("y", normal(0, 1));
      observe(
        multivariateNormal([y, 0], {
          covariance: [
            [1, 0.5],
            [0.5, 1],
          ],
        }),
        [0.3, 0.4],
        "both",
      );
      observe(normal(y, 1), 1);
    });
    const [, data] = made(joint);
    expect(faults(data, 300)).toEqual([]);
    expect(data.observed_data).toEqual({ y_: [0.3, 0.4, 1] });
    expect(shapeOf(data.log_likelihood!.y__joint)).toEqual([1, 300, 2]);
    expect(data.coords!.site).toEqual(["both", "y0"]);
    const noisy = defineModel("noisy", ({ sample, observe, frozen }) =>
      observe(normal(add(sample("z", normal(0, 1)), frozen("e", normal(0, 1))), 1), 1),
    );
    const [, random] = made(noisy);
    expect(Object.keys(random)).toEqual(["posterior", "posterior_predictive", "observed_data", "coords", "dims"]);
    expect(faults(random, 300)).toEqual([]);
  });

  test("has vectors and matrices as arrays, but entries one by one where some are constants", () => {
    const model = defineModel("shapes", ({ sample, track }) => {
      const L = sample("L", lkjCholesky(3, 2));
      track("M", [
        [L[1]![0]!, L[1]![1]!, 1],
        [2, 3, L[2]![2]!],
      ]);
    });
    const { posterior } = made(model)[1];
    expect(Object.keys(posterior!)).toEqual(["L[1][0]", "L[1][1]", "L[2][0]", "L[2][1]", "L[2][2]", "M"]);
    expect(shapeOf(posterior!.M)).toEqual([1, 300, 2, 3]);
    const [row] = (posterior!.M as number[][][][])[0]!;
    expect(row![1]).toEqual([2, 3, (posterior!["L[2][2]"] as number[][])[0]![0]]);
  });

  // With NONDIFF_ARVIZ=/path/to/python, one that has arviz: `pip install "arviz<1"`, last run with 0.23.4.
  const python = process.env.NONDIFF_ARVIZ;
  test.skipIf(!python)("is read by ArviZ itself, whose leave-one-out and moments are ours", async () => {
    const model = defineModel("readings", ({ sample, observe }) => {
      const rate = sample("rate", exponential(1));
      for (const x of [0.3, 1.1, 0.8, 2.2, 0.1, 1.4]) observe(normal(rate, 1), x);
    });
    const posterior = fit(model, quick);
    const folder = await mkdtemp(join(tmpdir(), "nondiff-"));
    const path = join(folder, "fit.json");
    await writeFile(path, arvizJson(model, posterior, { draws: 4000, seed: 2 }));
    const program = `
import json, sys, warnings
warnings.simplefilter("ignore")
import arviz as az
data = az.from_json(sys.argv[1])
loo = az.loo(data, pointwise=True, reff=1)
print(json.dumps({"groups": data.groups(), "elpd": float(loo.elpd_loo), "k": [float(k) for k in loo.pareto_k],
  "rate": float(data.posterior["rate"].mean()), "names": [str(n) for n in data.observed_data["observation"].values]}))`;
    const { stdout } = await promisify(execFile)(python!, ["-c", program, path]);
    await rm(folder, { recursive: true });
    const found = JSON.parse(stdout) as { groups: string[]; elpd: number; k: number[]; rate: number; names: string[] };
    expect(found.groups.sort()).toEqual([
      "log_likelihood",
      "observed_data",
      "posterior",
      "posterior_predictive",
      "sample_stats",
    ]);
    expect(found.names).toEqual(["y0", "y1", "y2", "y3", "y4", "y5"]);
    const { elpd } = loo(model, posterior);
    expect(Math.abs(found.elpd - elpd)).toBeLessThan(0.1);
    expect(Math.abs(found.rate - posterior.reweighted().mean("rate"))).toBeLessThan(0.05);
  });

  test("the check sees what is ragged, of another length or in no chain", () => {
    expect(() => shapeOf([[1, 2], [3]])).toThrow("ragged");
    expect(() => shapeOf([null])).toThrow("no number");
    const data = { posterior: { z: [1, 2] }, other: { x: [[1]] }, observed_data: { y: [1] } };
    const described = { ...data, coords: { n: ["a", "b"] }, dims: { y: ["n"] } } as unknown as Data;
    expect(faults(described, 2)).toEqual([
      "posterior.z has no chain and draws",
      "group other is unknown",
      "other.x has no chain and draws",
      "n has other coordinates",
    ]);
  });
});
