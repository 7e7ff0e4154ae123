// The text of docs/distributions.md: parameters, ranges, supports and which masses are known are read off the records; formulas stand here,
// so that no bundle of the library carries them.

/** name: [a record to look at, its call, log density at x, mean, sd]; — where there is none, "sums" or "quadrature" where it has no formula. */
const SECTIONS = (n) => ({
  "On ℝ": {
    normal: [n.normal(0, 1), "normal(mean, sd)", "−½((x − mean)/sd)² − log sd − ½ log 2π", "mean", "sd"],
    studentT: [
      n.studentT(4),
      "studentT(df, location = 0, scale = 1)",
      "−½(df + 1) log(1 + t²/df) + log Γ(½(df + 1)) − log Γ(½df) − ½ log(π df) − log scale, t = (x − location)/scale",
      "location, df > 1",
      "scale·√(df/(df − 2)), df > 2",
    ],
    cauchy: [n.cauchy(0, 1), "cauchy(location, scale)", "−log(1 + t²) − log scale − log π", "—", "—"],
    laplace: [n.laplace(0, 1), "laplace(location, scale)", "−∣t∣ − log(2 scale)", "location", "√2·scale"],
    asymmetricLaplace: [
      n.asymmetricLaplace(0, 1, 2),
      "asymmetricLaplace(location, scale, asymmetry)",
      "−max(κt, −t/κ) − log(κ + 1/κ) − log scale, κ = asymmetry",
      "location + scale·(1/κ − κ)",
      "scale·√(1/κ² + κ²)",
    ],
    logistic: [
      n.logistic(0, 1),
      "logistic(location, scale)",
      "−t − 2 log(1 + e^{−t}) − log scale",
      "location",
      "π·scale/√3",
    ],
    gumbel: [
      n.gumbel(0, 1),
      "gumbel(location, scale)",
      "−t − e^{−t} − log scale",
      "location + 0.5772·scale",
      "π·scale/√6",
    ],
    skewNormal: [
      n.skewNormal(0, 1, 2),
      "skewNormal(location, scale, shape)",
      "log 2 + log φ(t) + log Φ(shape·t) − log scale",
      "location + scale·δ√(2/π), δ = shape/√(1 + shape²)",
      "scale·√(1 − 2δ²/π)",
    ],
    exGaussian: [
      n.exGaussian(0, 1, 1),
      "exGaussian(mean, sd, rate)",
      "log rate − r z + ½r² + log Φ(z − r), z = (x − mean)/sd, r = rate·sd",
      "mean + 1/rate",
      "√(sd² + 1/rate²)",
    ],
    flat: [n.flat(), "flat()", "0", "—", "—"],
  },
  "On positive numbers": {
    exponential: [n.exponential(1), "exponential(rate)", "log rate − rate·x", "1/rate", "1/rate"],
    gamma: [
      n.gamma(2, 1),
      "gamma(shape, rate)",
      "shape·log rate + (shape − 1) log x − rate·x − log Γ(shape)",
      "shape/rate",
      "√shape/rate",
    ],
    chi2: [n.chi2(3), "chi2(df)", "that of gamma(½df, ½)", "df", "√(2 df)"],
    inverseGamma: [
      n.inverseGamma(3, 2),
      "inverseGamma(shape, scale)",
      "shape·log scale − (shape + 1) log x − scale/x − log Γ(shape)",
      "scale/(shape − 1), shape > 1",
      "mean/√(shape − 2), shape > 2",
    ],
    lognormal: [
      n.lognormal(0, 1),
      "lognormal(mean, sd)",
      "that of N(mean, sd²) at log x, − log x",
      "exp(mean + ½sd²)",
      "mean of x·√(exp(sd²) − 1)",
    ],
    weibull: [
      n.weibull(2, 1),
      "weibull(shape, scale)",
      "log k + (k − 1) log x − k log scale − (x/scale)ᵏ, k = shape",
      "scale·Γ(1 + 1/k)",
      "scale·√(Γ(1 + 2/k) − Γ(1 + 1/k)²)",
    ],
    pareto: [
      n.pareto(1, 3),
      "pareto(low, shape)",
      "log shape + shape·log low − (shape + 1) log x",
      "shape·low/(shape − 1), shape > 1",
      "low·√(shape/(shape − 2))/(shape − 1), shape > 2",
    ],
    inverseGaussian: [
      n.inverseGaussian(1, 1),
      "inverseGaussian(mean, shape)",
      "½ log shape − ½ log 2π − 1.5 log x − shape·(x − mean)²/(2 mean² x)",
      "mean",
      "mean·√(mean/shape)",
    ],
    logUniform: [
      n.logUniform(1, 10),
      "logUniform(low, high)",
      "−log x − log log(high/low)",
      "(high − low)/log(high/low)",
      "√((high² − low²)/(2 log(high/low)) − mean²)",
    ],
    halfNormal: [
      n.halfNormal(1),
      "halfNormal(scale)",
      "−½(x/scale)² − log scale + ½ log(2/π)",
      "scale·√(2/π)",
      "scale·√(1 − 2/π)",
    ],
    halfCauchy: [n.halfCauchy(1), "halfCauchy(scale)", "log(2/π) − log scale − log(1 + (x/scale)²)", "∞", "∞"],
    halfStudentT: [
      n.halfStudentT(4, 1),
      "halfStudentT(df, scale = 1)",
      "log 2 and that of studentT(df, 0, scale)",
      "2 scale·√(df/π)·Γ(½(df + 1))/(Γ(½df)(df − 1)), df > 1",
      "√(scale²·df/(df − 2) − mean²), df > 2",
    ],
  },
  "On an interval": {
    uniform: [n.uniform(0, 1), "uniform(low, high)", "−log(high − low)", "½(low + high)", "(high − low)/√12"],
    beta: [
      n.beta(2, 3),
      "beta(a, b)",
      "(a − 1) log x + (b − 1) log(1 − x) − log B(a, b)",
      "a/(a + b)",
      "√(ab/(a + b + 1))/(a + b)",
    ],
    kumaraswamy: [
      n.kumaraswamy(2, 3),
      "kumaraswamy(a, b)",
      "log a + log b + (a − 1) log x + (b − 1) log(1 − xᵃ)",
      "b·B(1 + 1/a, b)",
      "√(b·B(1 + 2/a, b) − mean²)",
    ],
    triangular: [
      n.triangular(0, 1, 3),
      "triangular(low, mode, high)",
      "log(2/(high − low)) + log min((x − low)/(mode − low), (high − x)/(high − mode))",
      "(low + mode + high)/3",
      "√(((high − low)² − (mode − low)(high − mode))/18)",
    ],
    vonMises: [
      n.vonMises(0, 1),
      "vonMises(mean, concentration)",
      "κ cos(x − mean) − log 2π − log I₀(κ), κ = concentration",
      "—",
      "—",
    ],
  },
  "Whole numbers and tables": {
    bernoulli: [n.bernoulli(0.5), "bernoulli(p)", "x log p + (1 − x) log(1 − p)", "p", "√(p(1 − p))"],
    binomial: [
      n.binomial(3, 0.5),
      "binomial(trials, p)",
      "x log p + (trials − x) log(1 − p) + log (trials over x)",
      "trials·p",
      "√(trials·p(1 − p))",
    ],
    betaBinomial: [
      n.betaBinomial(3, 1, 2),
      "betaBinomial(trials, a, b)",
      "log (trials over x) + log B(x + a, trials − x + b) − log B(a, b)",
      "trials·a/(a + b)",
      "√(trials·ab(a + b + trials)/(a + b + 1))/(a + b)",
    ],
    categorical: [n.categorical([0.5, 0.5]), "categorical(probabilities)", "log probabilities[x]", "sums", "sums"],
    orderedLogistic: [
      n.orderedLogistic(0, [0, 1]),
      "orderedLogistic(location, cuts)",
      "log(S(c_x − location) − S(c_{x−1} − location)), S(u) = 1/(1 + e^{−u})",
      "sums",
      "sums",
    ],
    orderedProbit: [
      n.orderedProbit(0, [0, 1]),
      "orderedProbit(location, cuts)",
      "log(Φ(c_x − location) − Φ(c_{x−1} − location))",
      "sums",
      "sums",
    ],
    geometric: [n.geometric(0.5), "geometric(p)", "x log(1 − p) + log p", "(1 − p)/p", "√(1 − p)/p"],
    poisson: [n.poisson(1), "poisson(rate)", "x log rate − rate − log x!", "rate", "√rate"],
    negativeBinomial: [
      n.negativeBinomial(2, 0.5),
      "negativeBinomial(size, p)",
      "log Γ(x + size) − log x! − log Γ(size) + size·log p + x log(1 − p)",
      "size·(1 − p)/p",
      "√(size·(1 − p))/p",
    ],
    negativeBinomialByMean: [
      n.negativeBinomialByMean(2, 1),
      "negativeBinomialByMean(mean, dispersion)",
      "that of size φ = dispersion and p = φ/(φ + mean)",
      "mean",
      "√(mean + mean²/φ)",
    ],
    discreteUniform: [
      n.discreteUniform(0, 3),
      "discreteUniform(low, high)",
      "−log(high − low + 1)",
      "½(low + high)",
      "√(((high − low + 1)² − 1)/12)",
    ],
    finite: [
      n.finite([0.5, 2], [0.5, 0.5]),
      "finite(values, probabilities)",
      "log of the probability of x",
      "sums",
      "sums",
    ],
  },
});

