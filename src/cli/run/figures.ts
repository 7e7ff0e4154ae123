/** The figures of a report: densities and bars of the posterior, pairs that correlate, the course of the ELBO, predictive checks. */
import type { CheckResult } from "../../index.ts";
import { type Chart, chartSvg, pathOf, round } from "../report/chart.ts";
import { number } from "../terminal.ts";
import { type Draws, histogramOf, type MarginalRow } from "./marginals.ts";
import type { RunResult } from "./result.ts";
import { percent, strongestCorrelations } from "./text.ts";
import { count } from "./verdict.ts";

/** A figure for each number that the posterior reports. */
export function posteriorFigures({ summary }: RunResult, draws: Draws): Chart[] {
  return summary.map((row) => (row.kind === "discrete" ? barsOf(row) : densityOf(row, draws[row.name]!)));
}

const GRID = 160;

function densityOf({ name, mean, sd, q05, median, q95 }: MarginalRow, values: Float64Array): Chart {
  const caption = `${name}: mean ${number(mean)}, sd ${number(sd)}, median ${number(median)}, 90 % between ${number(q05)} and ${number(q95)}`;
  const { from, to, heights } = smoothed(values);
  const most = Math.max(...heights, 1e-300);
  const at = (k: number): number => from + (k * (to - from)) / (GRID - 1);
  const svg = chartSvg({ title: name, alternative: `density of ${caption}`, x: [from, to], y: [0, 1.08] }, (scales) => {
    const { x, y, bottom, top } = scales;
    const points = heights.map((height, k) => [x(at(k)), y(height / most)] as const);
    const middle = points.filter((_, k) => at(k) >= q05 && at(k) <= q95);
    const mark =
      mean >= from && mean <= to
        ? `<line class="mark" x1="${round(x(mean))}" x2="${round(x(mean))}" y1="${top}" y2="${bottom}"/>`
        : "";
    return `<path class="area" d="${pathOf(points, bottom)}"/><path class="inner" d="${pathOf(middle, bottom)}"/><path class="curve" d="${pathOf(points)}"/>${mark}`;
  });
  return { name: `posterior-${name}`, caption, svg };
}

/**
 * The density of draws at a grid of points, by a normal kernel of Silverman's width, that of the narrowest hump; at the least and the largest draw it is reflected, so that
 * the density of a positive number does not fade towards 0.
 */
export function smoothed(values: Float64Array): { from: number; to: number; heights: number[] } {
  const sorted = values.filter(Number.isFinite).sort();
  const n = sorted.length;
  const q = (p: number): number => sorted[Math.min(n - 1, Math.floor(p * n))] ?? 0;
  let [from, to] = [q(0.002), q(0.998)];
  if (!(to > from)) [from, to] = [from - 0.5, from + 0.5];
  const spread = (q(0.75) - q(0.25)) / 1.34;
  const mean = sorted.reduce((sum, x) => sum + x, 0) / n;
  const sd = Math.sqrt(sorted.reduce((sum, x) => sum + (x - mean) ** 2, 0) / n);
  // A quarter of a normal's draws lies within 0.637 sds; of two narrow humps this tells the width of one.
  const quarter = Math.floor(n / 4);
  const shortest = sorted.reduce(
    (least, x, i) => (i < quarter ? least : Math.min(least, x - sorted[i - quarter]!)),
    Infinity,
  );
  const scale = Math.min(...[spread, sd, shortest / 0.637].filter((one) => one > 0), to - from);
  const width = Math.max((0.9 * scale) / n ** 0.2, (to - from) / GRID);
  const step = (to - from) / (GRID - 1);
  const bins = new Array<number>(GRID).fill(0);
  for (const x of sorted) if (x >= from && x <= to) bins[Math.round((x - from) / step)]!++;
  const reach = Math.ceil((4 * width) / step);
  const heights = bins.map((_, k) => {
    let sum = 0;
    for (let j = k - reach; j <= k + reach; j++) {
      // A bin beyond an end stands for the one as far inside.
      const inside = j < 0 ? -j : j >= GRID ? 2 * (GRID - 1) - j : j;
      const distance = ((k - j) * step) / width;
      sum += (bins[inside] ?? 0) * Math.exp(-0.5 * distance * distance);
    }
    return sum;
  });
  return { from, to, heights };
}

const SHOWN_BARS = 30;

function barsOf({ name, probabilities = [] }: MarginalRow): Chart {
  const likely = [...probabilities].sort((p, q) => q.probability - p.probability).slice(0, SHOWN_BARS);
  const shown = probabilities.filter((each) => likely.includes(each));
  const caption = `${name}: ${likely
    .slice(0, 5)
    .map(({ value, probability }) => `${number(value)} with ${percent(probability)}`)
    .join(", ")}${probabilities.length > 5 ? ", …" : ""}`;
  const every = Math.max(1, Math.ceil(shown.length / 10));
  const xTicks = shown.flatMap(({ value }, k) => (k % every === 0 ? [[k, number(value)] as const] : []));
  const frame = { title: name, alternative: `probabilities of ${caption}`, xTicks, hasYTicks: true };
  const svg = chartSvg(
    { ...frame, x: [-0.6, shown.length - 0.4], y: [0, Math.max(...shown.map(({ probability }) => probability), 1e-9)] },
    ({ x, y, bottom }) =>
      shown
        .map(
          ({ probability }, k) =>
            `<rect class="bar" x="${round(x(k - 0.4))}" y="${round(y(probability))}" width="${round(x(k + 0.4) - x(k - 0.4))}" height="${round(bottom - y(probability))}"/>`,
        )
        .join(""),
  );
  return { name: `posterior-${name}`, caption, svg };
}

