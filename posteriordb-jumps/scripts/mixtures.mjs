// Distributions of one number as mixtures of parts whose cdf is known, with exact means, standard deviations and quantiles. It shares no code
// with the library.

/** log Γ(x), x > 0: Stirling's series above 10. */
export function lgamma(x) {
  let shift = 0;
  for (; x < 10; x++) shift += Math.log(x);
  const y = 1 / (x * x);
  const series = (1 / 12 - y * (1 / 360 - y * (1 / 1260 - y * (1 / 1680 - y / 1188)))) / x;
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series - shift;
}

/** The regularised lower incomplete gamma function: its series below a + 1, a continued fraction above. */
export function gammaP(a, x) {
  if (x <= 0) return 0;
  const front = Math.exp(a * Math.log(x) - x - lgamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; n < 2000 && term > sum * 1e-17; n++) {
      term *= x / (a + n);
      sum += term;
    }
    return front * sum;
  }
  let b = x + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let h = d;
  for (let i = 1; i < 2000; i++) {
    const an = -i * (i - a);
    b += 2;
    d = 1 / (an * d + b);
    c = b + an / c;
    h *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  return 1 - front * h;
}

const density = (z) => Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);

/** Φ at steps of 1/512 up to 8: between them Hermite's cubic, whose slopes are known, errs by 1e-13. */
const STEP = 1 / 512;
const TABLE = Float64Array.from({ length: 8 / STEP + 2 }, (_, k) => 0.5 * (1 + gammaP(0.5, (k * STEP) ** 2 / 2)));

/** Φ(z). */
export function phi(z) {
  if (z < 0) return 1 - phi(-z);
  if (z >= 8) return 1;
  const k = Math.floor(z / STEP);
  const t = z / STEP - k;
  const [left, right] = [density(k * STEP) * STEP, density((k + 1) * STEP) * STEP];
  const rise = TABLE[k + 1] - TABLE[k];
  return TABLE[k] + t * (left + t * (3 * rise - 2 * left - right + t * (left + right - 2 * rise)));
}

// A part: log weight, mean, variance, cdf, and where its mass lies.
export const gammaPart = (logWeight, shape, rate) => {
  const [mean, sd] = [shape / rate, Math.sqrt(shape) / rate];
  return { logWeight, mean, variance: sd * sd, cdf: (x) => gammaP(shape, rate * x), low: 0, high: mean + 12 * sd };
};
export const normalPart = (logWeight, mean, sd) => ({
  logWeight,
  mean,
  variance: sd * sd,
  cdf: (x) => phi((x - mean) / sd),
  low: mean - 10 * sd,
  high: mean + 10 * sd,
});
export const uniformPart = (logWeight, low, high) => ({
  logWeight,
  mean: (low + high) / 2,
  variance: (high - low) ** 2 / 12,
  cdf: (x) => Math.min(1, Math.max(0, (x - low) / (high - low))),
  low,
  high,
});
/** N(m, s²) between two ends, which may be infinite; its weight is the mass between them times `logWeight`. */
export const cutNormalPart = (logWeight, m, s, low, high) => {
  const [a, b] = [(low - m) / s, (high - m) / s];
  const mass = phi(b) - phi(a);
  const [fa, fb] = [a, b].map((z) => (Number.isFinite(z) ? density(z) : 0));
  const [za, zb] = [a, b].map((z) => (Number.isFinite(z) ? z * density(z) : 0));
  const shift = (fa - fb) / mass;
  return {
    logWeight: logWeight + Math.log(mass),
    mean: m + s * shift,
    variance: s * s * (1 + (za - zb) / mass - shift * shift),
    cdf: (x) => Math.min(1, Math.max(0, (phi((x - m) / s) - phi(a)) / mass)),
    low: Math.max(low, m - 12 * s),
    high: Math.min(high, m + 12 * s),
  };
};