/** name: [a record, its call, log density at x]. */
const VECTORS = (n) => ({
  iid: [n.iid(n.normal(0, 1), 2), "iid(distribution, length)", "Σ log p(x_i)"],
  ordered: [n.ordered(n.normal(0, 1), 2), "ordered(distribution, length)", "log length! + Σ log p(x_i)"],
  multivariateNormal: [
    n.multivariateNormal([0], { cholesky: [[1]] }),
    "multivariateNormal(mean, { cholesky })",
    "−½∣z∣² − Σ log L_ii − ½n log 2π, L·z = x − mean; also { covariance }",
  ],
  multivariateStudentT: [
    n.multivariateStudentT(3, [0], { cholesky: [[1]] }),
    "multivariateStudentT(df, location, { cholesky })",
    "−½(df + n) log(1 + ∣z∣²/df) − Σ log L_ii + log Γ(½(df + n)) − log Γ(½df) − ½n log(π df)",
  ],
  gaussianRandomWalk: [
    n.gaussianRandomWalk(1, 2),
    "gaussianRandomWalk(sd, length)",
    "initial at x_0, then x_t ~ N(x_{t−1} + drift, sd²)",
  ],
  ar: [
    n.ar([0.5], 1, 2),
    "ar(coefficients, sd, length)",
    "initial at the first p, then x_t ~ N(constant + Σ coefficients[i]·x_{t−1−i}, sd²)",
  ],
  dirichlet: [n.dirichlet([1, 1]), "dirichlet(concentrations)", "Σ (a_i − 1) log x_i + log Γ(Σa) − Σ log Γ(a_i)"],
  unitVector: [n.unitVector(3), "unitVector(length)", "−log of the sphere's area, 2π^(n/2)/Γ(n/2), n = length"],
  lkjCholesky: [
    n.lkjCholesky(2, 1),
    "lkjCholesky(rows, concentration)",
    "Σ (rows − i − 3 + 2η) log L_ii and a constant, η = concentration",
  ],
  multinomial: [
    n.multinomial(2, [0.5, 0.5]),
    "multinomial(trials, probabilities)",
    "log trials! + Σ (x_i log p_i − log x_i!)",
  ],
  dirichletMultinomial: [
    n.dirichletMultinomial(2, [1, 1]),
    "dirichletMultinomial(trials, concentrations)",
    "log trials! + log Γ(Σa) − log Γ(trials + Σa) + Σ (log Γ(x_i + a_i) − log Γ(a_i) − log x_i!)",
  ],
  intervalCensored: [n.intervalCensored(n.normal(0, 1)), "intervalCensored(distribution)", "log P(x_0 < X ≤ x_1)"],
});