const DOTS = 600;
const SHOWN_PAIRS = 6;

/** Draws of the pairs of latents that correlate most. */
export function pairFigures(result: RunResult, draws: Draws): Chart[] {
  return strongestCorrelations(result)
    .flatMap(({ a, b, value }): Chart[] => {
      const [xs, ys] = [draws[a]?.slice(0, DOTS), draws[b]?.slice(0, DOTS)];
      if (!xs || !ys) return [];
      const caption = `${a} and ${b}: correlation ${value.toFixed(2)}`;
      const frame = { title: `${a}, ${b}`, xLabel: a, yLabel: b, hasYTicks: true, height: 280 };
      const svg = chartSvg(
        { ...frame, alternative: `draws of ${caption}`, x: rangeOf(xs), y: rangeOf(ys) },
        ({ x, y }) =>
          [...xs]
            .map((at, d) =>
              Number.isFinite(at + ys[d]!)
                ? `<circle class="dot" cx="${round(x(at))}" cy="${round(y(ys[d]!))}" r="2"/>`
                : "",
            )
            .join(""),
      );
      return [{ name: `pair-${a}-${b}`, caption, svg }];
    })
    .slice(0, SHOWN_PAIRS);
}

function rangeOf(values: ArrayLike<number>): [number, number] {
  const finite = Array.from(values).filter(Number.isFinite);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  if (!(high > low)) return [low - 0.5, low + 0.5];
  const margin = 0.04 * (high - low);
  return [low - margin, high + margin];
}

const SHOWN_GRADIENTS = 1500;

/** The ELBO of each gradient by the samples so far; what it was for is the colour. */
export function courseFigure({
  elboTrace,
  samplesTrace,
  stageTrace,
  loop,
}: Pick<RunResult, "elboTrace" | "samplesTrace" | "stageTrace" | "loop">): Chart {
  const every = Math.ceil(elboTrace.length / SHOWN_GRADIENTS);
  const points = elboTrace.flatMap((elbo, i) =>
    i % every === 0 && Number.isFinite(elbo)
      ? [{ elbo, at: samplesTrace[i] ?? i + 1, stage: stageTrace[i] ?? "" }]
      : [],
  );
  const sorted = points.map(({ elbo }) => elbo).sort((p, q) => p - q);
  const best = sorted[sorted.length - 1] ?? 0;
  // Early estimates may be millions below: the lowest third is cut where it would flatten the rest.
  const low = Math.max(sorted[0] ?? 0, best - 3 * (best - (sorted[Math.floor(sorted.length / 3)] ?? 0)));
  const margin = 0.06 * (best - low) || 0.5;
  const range = [low - margin, best + margin] as const;
  const shown = points.filter(({ elbo }) => elbo >= range[0]);
  const cut = points.length - shown.length;
  const caption = `ELBO of each gradient by samples so far${loop ? "" : ": grey while searching, blue while polishing, green at fresh points that measure the gap"}${cut > 0 ? `; ${count(cut)} estimates lie below` : ""}`;
  const frame = {
    title: "course of the fit",
    xLabel: "samples",
    yLabel: "ELBO",
    hasYTicks: true,
    width: 760,
    height: 280,
  };
  const most = Math.max(1, ...points.map(({ at }) => at));
  const svg = chartSvg(
    { ...frame, alternative: `${caption}; it ends near ${number(best)}`, x: [0, most], y: range },
    ({ x, y }) =>
      shown
        .map(
          ({ at, elbo, stage }) =>
            `<circle class="${stage === "" ? "polish" : stage}" cx="${round(x(at))}" cy="${round(y(elbo))}" r="1.8"/>`,
        )
        .join(""),
  );
  return { name: "course", caption, svg };
}

/** Statistics of replicated data, with that of the data as a line. */
export function checkFigures(checks: Readonly<Record<string, CheckResult>>): Chart[] {
  return Object.values(checks).flatMap(({ name, observed, replicated, pValue }): Chart[] => {
    const found = histogramOf(replicated, 40);
    if (!found) return [];
    const { from, to, counts } = found;
    const caption = `${name} of the data: ${number(observed)}; of replicated data it is larger with probability ${pValue.toFixed(3)}`;
    const [low, high] = rangeOf([from, to, observed]);
    const wide = (to - from) / counts.length;
    const svg = chartSvg(
      { title: name, alternative: caption, x: [low, high], y: [0, 1.05 * Math.max(...counts)] },
      ({ x, y, bottom, top }) => {
        const rows = counts.map(
          (height, k) =>
            `<rect class="area" x="${round(x(from + k * wide))}" y="${round(y(height))}" width="${Math.max(0.5, round(x(wide) - x(0)))}" height="${round(bottom - y(height))}"/>`,
        );
        return `${rows.join("")}<line class="mark" x1="${round(x(observed))}" x2="${round(x(observed))}" y1="${top}" y2="${bottom}"/>`;
      },
    );
    return [{ name: `check-${name}`, caption, svg }];
  });
}
