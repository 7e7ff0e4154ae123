// Differences of traced numbers that share a part.
import { expect, test } from "vitest";
import { difference } from "../../src/autodiff/difference.ts";
import { add, exp, sub } from "../../src/autodiff/expr.ts";
import { compile } from "../../src/autodiff/index.ts";
import * as n from "../../src/index.ts";

test("what both sides share is left out", () => {
  // 1e17 + 1 is 1e17, so that the plain difference is 0.
  expect(compile(([l, w]) => difference(add(l!, w!), l!))([1e17, 1])).toBe(1);
  expect(compile(([l, w]) => sub(add(l!, w!), l!))([1e17, 1])).toBe(0);
  expect(compile(([l, w]) => difference(l!, add(l!, exp(w!))))([3, 0])).toBe(-1);
  expect(compile(([x, y]) => difference(x!, y!))([3, 1])).toBe(2);
});

test("numbers and traced values mix, and what is not shared stays", () => {
  expect(difference(5, 3)).toBe(2);
  expect(compile(([x]) => difference(3, x!))([1])).toBe(2);
  expect(compile(([x]) => difference(x!, 3))([1])).toBe(-2);
  // Of (l + w) − (l + w + v) all of the first is shared.
  expect(compile(([l, w, v]) => difference(add(l!, w!), add(add(l!, w!), v!)))([1e17, 1, 2])).toBe(-2);
});

// Midpoint rule over l ~ N(0, 1) and w ~ gamma(2, 1), given which P(x > 1) is a length.
function meanOfLow(above: (l: number, w: number) => number): number {
  let [total, first] = [0, 0];
  for (let i = 0; i < 400; i++)
    for (let j = 0; j < 400; j++) {
      const [l, w] = [-5 + (i + 0.5) / 40, (j + 0.5) / 20];
      const p = above(l, w);
      const data = p * Math.exp(-0.08) + (1 - p) * Math.exp(-6.48);
      const weight = w * Math.exp(-0.5 * l * l - w - 0.5 * (l - 0.3) ** 2) * data;
      total += weight;
      first += weight * l;
    }
  return first / total;
}

test("a latent between an end and that end plus a width is summed out", () => {
  const model = n.defineModel("width", ({ sample, observe }) => {
    const low = sample("low", n.normal(0, 1));
    const x = sample("x", n.uniform(low, n.add(low, sample("width", n.gamma(2, 1)))));
    observe(n.normal(n.where(n.gt(x, 1), 2, 0), 0.5), 1.8);
    observe(n.normal(low, 1), 0.3);
  });
  const found = n.fit(model, { seed: 1, restarts: 1 });
  const right = meanOfLow((l, w) => Math.min(1, Math.max(0, (l + w - 1) / w)));
  expect(Math.abs(found.mean("low") - right)).toBeLessThan(0.05);
  // Below the end there is nothing.
  const { low, x } = found.sample(200, { seed: 2 });
  expect(x!.every((value, d) => value >= low![d]!)).toBe(true);
});

test("draws of a summed-out latent lie above a truncation that other latents move", () => {
  const model = n.defineModel("above", ({ sample, observe }) => {
    const low = sample("low", n.normal(0, 1));
    const x = sample("x", n.truncated(n.normal(0, 1), low, Infinity));
    observe(n.normal(n.where(n.gt(x, 1), 2, 0), 0.5), 1.8);
  });
  const { low, x } = n.fit(model, { seed: 1, restarts: 1 }).sample(200, { seed: 2 });
  expect(x!.every((value, d) => value >= low![d]!)).toBe(true);
});