const OTHERS = {
  truncated: ["truncated(distribution, low, high)", "given low ≤ x ≤ high; of counts both ends belong to it"],
  censored: [
    "censored(distribution, low, high)",
    "data of which, at or beyond an end, that alone is known: the mass there counts",
  ],
  mixture: ["mixture(weights, components)", "log Σ w_i p_i(x); weights may be traced"],
  zeroInflated: [
    "zeroInflated(p, distribution)",
    "0 with probability p, else counts, which may be 0, too, or data of a continuous distribution",
  ],
  zeroInflatedPoisson: ["zeroInflatedPoisson(p, rate)", "that of poisson(rate)"],
  hurdle: [
    "hurdle(p, distribution)",
    "0 with probability p, else counts above 0, or data of a continuous distribution",
  ],
  transformed: [
    "transformed(distribution, transform)",
    "of f(X), for `transforms.exp`, `.sigmoid`, `.above(low)`, `.below(high)`, `.between(low, high)` or one of your own",
  ],
  shifted: ["shifted(distribution, by)", "of X + by; by may be traced, but for counts"],
  scaled: ["scaled(distribution, by)", "of X·by for by > 0, which may be traced; of finitely many values by data"],
};

/** Every name of a distribution on the page. */
export function namesOf(nondiff) {
  return [
    ...Object.values(SECTIONS(nondiff)).flatMap(Object.keys),
    ...Object.keys(VECTORS(nondiff)),
    ...Object.keys(OTHERS),
  ];
}

