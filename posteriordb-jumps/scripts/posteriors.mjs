// The exact posterior of each model, number by number, as a mixture: a sum over the cells that jumps make, an integral over what is left.
import {
  cutNormalPart,
  gammaPart,
  gridParts,
  lgamma,
  linearGaussian,
  logSumExp,
  normalPart,
  panelRule,
  uniformPart,
} from "./mixtures.mjs";

const HALF_LOG_2PI = 0.5 * Math.log(2 * Math.PI);
const logNormal = (x, m, s) => -0.5 * ((x - m) / s) ** 2 - Math.log(s) - HALF_LOG_2PI;

// ---- counts: a gamma prior on each rate is conjugate ----
const segment = (counts, shape, rate) => {
  const known = counts.filter((count) => count >= 0);
  const sum = known.reduce((total, count) => total + count, 0);
  const [a, b] = [shape + sum, rate + known.length];
  return { a, b, logEvidence: shape * Math.log(rate) - lgamma(shape) + lgamma(a) - a * Math.log(b) };
};

/** Day i is early if change > i; change ~ uniform(0, days), rates ~ gamma(1, rate). */
function oneChange({ count }, rate) {
  const parts = { change: [], early: [], late: [] };
  for (let k = 1; k <= count.length; k++) {
    const [early, late] = [segment(count.slice(0, k), 1, rate), segment(count.slice(k), 1, rate)];
    const logWeight = early.logEvidence + late.logEvidence;
    parts.change.push(uniformPart(logWeight, k - 1, k));
    parts.early.push(gammaPart(logWeight, early.a, early.b));
    parts.late.push(gammaPart(logWeight, late.a, late.b));
  }
  return parts;
}

/** Beyond t2 the third rate, else beyond t1 the second: t1, t2 ~ uniform(0, days), rates ~ gamma(2, 0.25). */
function twoChanges({ count }) {
  const parts = { t1: [], t2: [], "rate[1]": [], "rate[2]": [], "rate[3]": [] };
  for (let j = 1; j <= count.length; j++)
    for (let k = 1; k <= count.length; k++) {
      const first = Math.min(j, k);
      const rates = [count.slice(0, first), count.slice(first, k), count.slice(k)].map((some) =>
        segment(some, 2, 0.25),
      );
      const logWeight = rates.reduce((sum, { logEvidence }) => sum + logEvidence, 0);
      parts.t1.push(uniformPart(logWeight, j - 1, j));
      parts.t2.push(uniformPart(logWeight, k - 1, k));
      rates.forEach(({ a, b }, r) => void parts[`rate[${r + 1}]`].push(gammaPart(logWeight, a, b)));
    }
  return parts;
}

// ---- lines and curves: given the noise and the cell, coefficients are normal ----
const halfNormal = (x, s) => -0.5 * (x / s) ** 2;

/**
 * y = rows(cell)·β + noise for every cell and every sd on a grid. A cell has a log weight, and parts of its own for the latents that make it.
 */
export function linear({ y, cells, grid, names, means, sds, noise: [scale, low, high] }) {
  const sdRule = panelRule(low, high, 30);
  const found = cells.map(({ rows, logWeight }) =>
    sdRule.map(({ at: sd, logWeight: step }) => {
      const given = linearGaussian(rows, y, sd, means, sds);
      return { ...given, logWeight: logWeight + step + halfNormal(sd, scale) + given.logEvidence };
    }),
  );
  const ofCells = found.map((row) => logSumExp(row.map(({ logWeight }) => logWeight)));
  const most = logSumExp(ofCells);
  const parts = {};
  const all = found.flat().filter(({ logWeight }) => logWeight > most - 30);
  names.forEach((name, i) => {
    parts[name] = all.map(({ logWeight, mean, sd }) => normalPart(logWeight, mean[i], sd[i]));
  });
  parts.sd = gridParts(
    sdRule,
    sdRule.map((_, k) => logSumExp(found.map((row) => row[k].logWeight))),
  );
  if (grid) parts[grid.name] = gridParts(grid.rule, ofCells);
  cells.forEach(({ own = {} }, k) => {
    for (const [name, part] of Object.entries(own)) {
      parts[name] ??= [];
      parts[name].push(part(ofCells[k]));
    }
  });
  return parts;
}
/** The part of a cell of a latent that is uniform. */
const between = (low, high) => (logWeight) => uniformPart(logWeight, low, high);

