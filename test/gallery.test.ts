// The gallery: every problem has a program, data from its source or generator, an exact answer and one of a fit that agrees or says that it does not.
import { readFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import { adam, fit, type Model } from "../src/index.ts";
import { plainDefault } from "./support/plain.ts";
import { SOAK } from "./support/soak.ts";

interface Moments {
  readonly mean: number;
  readonly sd: number;
}
interface Answer {
  readonly status: string;
  readonly warnings: readonly string[];
  readonly numbers: Readonly<Record<string, Moments>>;
  readonly reparam: { readonly numbers?: Readonly<Record<string, Moments>>; readonly error?: string };
}

const read = (path: string): string => readFileSync(`gallery/${path}`, "utf8");
const json = (path: string): unknown => JSON.parse(read(path));
const problems = json("problems.json") as {
  name: string;
  asks: string;
  jumps: string;
  source: string;
  licence: string;
}[];
const names = problems.map(({ name }) => name);
const exactOf = (name: string) => (json(`references/${name}.json`) as { numbers: Record<string, Moments> }).numbers;

/** The model of a problem; its data are no export here. */
const modelOf = (name: string): Model =>
  plainDefault(read(`${name}.js`).replace("export const data", "const data"), `${name}.js`) as Model;
const dataOf = (name: string): unknown => {
  const text = /export const data = (\{[\s\S]*?\});\n/.exec(read(`${name}.js`))![1]!;
  return new Function(`return ${text}`)();
};

/** The numbers that lie off: by more than 0.15 sds, or with an sd that differs by more than a quarter. */
const wrong = (found: Readonly<Record<string, Moments>>, exact: Readonly<Record<string, Moments>>): string[] =>
  Object.entries(exact)
    .filter(([name, { mean, sd }]) => {
      const { mean: m = Number.NaN, sd: s = Number.NaN } = found[name] ?? {};
      return !(Math.abs(m - mean) < 0.15 * sd && Math.abs(Math.log(s / sd)) < 0.25);
    })
    .map(([name]) => name);

it("has fifteen problems or more, each with its question, source and licence", () => {
  expect(new Set(names).size).toBeGreaterThanOrEqual(15);
  for (const problem of problems) for (const text of Object.values(problem)) expect(text.length).toBeGreaterThan(2);
});

const QUICK = ["tax-bracket", "randomised-response"];

describe.each(names)("%s", (name) => {
  test("is a program of that name, whose density a fit climbs from the start on", () => {
    const model = modelOf(name);
    expect(model.name).toBe(name);
    const loop = { collapse: "auto", optimizer: adam({ learningRate: 0.05 }), steps: 10, samples: 32 } as const;
    const { elboTrace } = fit(model, { ...loop, seed: 1, onWarning() {} });
    const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(elboTrace.slice(-3))).toBeGreaterThan(mean(elboTrace.slice(0, 3)));
  });

  test("has data from where it says", async () => {
    const scripts = ["../posteriordb-jumps/scripts/make-data.mjs", "../gallery/scripts/make-data.mjs"];
    const [jumps, own] = (await Promise.all(scripts.map((path) => import(path)))) as {
      DATA: Record<string, () => unknown>;
    }[];
    const key = name === "hidden-markov" ? "hidden_switch" : name.replaceAll("-", "_");
    expect(dataOf(name)).toEqual((own!.DATA[name] ?? jumps!.DATA[key])!());
  });

  test("is fitted right by default, or the fit says that it is not", () => {
    const { status, warnings, numbers } = json(`answers/${name}.json`) as Answer;
    if (status === "converged" && warnings.length === 0) expect(wrong(numbers, exactOf(name))).toEqual([]);
  });

  // Usually of two whose fits are quick.
  test.runIf(SOAK || QUICK.includes(name))("has the answer that its file holds, digit by digit", () => {
    const { numbers } = json(`answers/${name}.json`) as Answer;
    const posterior = fit(modelOf(name), { seed: 1, onWarning() {} });
    for (const [number, { mean, sd }] of Object.entries(numbers)) {
      expect([posterior.mean(number), posterior.sd(number)].map((x) => Number(x.toPrecision(4)))).toEqual([mean, sd]);
    }
  });
});

test.runIf(SOAK)("zero-inflated-revenue is fitted right here and now", () => {
  const posterior = fit(modelOf("zero-inflated-revenue"), { seed: 1, restarts: 1, onWarning() {} });
  const exact = exactOf("zero-inflated-revenue");
  const found = Object.keys(exact).map((name) => [name, { mean: posterior.mean(name), sd: posterior.sd(name) }]);
  expect(wrong(Object.fromEntries(found), exact)).toEqual([]);
});

test("reparameterised fits are wrong where the density jumps, which the check sees", () => {
  const biased = problems.filter(({ name }) => {
    const { reparam } = json(`answers/${name}.json`) as Answer;
    return reparam.numbers && wrong(reparam.numbers, exactOf(name)).length > 0;
  });
  expect(biased.length).toBeGreaterThanOrEqual(12);
});

test("the page and its pictures are what their script writes", async () => {
  const { execFileSync } = await import("node:child_process");
  expect(execFileSync(process.execPath, ["gallery/scripts/make-page.mjs", "--check"], { encoding: "utf8" })).toBe("");
});