/** What is known of masses: "traced" or "—", and whether there are quantiles; throws where a cdf is known for numbers only. */
function massesOf(record, compile) {
  if (!record.cdf) return "—";
  const { support } = record;
  compile(([x]) => record.cdf(support.discrete ? support.lower : x))([0.5]);
  return `traced${record.quantile ? "" : ", no quantile"}`;
}

/** Ranges of parameters, each once: entries of an array by their first. */
function rangesOf({ parameters }) {
  const shown = parameters.filter(({ name }) => !/\[[1-9]/.test(name)).map(({ expected }) => expected);
  return shown.length > 0 ? shown.join("; ") : "none";
}

const row = (...cells) => `| ${cells.map((cell) => cell.replaceAll("|", "∣")).join(" | ")} |`;
const table = (head, rows) => [row(...head), row(...head.map(() => "---")), ...rows].join("\n");

/** The page, from the names of `nondiff` and `compile` of `nondiff/autodiff`. */
export function pageOf(nondiff, compile) {
  const sections = Object.entries(SECTIONS(nondiff)).map(([title, entries]) => {
    const rows = Object.values(entries).map(([record, call, density, mean, sd]) =>
      row(`\`${call}\``, rangesOf(record), record.support.text, density, mean, sd, massesOf(record, compile)),
    );
    const head = ["distribution", "parameters", "support", "log density", "mean", "sd", "cdf"];
    return `## ${title}\n\n${table(head, rows)}\n`;
  });
  const vectors = Object.values(VECTORS(nondiff)).map(([record, call, density]) =>
    row(`\`${call}\``, rangesOf(record), record.support.text, density),
  );
  const others = Object.values(OTHERS).map(([call, text]) => row(`\`${call}\``, text));
  return `# Distributions

<!-- Generated by \`node scripts/generate-distributions.mjs\`. -->

Each is a function that returns a record: \`logDensity(x)\`, \`draw(next)\`, the support, and, as far as they are known, \`cdf(x)\`, \`logCdf(x)\`,
\`logSurvival(x)\`, \`quantile(p)\`, \`moments()\` and of counts \`finiteValues()\`. Parameters may be traced values unless they are said to be data; a
value is data or, of continuous distributions, traced. Log densities and probabilities are natural logs, rates are not scales, and a second
parameter is an sd, not a variance. \`logMass\` is the log probability of an interval:

\`\`\`js
import { gamma, logMass, normal, truncated } from "nondiff";

console.log(gamma(4, 2).quantile(0.9).toFixed(3), gamma(4, 2).moments().mean); // 3.340 2
console.log(logMass(normal(0, 1), 500, 501).toFixed(3)); // -125007.134
console.log(truncated(normal(0, 1), 2).quantile(0.5).toFixed(3)); // 2.278
\`\`\`

In the last column *traced* says that the cdf is an expression, of traced parameters and, unless it is of counts, of traced values; where it is no
function of ops (gamma, beta, Student t and their like) it is one by quadrature, with a relative error below 1e-10. Means and sds are what \`moments()\` returns; it is undefined where a parameter is traced.
t stands for (x − location)/scale. A support with ends is that of an example.

${sections.join("\n")}
## Vectors

Means, sds and masses are not given. What their latents are called and how they are reported is in [latents.md](latents.md).

${table(["distribution", "parameters", "support", "log density"], vectors)}

## Made of others

${table(["distribution", "what it is"], others)}
`;
}