function stepRegression({ x, y }) {
  const ends = [0, ...x, 10];
  const cells = ends.slice(1).map((high, k) => ({
    // x > at jumps; at lies between two neighbours
    rows: x.map((value) => [1, value, value >= high ? 1 : 0]),
    logWeight: Math.log(high - ends[k]),
    own: { at: between(ends[k], high) },
  }));
  return linear({ y, cells, names: ["a", "slope", "jump"], means: [0, 0, 0], sds: [3, 1, 3], noise: [1, 0.35, 1.5] });
}

function twoPhase({ x, y }) {
  const rule = panelRule(0, 10, 60);
  const cells = rule.map((point) => ({
    rows: x.map((value) => [1, value, Math.max(value - point.at, 0)]),
    logWeight: point.logWeight,
  }));
  return linear({
    y,
    cells,
    grid: { name: "bend", rule },
    names: ["a", "slope", "change"],
    means: [0, 0, 0],
    sds: [5, 2, 2],
    noise: [1, 0.3, 1.3],
  });
}

function ratingCurve({ x, y }) {
  const rule = panelRule(1, 12, 60);
  const cells = rule.map((point) => ({
    rows: x.map((h) => [1, Math.log(h), h > point.at ? Math.log(h) - Math.log(point.at) : 0]),
    logWeight: point.logWeight,
  }));
  return linear({
    y,
    cells,
    grid: { name: "bank", rule },
    names: ["a", "b", "c"],
    means: [0, 1.5, 0],
    sds: [2, 1, 1],
    noise: [0.5, 0.12, 0.55],
  });
}

function thermostat({ y }) {
  const past = y.slice(0, -1);
  const ends = [-Infinity, ...past.slice().sort((p, q) => p - q), Infinity];
  const cells = [];
  const sides = ends.slice(1).map((high, k) => ({
    middle: k === 0 ? high - 1 : high === Infinity ? ends[k] + 1 : (ends[k] + high) / 2,
    low: cutNormalPart(0, 18, 1.5, ends[k], high),
    high: cutNormalPart(0, 22, 1.5, ends[k], high),
  }));
  for (const one of sides)
    for (const other of sides) {
      const logWeight = one.low.logWeight + other.high.logWeight;
      if (!(logWeight > -40)) continue;
      let on = 0;
      const rows = past.map((value) => {
        on = one.middle > value ? 1 : value > other.middle ? 0 : on;
        return [on, on - 1];
      });
      const part = (own) => (weight) => ({ ...own, logWeight: weight });
      cells.push({ rows, logWeight, own: { low: part(one.low), high: part(other.high) } });
    }
  return linear({
    y: past.map((value, i) => y[i + 1] - value),
    cells: cells,
    names: ["heat", "cool"],
    means: [0.5, 0.5],
    sds: [0.5, 0.5],
    noise: [0.5, 0.12, 0.6],
  });
}

function thresholdAutoregression({ y }) {
  const past = y.slice(0, -1);
  const inner = past.filter((value) => value > -2 && value < 2).sort((p, q) => p - q);
  const ends = [-2, ...inner, 2];
  const cells = ends.slice(1).map((high, k) => ({
    rows: past.map((value) => (value >= high ? [1, 0, value] : [0, 1, value])),
    logWeight: Math.log(high - ends[k]),
    own: { threshold: between(ends[k], high) },
  }));
  return linear({
    y: y.slice(1),
    cells,
    names: ["above", "below", "b"],
    means: [0, 0, 0],
    sds: [2, 2, 1],
    noise: [2, 0.5, 1.4],
  });
}

// ---- two numbers on a grid ----
function plane(first, second, logDensity) {
  const [p, q] = [first, second].map(({ low, high, panels }) => panelRule(low, high, panels));
  const at = p.map((one) => q.map((other) => one.logWeight + other.logWeight + logDensity(one.at, other.at)));
  return {
    [first.name]: gridParts(p, at.map(logSumExp)),
    [second.name]: gridParts(
      q,
      q.map((_, j) => logSumExp(at.map((row) => row[j]))),
    ),
  };
}