/** Mean, sd and quantiles of a mixture. */
export function summaryOf(parts) {
  const most = parts.reduce((largest, { logWeight }) => Math.max(largest, logWeight), -Infinity);
  const kept = parts
    .map((part) => ({ ...part, weight: Math.exp(part.logWeight - most) }))
    .filter(({ weight }) => weight > 1e-10);
  const total = kept.reduce((sum, { weight }) => sum + weight, 0);
  const average = (of) => kept.reduce((sum, part) => sum + part.weight * of(part), 0) / total;
  const mean = average((part) => part.mean);
  const variance = average((part) => part.variance + (part.mean - mean) ** 2);
  const quantile = (p) => {
    let low = kept.reduce((least, part) => Math.min(least, part.low), Infinity);
    let high = kept.reduce((largest, part) => Math.max(largest, part.high), -Infinity);
    for (let i = 0; i < 44; i++) {
      const middle = (low + high) / 2;
      const below = average((part) => (middle <= part.low ? 0 : middle >= part.high ? 1 : part.cdf(middle)));
      if (below < p) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  };
  const [q05, q25, q50, q75, q95] = [0.05, 0.25, 0.5, 0.75, 0.95].map(quantile);
  return { mean, sd: Math.sqrt(variance), q05, q25, q50, q75, q95 };
}

export function logSumExp(values) {
  const most = values.reduce((largest, value) => Math.max(largest, value), -Infinity);
  return most === -Infinity ? most : most + Math.log(values.reduce((sum, value) => sum + Math.exp(value - most), 0));
}

/** Gauss's rule with three points in each of `panels` panels: points, log weights, and the panel of each, as a part. */
export function panelRule(low, high, panels) {
  const width = (high - low) / panels;
  return Array.from({ length: panels }, (_, k) => {
    const [from, to] = [low + k * width, low + (k + 1) * width];
    const nodes = [-Math.sqrt(0.6), 0, Math.sqrt(0.6)];
    return nodes.map((node, j) => ({
      at: (from + to) / 2 + (width / 2) * node,
      logWeight: Math.log((width / 2) * [5 / 9, 8 / 9, 5 / 9][j]),
      from,
      to,
    }));
  }).flat();
}

/**
 * What is known at the points of a rule by their log weights, as a part for each panel: the density is the parabola through its three points.
 */
export function gridParts(rule, logWeights) {
  const most = logWeights.reduce((largest, value) => Math.max(largest, value), -Infinity);
  return Array.from({ length: rule.length / 3 }, (_, k) => {
    const points = rule.slice(3 * k, 3 * k + 3);
    const masses = points.map((_, j) => Math.exp(logWeights[3 * k + j] - most));
    const total = masses[0] + masses[1] + masses[2];
    const { from, to } = points[0];
    const half = (to - from) / 2;
    const middle = (from + to) / 2;
    // Density a + b·t + c·t², t from −1 to 1, through the points.
    const [left, a, right] = points.map(({ logWeight }, j) => masses[j] / (Math.exp(logWeight) / half));
    const [b, c] = [(right - left) / (2 * Math.sqrt(0.6)), ((right + left) / 2 - a) / 0.6];
    const below = (t) => a * (t + 1) + (b * (t * t - 1)) / 2 + (c * (t * t * t + 1)) / 3;
    const mean = points.reduce((sum, { at }, j) => sum + masses[j] * at, 0) / total;
    return {
      logWeight: Math.log(total),
      mean,
      variance: points.reduce((sum, { at }, j) => sum + masses[j] * (at - mean) ** 2, 0) / total,
      cdf: (x) => below((x - middle) / half) / below(1),
      low: from,
      high: to,
    };
  }).filter(({ logWeight }) => logWeight > -30);
}

/**
 * y = Xβ + noise of a known sd, β ~ N(prior means, prior sds²) independent: log evidence, and mean and sd of each entry of β. X by rows.
 */
export function linearGaussian(rows, y, noise, means, sds) {
  const d = means.length;
  const precision = Array.from({ length: d }, (_, i) =>
    Array.from({ length: d }, (_, j) => (i === j ? 1 / sds[i] ** 2 : 0)),
  );
  const right = means.map((m, i) => m / sds[i] ** 2);
  let constant = 0;
  rows.forEach((row, t) => {
    for (let i = 0; i < d; i++) {
      right[i] += (row[i] * y[t]) / noise ** 2;
      for (let j = 0; j < d; j++) precision[i][j] += (row[i] * row[j]) / noise ** 2;
    }
    constant += -0.5 * (y[t] / noise) ** 2 - Math.log(noise) - 0.5 * Math.log(2 * Math.PI);
  });
  means.forEach((m, i) => {
    constant += -0.5 * (m / sds[i]) ** 2 - Math.log(sds[i]);
  });
  // Gauss–Jordan on [precision | right | I]: the determinant, the mean and the covariance.
  const table = precision.map((row, i) => [...row, right[i], ...row.map((_, j) => (i === j ? 1 : 0))]);
  let logDeterminant = 0;
  for (let i = 0; i < d; i++) {
    const pivot = table[i][i];
    logDeterminant += Math.log(pivot);
    table[i] = table[i].map((value) => value / pivot);
    for (let k = 0; k < d; k++)
      if (k !== i) {
        const factor = table[k][i];
        table[k] = table[k].map((value, j) => value - factor * table[i][j]);
      }
  }
  const mean = table.map((row) => row[d]);
  return {
    logEvidence: constant - 0.5 * logDeterminant + 0.5 * right.reduce((sum, value, i) => sum + value * mean[i], 0),
    mean,
    sd: table.map((row, i) => Math.sqrt(row[d + 1 + i])),
  };
}
