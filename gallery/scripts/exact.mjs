// The exact posterior of each problem, number by number, as a mixture: a sum over the cells that jumps make, an integral over what is left. Problems
// that posteriordb-jumps has too are those of its own scripts. Nothing here is shared with the library.
import {
  gridParts,
  linearGaussian,
  logSumExp,
  normalPart,
  panelRule,
  phi,
  uniformPart,
} from "../../posteriordb-jumps/scripts/mixtures.mjs";
import { linear, POSTERIORS } from "../../posteriordb-jumps/scripts/posteriors.mjs";

const HALF_LOG_2PI = 0.5 * Math.log(2 * Math.PI);
const logNormal = (x, m, s) => -0.5 * ((x - m) / s) ** 2 - Math.log(s) - HALF_LOG_2PI;
const sum = (values) => values.reduce((total, value) => total + value, 0);

/** Marginals of a density on the product of rules: a part for each panel, under the names of the axes. */
function grid(axes, logDensity) {
  const rules = axes.map(({ low, high, panels }) => panelRule(low, high, panels));
  const masses = rules.map((rule) => rule.map(() => []));
  const visit = (indices) => {
    const k = indices.length;
    if (k < rules.length) for (let i = 0; i < rules[k].length; i++) visit([...indices, i]);
    else {
      const points = indices.map((i, axis) => rules[axis][i]);
      const value = logDensity(...points.map(({ at }) => at)) + sum(points.map(({ logWeight }) => logWeight));
      indices.forEach((i, axis) => void masses[axis][i].push(value));
    }
  };
  visit([]);
  return Object.fromEntries(axes.map(({ name }, axis) => [name, gridParts(rules[axis], masses[axis].map(logSumExp))]));
}

/** The log weights of the cells of a threshold that is uniform from `low` to `high`: between neighbouring places it changes nothing. */
function cellsBetween(places, low, high) {
  const ends = [low, ...places.filter((place) => place > low && place < high).sort((p, q) => p - q), high];
  return ends
    .slice(1)
    .map((end, k) => ({ from: ends[k], to: end }))
    .filter(({ from, to }) => to > from);
}

function taxBracket({ income, tax }) {
  const cells = cellsBetween(income, 0, 60).map(({ from, to }) => ({
    rows: income.map((x) => (x >= to ? [0, x] : [x, 0])),
    logWeight: Math.log(to - from),
    own: { bracket: (logWeight) => uniformPart(logWeight, from, to) },
  }));
  return linear({ y: tax, cells, names: ["low", "high"], means: [0.2, 0.2], sds: [0.2, 0.2], noise: [2, 0.5, 2.5] });
}

/** Losses z ~ N(m, 0.8²), paid min(exp(z), 6) if z > deductible, else nothing, with an error of sd 0.3. */
function deductibleAndLimit({ paid }) {
  const rule = panelRule(-4, 6, 220);
  const below = paid.map((value) => logNormal(value, 0, 0.3));
  const above = rule.map(({ at }) => paid.map((value) => Math.exp(logNormal(value, Math.min(Math.exp(at), 6), 0.3))));
  return grid(
    [
      { name: "m", low: -1.2, high: 2.6, panels: 40 },
      { name: "deductible", low: -2, high: 2.5, panels: 120 },
    ],
    (m, d) => {
      const weights = rule.map(({ at, logWeight, from, to }) => {
        // The panel that the deductible cuts is cut by the share above it.
        const share = Math.min(1, Math.max(0, (to - d) / (to - from)));
        return share * Math.exp(logWeight + logNormal(at, m, 0.8));
      });
      const unpaid = phi((d - m) / 0.8);
      const claims = paid.map((_, i) => {
        let total = unpaid * Math.exp(below[i]);
        for (let k = 0; k < rule.length; k++) if (weights[k] > 0) total += weights[k] * above[k][i];
        return Math.log(total);
      });
      return logNormal(m, 0.5, 1) + logNormal(d, 0.5, 0.7) + sum(claims);
    },
  );
}

const factorial = (n) => (n < 2 ? 1 : n * factorial(n - 1));
const poisson = (count, rate) => (rate ** count * Math.exp(-rate)) / factorial(count);