/** Claims z ~ N(m, 0.7²), paid exp(z) if z > deductible, else nothing, with noise of sd 0.3. */
function deductible({ paid }) {
  const rule = panelRule(-4, 5, 200);
  return plane(
    { name: "m", low: -1.5, high: 2.5, panels: 80 },
    { name: "deductible", low: -2.5, high: 3, panels: 200 },
    (() => {
      const seen = rule.map(({ at }) => paid.map((value) => logNormal(value, Math.exp(at), 0.3)));
      const unpaid = paid.map((value) => logNormal(value, 0, 0.3));
      return (m, d) => {
        let total = logNormal(m, 0.5, 1) + logNormal(d, 0.5, 0.7);
        const below = cutNormalPart(0, m, 0.7, -Infinity, d).logWeight;
        const weights = rule.map(({ at, logWeight }) => logWeight + logNormal(at, m, 0.7));
        // The panel that the deductible cuts is cut by the share above it.
        const shares = rule.map(({ from, to }) => Math.min(1, Math.max(0, (to - d) / (to - from))));
        for (let i = 0; i < paid.length; i++) {
          let sum = Math.exp(below + unpaid[i]);
          for (let k = 0; k < rule.length; k++) if (shares[k] > 0) sum += shares[k] * Math.exp(weights[k] + seen[k][i]);
          total += Math.log(sum);
        }
        return total;
      };
    })(),
  );
}

/** Two states that flip with probability 0.1, the first from 1; y ~ N(up or down, 0.8²). */
const hiddenSwitch = ({ y }) =>
  plane(
    { name: "up", low: -1.5, high: 3.5, panels: 120 },
    { name: "down", low: -3.5, high: 1.5, panels: 120 },
    (up, down) => {
      let [on, off] = [1, 0];
      let total = logNormal(up, 1, 1) + logNormal(down, -1, 1);
      for (const value of y) {
        [on, off] = [
          (0.9 * on + 0.1 * off) * Math.exp(logNormal(value, up, 0.8)),
          (0.1 * on + 0.9 * off) * Math.exp(logNormal(value, down, 0.8)),
        ];
        total += Math.log(on + off);
        [on, off] = [on / (on + off), off / (on + off)];
      }
      return total;
    },
  );

/** Heads answers truly, yes with probability p; tails says yes with probability ½. */
function randomisedResponse({ yes }) {
  const count = yes.reduce((sum, value) => sum + value, 0);
  const points = panelRule(0, 1, 100);
  const logDensity = (p) => count * Math.log(0.5 * p + 0.25) + (yes.length - count) * Math.log(0.75 - 0.5 * p);
  return {
    p: gridParts(
      points,
      points.map(({ at, logWeight }) => logWeight + logDensity(at)),
    ),
  };
}

const QUADRATURE =
  "sum over cells of the jumps; Gauss's rule in panels over the rest, of which coefficients are integrated exactly";
export const POSTERIORS = {
  coal_mining: { exact: (data) => oneChange(data, 1), method: "sum over cells; rates are gamma given a cell" },
  text_messages: { exact: (data) => oneChange(data, 0.05), method: "sum over cells; rates are gamma given a cell" },
  two_change_points: { exact: twoChanges, method: "sum over pairs of cells; rates are gamma given a pair" },
  step_regression: { exact: stepRegression, method: QUADRATURE },
  two_phase_regression: { exact: twoPhase, method: QUADRATURE },
  rating_curve: { exact: ratingCurve, method: QUADRATURE },
  thermostat: { exact: thermostat, method: QUADRATURE },
  threshold_autoregression: { exact: thresholdAutoregression, method: QUADRATURE },
  deductible: { exact: deductible, method: "Gauss's rule in panels over all three numbers" },
  hidden_switch: { exact: hiddenSwitch, method: "forward algorithm; Gauss's rule in panels over both levels" },
  randomised_response: { exact: randomisedResponse, method: "Gauss's rule in panels" },
};
