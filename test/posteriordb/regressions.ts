/** Linear regressions: of test scores of children, earnings, leaf weights, party preference, and of made data. */
import { add, cauchy, flat, iid, matmul, mul, normal } from "../../src/index.ts";
import { lnCauchy, lnNormal, logs, meanOf, sdOf, sumOf, times } from "./plain.ts";
import type { Data, Row } from "./row.ts";
import { cut } from "./traced.ts";

/** Linear regression: y by columns, an intercept first; a flat or half-Cauchy scale. */
function regression(
  name: string,
  file: string,
  of: (data: Data) => { readonly y: readonly number[]; readonly columns: readonly (readonly number[])[] },
  centre: readonly number[],
  { scale = 0, intercept = true, sd = 0, halfNormal = 0 } = {},
): Row {
  const designOf = (data: Data): { y: readonly number[]; rows: number[][] } => {
    const { y, columns } = of(data);
    return { y, rows: y.map((_, i) => [...(intercept ? [1] : []), ...columns.map((column) => column[i]!)]) };
  };
  return {
    name,
    file,
    centre,
    program: (data) => (context) => {
      const { y, rows } = designOf(data);
      const beta = context.sample("beta", iid(sd > 0 ? normal(0, sd) : flat(), rows[0]!.length));
      const prior = scale > 0 ? cauchy(0, scale) : halfNormal > 0 ? normal(0, halfNormal) : undefined;
      const sigma = cut(context, "sigma", prior);
      const fitted = matmul(rows, beta);
      y.forEach((value, i) => void context.observe(normal(fitted[i]!, sigma), value));
    },
    plain: (data) => {
      const { y, rows } = designOf(data);
      return (u) => {
        const d = rows[0]!.length;
        const sigma = Math.exp(u[d]!);
        let total = u[d]!;
        for (let k = 0; k < d; k++) if (sd > 0) total += lnNormal(u[k]!, 0, sd);
        if (scale > 0) total += lnCauchy(sigma, scale);
        if (halfNormal > 0) total += lnNormal(sigma, 0, halfNormal);
        y.forEach((value, i) => {
          total += lnNormal(value, sumOf(rows[i]!.map((x, k) => x * u[k]!)), sigma);
        });
        return total;
      };
    },
  };
}

/** Columns a, b and their product. */
const crossed = (a: readonly number[], b: readonly number[]): (readonly number[])[] => [a, b, times(a, b)];
const less = (x: readonly number[], by: number): number[] => x.map((v) => v - by);
const over = (x: readonly number[], by: number): number[] => x.map((v) => v / by);
const is = (x: readonly number[], value: number): number[] => x.map((v) => (v === value ? 1 : 0));
const standard = (x: readonly number[], sds = 1): number[] => over(less(x, meanOf(x)), sds * sdOf(x));

/** Scores of tests of children, by their mothers' schooling, IQ and work. */
function kidscore(
  name: string,
  columnsOf: (data: Data) => (readonly number[])[],
  centre: readonly number[],
  file = "kidiq_with_mom_work",
): Row {
  const scale = file === "kidiq" ? 2.5 : 0;
  return regression(name, file, (d) => ({ y: d.numbers("kid_score"), columns: columnsOf(d) }), centre, { scale });
}
const finished = (d: Data): number[] => d.numbers("mom_hs");
const iq = (d: Data): number[] => d.numbers("mom_iq");

const KIDS: readonly Row[] = [
  kidscore("kidscore_momhs", (d) => [finished(d)], [78, 12, 3], "kidiq"),
  kidscore("kidscore_momiq", (d) => [iq(d)], [26, 0.6, 2.9], "kidiq"),
  kidscore("kidscore_momhsiq", (d) => [finished(d), iq(d)], [26, 6, 0.56, 2.9], "kidiq"),
  kidscore("kidscore_interaction", (d) => crossed(finished(d), iq(d)), [-11, 51, 1, -0.5, 2.9], "kidiq"),
  kidscore(
    "kidscore_interaction_c",
    (d) => crossed(less(finished(d), meanOf(finished(d))), less(iq(d), meanOf(iq(d)))),
    [88, 3, 0.6, -0.5, 2.9],
  ),
  kidscore(
    "kidscore_interaction_c2",
    (d) => crossed(less(finished(d), 0.5), less(iq(d), 100)),
    [87, 3, 0.7, -0.5, 2.9],
  ),
  kidscore(
    "kidscore_interaction_z",
    (d) => crossed(standard(finished(d), 2), standard(iq(d), 2)),
    [88, 2, 18, -12, 2.9],
  ),
  kidscore("kidscore_mom_work", (d) => [2, 3, 4].map((value) => is(d.numbers("mom_work"), value)), [82, 4, 11, 5, 3]),
];

/** Earnings by height and sex. */
function earnings(
  name: string,
  columnsOf: (height: readonly number[], male: readonly number[]) => (readonly number[])[],
  centre: readonly number[],
  yOf: (earn: readonly number[]) => readonly number[] = logs,
): Row {
  return regression(
    name,
    "earnings",
    (d) => ({ y: yOf(d.numbers("earn")), columns: columnsOf(d.numbers("height"), d.numbers("male")) }),
    centre,
  );
}