/** rate ~ gamma(2, 0.5), share uniform; who is no customer orders at a rate of 0.001. */
function zeroInflatedRevenue({ orders }) {
  const counts = [...new Set(orders)].map((count) => [count, orders.filter((other) => other === count).length]);
  const logDensity = (share, rate) =>
    Math.log(rate) -
    0.5 * rate +
    sum(counts.map(([count, n]) => n * Math.log(share * poisson(count, rate) + (1 - share) * poisson(count, 0.001))));
  const [share, rate] = [
    { name: "share", low: 0, high: 1, panels: 100 },
    { name: "rate", low: 0.3, high: 6, panels: 100 },
  ];
  // The revenue r = 20 · share · rate instead of the rate: d rate = dr / (20 · share).
  const { revenue } = grid(
    [
      { ...share, low: 0.02 },
      { name: "revenue", low: 2, high: 50, panels: 150 },
    ],
    (s, r) => logDensity(s, r / (20 * s)) - Math.log(20 * s),
  );
  return { ...grid([share, rate], logDensity), revenue };
}

/** Errors of sd 0.4, of an outlier 3; a and slope ~ N(0, 2²), the probability of outliers ~ beta(1, 4). */
const robustRegression = ({ x, y }) =>
  grid(
    [
      { name: "a", low: 0.3, high: 1.6, panels: 22 },
      { name: "slope", low: 0.3, high: 1.5, panels: 22 },
      { name: "outliers", low: 0, high: 0.8, panels: 22 },
    ],
    (a, slope, f) => {
      let total = logNormal(a, 0, 2) + logNormal(slope, 0, 2) + 3 * Math.log(1 - f);
      for (let i = 0; i < x.length; i++) {
        const error = y[i] - a - slope * x[i];
        total += Math.log((1 - f) * Math.exp(logNormal(error, 0, 0.4)) + f * Math.exp(logNormal(error, 0, 3)));
      }
      return total;
    },
  );

/** Every subset of the regressors; given it coefficients are normal. The effect of one that is out is 0. */
function spikeAndSlab({ rows, y }) {
  const count = rows[0].length;
  const parts = Object.fromEntries(rows[0].map((_, k) => [`effect${k}`, []]));
  for (let subset = 0; subset < 2 ** count; subset++) {
    const chosen = rows[0].map((_, k) => k).filter((k) => (subset >> k) & 1);
    const found = linearGaussian(
      rows.map((row) => chosen.map((k) => row[k])),
      y,
      1,
      chosen.map(() => 0),
      chosen.map(() => 2),
    );
    rows[0].forEach((_, k) => {
      const at = chosen.indexOf(k);
      const part =
        at < 0 ? uniformPart(found.logEvidence, 0, 0) : normalPart(found.logEvidence, found.mean[at], found.sd[at]);
      parts[`effect${k}`].push(at < 0 ? { ...part, cdf: (value) => (value < 0 ? 0 : 1) } : part);
    });
  }
  return parts;
}

/** Opinions ~ N(shift or 0, 1), cut at low and low + gap; what is ticked is right with probability 0.94, each other answer has 0.03. */
function ordinalSurvey({ informed, answer }) {
  const counts = [0, 1].map((group) =>
    [0, 1, 2].map((value) => answer.filter((other, i) => other === value && informed[i] === group).length),
  );
  return grid(
    [
      { name: "shift", low: -1, high: 2, panels: 40 },
      { name: "low", low: -3.4, high: 0.2, panels: 50 },
      { name: "gap", low: 0, high: 3.6, panels: 50 },
    ],
    (shift, low, gap) => {
      let total = logNormal(shift, 0, 1) + logNormal(low, -0.5, 1) - 0.5 * gap * gap;
      for (const group of [0, 1]) {
        const mean = group === 1 ? shift : 0;
        const [first, second] = [phi(low - mean), phi(low + gap - mean)];
        const felt = [first, second - first, 1 - second];
        felt.forEach((p, value) => {
          total += counts[group][value] * Math.log(0.03 + 0.91 * p);
        });
      }
      return total;
    },
  );
}

