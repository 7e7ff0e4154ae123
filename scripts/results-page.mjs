// The two tables of docs/results.md whose digits are the same in every run, made of test/fixtures/results.json.

const ESTIMATORS = ["score", "reparam", "lyy18", "corrected"];
const COLUMNS = ["SCORE", "REPARAM", "lyy18", "corrected"];
/** Of the paper's own table: variance of REPARAM and of its estimator, divided by SCORE's. */
const PAPER = {
  "temperature, Avg(V(·))": ["4.45e−9", "1.85e−6"],
  "temperature, V(‖·‖₂)": ["2.45e−8", "7.59e−5"],
  "textmsg, Avg(V(·))": ["2.91e−2", "2.77e−2"],
  "textmsg, V(‖·‖₂)": ["2.92e−2", "2.46e−2"],
  "influenza, Avg(V(·))": ["4.38e−3", "4.89e−3"],
  "influenza, V(‖·‖₂)": ["2.12e−3", "2.36e−3"],
};

const minus = (text) => text.replaceAll("-", "−");
const five = (x) => minus(Math.abs(x) >= 1e4 ? x.toFixed(0) : x.toPrecision(5));
const three = (x) => minus(x.toExponential(2).replace("e+", "e"));
const row = (cells) => `| ${cells.join(" | ")} |`;
const rule = (columns) => `|${"---|".repeat(columns)}`;

/** What the fixture keeps of an experiment as `nondiff compare --json` prints it. */
export function recorded({ model, learningRate, curves }) {
  return {
    model,
    learningRate,
    curves: curves.map(({ estimator, samples, elbo, componentVariance, normVariance }) => ({
      estimator,
      samples,
      elbo: elbo.at(-1),
      componentVariance,
      normVariance,
    })),
  };
}

const curveOf = (experiment, estimator, samples) =>
  experiment.curves.find((curve) => curve.estimator === estimator && curve.samples === samples);

/** The table of ELBOs. */
export function elboTable(experiments) {
  const rows = experiments.map((experiment) =>
    row([
      experiment.model,
      experiment.learningRate,
      ...ESTIMATORS.map((name) => five(curveOf(experiment, name, 16).elbo)),
    ]),
  );
  return [row(["model", "step size", ...COLUMNS]), rule(6), ...rows].join("\n");
}

/** The table of variances, at step size 0.001. */
export function varianceTable(experiments) {
  const rows = ["temperature", "textmsg", "influenza"].flatMap((model) => {
    const experiment = experiments.find((each) => each.model === model && each.learningRate === 0.001);
    const measures = [
      ["Avg(V(·))", "componentVariance"],
      ["V(‖·‖₂)", "normVariance"],
    ];
    return measures.map(([title, key]) => {
      const ratio = (name, samples) =>
        three(curveOf(experiment, name, samples)[key] / curveOf(experiment, "score", samples)[key]);
      const [reparam, lyy18] = PAPER[`${model}, ${title}`];
      const single = [ratio("reparam", 1), reparam, ratio("lyy18", 1), lyy18, ratio("corrected", 1)];
      return row([`${model}, ${title}`, ...single, ratio("lyy18", 16), ratio("corrected", 16)]);
    });
  });
  const heads = ["REPARAM", "paper", "lyy18", "paper", "corrected", "lyy18, 16", "corrected, 16"];
  return [`| | ${heads.join(" | ")} |`, rule(8), ...rows].join("\n");
}

/** The page with its two tables made anew. */
export function resultsPage(page, experiments) {
  const tables = [
    [/^\| model \| step size \|.*\n(?:\|.*\n)+/m, elboTable(experiments)],
    [/^\| \| REPARAM \|.*\n(?:\|.*\n)+/m, varianceTable(experiments)],
  ];
  return tables.reduce((text, [pattern, table]) => {
    if (!pattern.test(text)) throw new Error(`resultsPage: no such table; expected one like ${pattern}`);
    return text.replace(pattern, () => `${table}\n`);
  }, page);
}
