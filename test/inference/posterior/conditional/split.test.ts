/** Latents in two parts: levels given their scales, and none where the density jumps, too many are outer, or there are too many. */
import { expect, test } from "vitest";
import { PLAIN_ENGINE } from "../../../../src/autodiff/lanes/interpreter/engines.ts";
import * as n from "../../../../src/index.ts";
import { LOOKS, splitPieces } from "../../../../src/inference/posterior/conditional/split.ts";
import { guideDraws, independent } from "../../../../src/inference/posterior/guide-draws.ts";
import { finished } from "../../../../src/pieces/pieces.ts";
import { trace } from "../../../../src/program/trace.ts";
import { makeGenerator } from "../../../../src/random/index.ts";

const split = (model: n.Model, guide: Readonly<Record<string, readonly number[]>> = {}, further = 0) => {
  const traced = trace(model);
  const names = traced.latents.map(({ name }) => name);
  const draws = guideDraws(
    [
      independent(
        names.map((name) => guide[name]?.[0] ?? 0.3),
        names.map((name) => guide[name]?.[1] ?? 0.5),
        1,
      ),
    ],
    LOOKS,
    makeGenerator(1),
  );
  const source = { trace: traced, engine: PLAIN_ENGINE, components: [], drawing: undefined };
  const found = finished(splitPieces(source, draws))?.(further);
  return found && { inner: found.inner.map((i) => names[i]!), outer: found.outer.map((i) => names[i]!) };
};

const walk = (days: number, scales: number, mean: (x: n.Real) => n.Real = (x) => x): n.Model =>
  n.defineModel("walk", ({ sample, observe }) => {
    const sds = Array.from({ length: scales }, (_, k) => sample(`s${k}`, n.halfNormal(1)));
    let x = sample("x0", n.normal(0, 5));
    for (let t = 1; t <= days; t++) {
      observe(n.normal(mean(x), sds[t % scales]!), 0.4 * t);
      if (t < days) x = sample(`x${t}`, n.normal(x, 0.5));
    }
  });

test("levels of a walk are inner, its scales are outer", () => {
  expect(split(walk(4, 2))).toEqual({ inner: ["x0", "x3", "x1", "x2"], outer: ["s0", "s1"] });
});

test("sixteen latents have no parts where the density jumps, and any number none where it is concave as a whole", () => {
  const stopped = (x: n.Real): n.Real => n.where(n.gt(x, 0), x, 0);
  expect(split(walk(14, 2, stopped))).toBeUndefined();
  expect(split(walk(15, 2, stopped))?.outer).toEqual(["s0", "s1"]);
  const lines = n.defineModel("line", ({ sample, observe }) => {
    const [a, b] = [sample("a", n.normal(0, 1)), sample("b", n.normal(0, 1))];
    for (const x of [1, 2, 3]) observe(n.poisson(n.exp(n.add(a, n.mul(b, x)))), x);
  });
  expect(split(lines)).toBeUndefined();
});

test("seven scales are too many (MOST_OUTER), and 129 latents (MOST_INNER)", () => {
  expect(split(walk(24, 6))?.outer).toHaveLength(6);
  expect(split(walk(28, 7))).toBeUndefined();
  expect(split(walk(127, 1))?.inner).toHaveLength(127);
  expect(split(walk(128, 1))).toBeUndefined();
});

test("forty effects each of which knows all others are too dear (MOST_PRODUCTS), twenty are not", () => {
  const sums = (count: number): n.Model =>
    n.defineModel("sums", ({ sample, observe }) => {
      const tau = sample("tau", n.halfNormal(1));
      const effects = Array.from({ length: count }, (_, i) => sample(`e${i}`, n.normal(0, 1)));
      for (const y of [1, 2, 4]) observe(n.normal(n.sum(effects), tau), y);
    });
  expect(split(sums(20))?.outer).toEqual(["tau"]);
  expect(split(sums(40))).toBeUndefined();
});

test("sixteen latents of which some have a kink at 0 are weighed together, as no curvature there tells how far they spread", () => {
  const effects = (count: number, prior: (scale: n.Real) => n.Distribution): n.Model =>
    n.defineModel("effects", ({ sample, observe }) => {
      const scale = sample("scale", n.halfNormal(1));
      for (let i = 0; i < count; i++) observe(n.normal(sample(`e${i}`, prior(scale)), 1), i % 3);
    });
  expect(split(effects(15, (scale) => n.normal(0, scale)))?.outer).toEqual(["scale"]);
  expect(split(effects(15, (scale) => n.laplace(0, scale)))).toBeUndefined();
  expect(split(effects(15, (scale) => n.asymmetricLaplace(0, scale, 2)))).toBeUndefined();
  expect(split(effects(17, (scale) => n.laplace(0, scale)))).toBeDefined();
});

test("two scales are no parts given both means and a shape, as they are skew", () => {
  // As wide as a guide finds them.
  const guide = { nu: [0, 0.8], mean0: [0.3, 0.1], spread0: [-2.2, 0.3], mean1: [0.6, 0.1], spread1: [-2.2, 0.3] };
  const groups = n.defineModel("two groups", ({ sample, observe }) => {
    const nu = sample("nu", n.exponential(1));
    const readings = [
      [0.1, 0.2, 0.7, 0.2, 0.4],
      [0.3, 0.9, 0.5, 0.6],
    ];
    readings.forEach((own, g) => {
      const [mean, spread] = [sample(`mean${g}`, n.normal(0, 1)), sample(`spread${g}`, n.uniform(0, 3))];
      for (const y of own) observe(n.studentT(n.add(nu, 1), mean, spread), y);
    });
  });
  expect(split(groups, guide)).toBeUndefined();
  // Rates are skew, too, but five of them are given one scale.
  const rates = n.defineModel("rates", ({ sample, observe }) => {
    const [mean, spread] = [sample("mean", n.normal(0, 1)), sample("spread", n.halfNormal(1))];
    for (const y of [2, 0, 11, 5]) observe(n.poisson(n.exp(sample(`log rate ${y}`, n.normal(mean, spread)))), y);
  });
  expect(split(rates)?.outer).toEqual(["spread"]);
});

test("a further split has one more outer latent, one that others depend on", () => {
  expect(split(walk(4, 2), {}, 1)).toEqual({ inner: ["x3", "x0", "x1"], outer: ["s0", "s1", "x2"] });
});