const EARNINGS: readonly Row[] = [
  earnings(
    "earn_height",
    (height) => [height],
    [-61000, 1260, 9.85],
    (earn) => earn,
  ),
  earnings(
    "log10earn_height",
    (height) => [height],
    [2.5, 0.03, -0.9],
    (earn) => over(logs(earn), Math.log(10)),
  ),
  earnings("logearn_height", (height) => [height], [5.8, 0.06, -0.1]),
  earnings("logearn_height_male", (height, male) => [height, male], [8, 0.02, 0.4, -0.1]),
  earnings("logearn_logheight_male", (height, male) => [logs(height), male], [3.6, 1.4, 0.4, -0.1]),
  earnings("logearn_interaction", crossed, [8.4, 0.02, -0.1, 0.01, -0.1]),
  earnings("logearn_interaction_z", (height, male) => crossed(standard(height), male), [9.5, 0.05, 0.4, 0.03, -0.1]),
];

/** Leaf weight of mesquite bushes: y, and the columns of a plant's measures. */
function mesquite(
  name: string,
  columnsOf: (measure: (name: string) => number[], log: (name: string) => number[]) => (readonly number[])[],
  centre: readonly number[],
  yOf: (weight: readonly number[]) => readonly number[] = logs,
): Row {
  return regression(
    name,
    "mesquite",
    (d) => ({ y: yOf(d.numbers("weight")), columns: columnsOf(d.numbers, (field) => logs(d.numbers(field))) }),
    centre,
  );
}
const sums = (...columns: readonly number[][]): number[] => columns[0]!.map((_, i) => sumOf(columns.map((c) => c[i]!)));
const MEASURES = ["diam1", "diam2", "canopy_height", "total_height", "density"] as const;
type Column = (name: string) => number[];
const volume = (log: Column): number[] => sums(log("diam1"), log("diam2"), log("canopy_height"));
const area = (log: Column): number[] => sums(log("diam1"), log("diam2"));
const shape = (log: Column): number[] => sums(log("diam1"), less(over(log("diam2"), -1), 0));

const MESQUITE: readonly Row[] = [
  mesquite(
    "mesquite",
    (of) => [...MEASURES, "group"].map(of),
    [-1, 190, 370, 350, -100, 130, 360, 5.6],
    (weight) => weight,
  ),
  mesquite("logmesquite", (of, log) => [...MEASURES.map(log), of("group")], [5, 0.4, 1.1, 0.4, 0.4, 0.1, 0.6, -1]),
  mesquite("logmesquite_logvolume", (_, log) => [volume(log)], [5.2, 0.7, -0.9]),
  mesquite("logmesquite_logva", (of, log) => [volume(log), area(log), of("group")], [5.2, 0.2, 0.8, 0.5, -1]),
  mesquite(
    "logmesquite_logvash",
    (of, log) => [volume(log), area(log), shape(log), log("total_height"), of("group")],
    [5.3, 0.4, 0.4, -0.4, 0.4, 0.5, -1],
  ),
  mesquite(
    "logmesquite_logvas",
    (of, log) => [volume(log), area(log), shape(log), log("total_height"), log("density"), of("group")],
    [5.4, 0.4, 0.4, -0.4, 0.4, 0.1, 0.6, -1],
  ),
];

/** Party preference by ideology and origin, at eight elections. */
const ELECTIONS: readonly Row[] = [1972, 1976, 1980, 1984, 1988, 1992, 1996, 2000].map((year) =>
  regression(
    "nes",
    `nes${year}`,
    (d) => ({
      y: d.numbers("partyid7"),
      columns: [
        d.numbers("real_ideo"),
        d.numbers("race_adj"),
        ...[2, 3, 4].map((age) => is(d.numbers("age_discrete"), age)),
        ...["educ1", "gender", "income"].map((field) => d.numbers(field)),
      ],
    }),
    [1.8, 0.5, -1, -0.2, -0.2, 0, 0.3, 0, 0.2, 0.6],
  ),
);

const MADE: readonly Row[] = ["sblri", "sblrc"].map((file) =>
  regression(
    "blr",
    file,
    (d) => ({ y: d.numbers("y"), columns: [0, 1, 2, 3, 4].map((k) => d.rows("X").map((row) => row[k]!)) }),
    [1, 1, 1, 1, 1, 0],
    { sd: 10, halfNormal: 10, intercept: false },
  ),
);

/** Summer temperatures over years that are not centred: intercept and slope are correlated by −0.99999. */
const TREND: Row = {
  name: "kilpisjarvi",
  file: "kilpisjarvi_mod",
  centre: [9, 0, 0],
  reach: 0.1,
  program: (data) => (context) => {
    const alpha = context.sample("alpha", normal(data.number("pmualpha"), data.number("psalpha")));
    const beta = context.sample("beta", normal(data.number("pmubeta"), data.number("psbeta")));
    const sigma = cut(context, "sigma");
    data.numbers("x").forEach((x: number, i: number) => {
      context.observe(normal(add(alpha, mul(beta, x)), sigma), data.numbers("y")[i]);
    });
  },
  plain: (data) => (u) => {
    const sigma = Math.exp(u[2]!);
    let total =
      lnNormal(u[0]!, data.number("pmualpha"), data.number("psalpha")) +
      lnNormal(u[1]!, data.number("pmubeta"), data.number("psbeta")) +
      u[2]!;
    data.numbers("x").forEach((x: number, i: number) => {
      total += lnNormal(data.numbers("y")[i], u[0]! + u[1]! * x, sigma);
    });
    return total;
  },
};

export const REGRESSIONS: readonly Row[] = [...KIDS, ...EARNINGS, ...MESQUITE, ...ELECTIONS, ...MADE, TREND];
