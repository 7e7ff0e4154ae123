/** Models with known log evidence, on data that a small generator makes from a seed: `hyst()` is a thermostat with two unknown thresholds. */
import { add, exp, gt, mul, neg, type Real, where } from "../../src/autodiff/expr.ts";
import { normal, poisson } from "../../src/distributions/index.ts";
import { defineModel, type Model } from "../../src/program/model.ts";

interface Source {
  /** Uniform in [0, 1). */
  readonly u: () => number;
  /** Standard normal. */
  readonly n: () => number;
  readonly poisson: (mean: number) => number;
}

function source(seed: number): Source {
  let state = seed;
  const u = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    u,
    n: () => Math.sqrt(-2 * Math.log(1 - u())) * Math.cos(2 * Math.PI * u()),
    poisson: (mean) => {
      let p = Math.exp(-mean);
      let sum = p;
      let k = 0;
      for (const at = u(); at > sum; sum += p) p *= mean / ++k;
      return k;
    },
  };
}

/** Two change points in a series of counts. */
export function cp3(days = 60): Model {
  const { poisson: draw } = source(11);
  const counts = Array.from({ length: days }, (_, i) => draw(i < 18 ? 6 : i < 41 ? 14 : 4));
  return defineModel("cp3", ({ sample, observe }) => {
    const [r0, r1, r2] = ["r0", "r1", "r2"].map((name) => sample(name, normal(2, 1))) as [Real, Real, Real];
    const t1 = sample("t1", normal(20, 12));
    const t2 = sample("t2", normal(40, 12));
    counts.forEach((count, i) => {
      observe(poisson(exp(where(gt(i, t2), r2, where(gt(i, t1), r1, r0)))), count);
    });
  });
}

/** Temperatures of a thermostat, one more than asked for. */
export function hystTemperatures(readings = 50): number[] {
  const { n } = source(12);
  const ys = [20];
  let on = 0;
  for (let i = 0, t = 20; i < readings; i++) {
    on = t < 18.5 ? 1 : t > 21.7 ? 0 : on;
    t += (on ? 0.7 : -0.5) + 0.25 * n();
    ys.push(t);
  }
  return ys;
}

/** A thermostat that switches on below one threshold and off above another. */
export function hyst(readings = 50): Model {
  const ys = hystTemperatures(readings);
  return defineModel("hyst", ({ sample, observe }) => {
    const lo = sample("lo", normal(18, 1.5));
    const hi = sample("hi", normal(22, 1.5));
    const heat = sample("heat", normal(0.5, 0.5));
    const cool = sample("cool", normal(0.5, 0.5));
    const sd = exp(sample("ls", normal(-1, 1)));
    let state: Real = 0;
    for (let i = 0; i < readings; i++) {
      const y = ys[i]!;
      state = where(gt(lo, y), 1, where(gt(y, hi), 0, state));
      observe(normal(add(y, where(gt(state, 0.5), heat, neg(cool))), sd), ys[i + 1]!);
    }
  });
}

/** A mixture of two normals by a latent flag for each value, with a threshold for all flags. */
export function mixif(values = 30): Model {
  const { u, n } = source(14);
  const ys = Array.from({ length: values }, () => (u() < 0.35 ? -1.5 : 1.2) + 0.6 * n());
  return defineModel("mixif", ({ sample, observe }) => {
    const a = sample("a", normal(0, 2));
    const b = sample("b", normal(0, 2));
    const t = sample("t", normal(0, 1));
    const sd = exp(sample("ls", normal(-0.5, 0.5)));
    ys.forEach((y, i) => {
      observe(normal(where(gt(sample(`c${i}`, normal(0, 1)), t), a, b), sd), y);
    });
  });
}

/** Points (x, y) of a line with a jump. */
export function stepregPoints(count = 40): (readonly [x: number, y: number])[] {
  const { u, n } = source(15);
  return Array.from({ length: count }, () => {
    const x = 10 * u();
    return [x, 1 + 0.3 * x + (x > 6.2 ? 2 : 0) + 0.7 * n()] as const;
  });
}

/** A regression with a jump at an unknown place. */
export function stepreg(count = 40): Model {
  const points = stepregPoints(count);
  return defineModel("stepreg", ({ sample, observe }) => {
    const a = sample("a", normal(0, 3));
    const slope = sample("slope", normal(0, 1));
    const jump = sample("jump", normal(0, 3));
    const at = sample("at", normal(5, 3));
    const sd = exp(sample("ls", normal(0, 1)));
    for (const [x, y] of points) observe(normal(add(add(a, mul(slope, x)), where(gt(x, at), jump, 0)), sd), y);
  });
}

/** A chain of hidden switches that flip with probability 0.1. */
export function switch2(length = 25): Model {
  const { u, n } = source(16);
  let s = 1;
  const ys = Array.from({ length }, () => {
    if (u() < 0.1) s = 1 - s;
    return (s ? 1 : -1) + 0.8 * n();
  });
  return defineModel("switch2", ({ sample, observe }) => {
    const up = sample("up", normal(1, 1));
    const down = sample("down", normal(-1, 1));
    let state: Real = 1;
    ys.forEach((y, i) => {
      const threshold = where(gt(state, 0.5), -1.28, 1.28);
      state = where(gt(sample(`e${i}`, normal(0, 1)), threshold), 1, 0);
      observe(normal(where(gt(state, 0.5), up, down), 0.8), y);
    });
  });
}

/** Claims with an unknown deductible: what is paid is seen with noise, and nothing below the threshold. */
export function deduct(claims = 15): Model {
  const { n } = source(13);
  const paid = Array.from({ length: claims }, () => {
    const z = 1 + 0.7 * n();
    return (z > Math.log(2.2) ? Math.exp(z) : 0) + 0.3 * n();
  });
  return defineModel("deduct", ({ sample, observe }) => {
    const [m, ls, ld] = [sample("m", normal(0.5, 1)), sample("ls", normal(-0.5, 0.5)), sample("ld", normal(0.5, 0.7))];
    paid.forEach((value, i) => {
      const z = add(m, mul(exp(ls), sample(`e${i}`, normal(0, 1))));
      observe(normal(where(gt(z, ld), exp(z), 0), 0.3), value);
    });
  });
}