/** For every day on which the lockdown may have begun, both rates on a grid. */
function epidemic({ cases }) {
  const [before, after] = [panelRule(0.36, 0.56, 30), panelRule(0.05, 0.35, 40)];
  const logCases = cases.map(Math.log);
  const parts = { before: [], after: [], lockdown: [] };
  const byRate = { before: before.map(() => []), after: after.map(() => []) };
  for (let first = 6; first <= 35; first++) {
    // Days before `first` have the first rate: the lockdown lies between first − 1 and first.
    const found = [];
    before.forEach((one, i) => {
      after.forEach((other, j) => {
        let [healthy, ill] = [99_980, 20];
        let total = one.logWeight + other.logWeight;
        // Both rates are lognormal(−1, 0.5).
        for (const { at } of [one, other]) total += logNormal(Math.log(at), -1, 0.5) - Math.log(at);
        for (let day = 0; day < cases.length; day++) {
          const infected = healthy * (1 - Math.exp((-(day < first ? one.at : other.at) * ill) / 100_000));
          healthy -= infected;
          ill += infected - 0.1 * ill;
          total += logNormal(logCases[day], Math.log(infected), 0.25);
        }
        found.push(total);
        byRate.before[i].push(total);
        byRate.after[j].push(total);
      });
    });
    parts.lockdown.push(uniformPart(logSumExp(found), first - 1, first));
  }
  parts.before = gridParts(before, byRate.before.map(logSumExp));
  parts.after = gridParts(after, byRate.after.map(logSumExp));
  return parts;
}

/** Both thresholds between every two neighbouring places; given that bias and weights are normal, and so is what the network says anywhere. */
function stepNetwork({ x, y }) {
  const asked = [-1.5, -0.7, 0, 0.6, 1.5];
  const ends = [-Infinity, ...[...new Set([...x, ...asked])].sort((p, q) => p - q), Infinity];
  const cells = ends.slice(1).map((to, k) => ({ to, logWeight: Math.log(phi(to) - phi(ends[k])) }));
  const parts = Object.fromEntries(asked.map((place) => [`output(${place})`, []]));
  const on = (place, cell) => (place >= cell.to ? 1 : 0);
  for (const one of cells)
    for (const other of cells) {
      const row = (place) => [1, on(place, one), on(place, other)];
      for (const place of asked) {
        // bias = output − weights: with the output as a coefficient of its own the prior is correlated, so its moments come from a rotation.
        const found = outputGiven(x.map(row), y, row(place));
        parts[`output(${place})`].push(
          normalPart(one.logWeight + other.logWeight + found.logEvidence, found.mean, found.sd),
        );
      }
    }
  return parts;
}

/** Mean and sd of asked·β, of y = rows·β + N(0, 0.3²), β ~ N(0, diag(1, 2², 2²)); as one more observation of no weight. */
function outputGiven(rows, y, asked) {
  const sds = [1, 2, 2];
  const none = linearGaussian(rows, y, 0.3, [0, 0, 0], sds);
  const mean = sum(asked.map((value, k) => value * none.mean[k]));
  // Var(a·β) from variances of β₀ + …: each pair of coefficients by polarisation would need covariances, which an added observation of a·β gives:
  // with noise s² at the value m the log evidence changes by log N(m; mean, s² + variance).
  const more = linearGaussian([...rows, asked.map((value) => value * 0.3)], [...y, mean * 0.3], 0.3, [0, 0, 0], sds);
  const density = more.logEvidence - none.logEvidence; // log N(0.3·mean; 0.3·mean, 0.09·(1 + variance))
  const variance = Math.exp(-2 * (density + HALF_LOG_2PI)) / 0.09 - 1;
  return { logEvidence: none.logEvidence, mean, sd: Math.sqrt(Math.max(variance, 1e-12)) };
}

const renamed = (name) => POSTERIORS[name];
const GRID = "Gauss's rule in panels";

/** `exact(data)` has parts for each number of a problem. */
export const EXACT = {
  "text-messages": renamed("text_messages"),
  "coal-mining": renamed("coal_mining"),
  "two-phase-regression": renamed("two_phase_regression"),
  "rating-curve": renamed("rating_curve"),
  thermostat: renamed("thermostat"),
  "deductible-and-limit": { exact: deductibleAndLimit, method: `${GRID} over all three numbers` },
  "tax-bracket": { exact: taxBracket, method: `sum over cells; ${GRID} over the noise; rates are integrated exactly` },
  "zero-inflated-revenue": { exact: zeroInflatedRevenue, method: `${GRID} over both numbers` },
  "threshold-autoregression": renamed("threshold_autoregression"),
  "randomised-response": renamed("randomised_response"),
  "hidden-markov": renamed("hidden_switch"),
  "robust-regression": { exact: robustRegression, method: `${GRID} over all three numbers` },
  "spike-and-slab": { exact: spikeAndSlab, method: "sum over all subsets; effects are normal given one" },
  "ordinal-survey": { exact: ordinalSurvey, method: `${GRID} over all three numbers` },
  epidemic: { exact: epidemic, method: `sum over the days; ${GRID} over both rates` },
  "step-network": { exact: stepNetwork, method: "sum over pairs of cells; the output is normal given a pair" },
};
