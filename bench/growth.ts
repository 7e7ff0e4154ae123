/**
 * What `npm run bench:growth` prints: making a tape, time per sample and memory against the size of a model. A point that
 * would take longer than the budget is left out, and so are the larger ones.
 */

import { ALL_BOUNDARIES, onSampler, prepared } from "./gradients/gradients.ts";
import { deepChain } from "./growth/deep-chain.ts";
import {
  chain,
  changePoint,
  countedChangePoint,
  latentsAlone,
  ownConditions,
  regression,
  staircase,
  thermostat,
} from "./growth/models.ts";
import { type GrowthCase, type GrowthPoint, writeReport } from "./growth/report.ts";
import { type GradientSampler, type Model, makeSampler, type SampleTape, temperature } from "./library.ts";
import type { Length } from "./main.ts";
import { columns, type Print } from "./tools/print.ts";
import { cpuTime, sideBySide } from "./tools/timing.ts";

interface Effort {
  /** Milliseconds that making a tape may take. */
  readonly budget: number;
  /** The largest size is 10 to this power. */
  readonly decades: number;
  readonly repeats: number;
  readonly milliseconds: number;
  /** Nodes of the deep chain. */
  readonly chain: number;
}
const EFFORT: { readonly [L in Length]: Effort } = {
  smoke: { budget: 20, decades: 2.5, repeats: 1, milliseconds: 0.1, chain: 1000 },
  short: { budget: 500, decades: 4, repeats: 3, milliseconds: 2, chain: 1e5 },
  full: { budget: 60_000, decades: 6, repeats: 7, milliseconds: 10, chain: 1e6 },
};

interface Axis {
  readonly name: string;
  /** Smallest and largest size as powers of ten. */
  readonly from: number;
  readonly to: number;
  readonly model: (size: number) => Model;
}
const AXES: readonly Axis[] = [
  { name: "nodes", from: 2, to: 6, model: chain },
  { name: "observations", from: 2, to: 6, model: regression },
  { name: "latents", from: 0, to: 3, model: latentsAlone },
  { name: "parallel ifs", from: 0, to: 4, model: changePoint },
  { name: "parallel ifs, counts", from: 0, to: 4, model: countedChangePoint },
  { name: "separate ifs", from: 0, to: 4, model: ownConditions },
  { name: "ifs in one term", from: 0, to: 4, model: staircase },
  { name: "steps that feed back", from: 0, to: 2, model: thermostat },
];
/** Of every tape but those of the last table. */
const LANES = 32;
const INSTRUCTION_BYTES = 8 + 4 + 4 * 3; // of two operands
const MOST_LANES = 1024;

export async function bench(length: Length, print: Print, _native?: unknown, folder = "reports/growth"): Promise<void> {
  const effort = EFFORT[length];
  print(
    `\nAll boundaries, interpreter, ${LANES} lanes, noise made beforehand; memory of slots, masks and instructions`,
  );
  const cases = AXES.map(({ name, from, to, model }) => {
    const sizes = halfDecades(from, Math.min(to, effort.decades));
    return grow(name, sizes, effort, print, (size) => measure(size, model(size), effort, LANES));
  });
  const powers = Array.from({ length: 1 + Math.log2(MOST_LANES) }, (_, k) => 2 ** k);
  const lanes = grow("lanes", powers, { ...effort, budget: Infinity }, print, (size) =>
    measure(size, temperature, effort, size),
  );
  deepChain(effort.chain, print);
  await writeReport(folder, cases, lanes);
  print(`report: ${folder}/report.html`);
}

/** 10^from, 10^(from + 1/2), … 10^to, to whole numbers. */
function halfDecades(from: number, to: number): number[] {
  return Array.from({ length: Math.floor(2 * (to - from)) + 1 }, (_, k) => Math.round(10 ** (from + k / 2)));
}

const WIDTHS = [22, 12, 12, 14, 12];

function grow(name: string, sizes: readonly number[], effort: Effort, print: Print, at: (size: number) => GrowthPoint) {
  print("");
  print(columns([name, "", "making ms", "ns per sample", "memory kB"], WIDTHS));
  at(sizes[0]!); // warms up
  const points: GrowthPoint[] = [];
  for (const size of sizes) {
    if (expected(points, size) > effort.budget) break;
    const point = at(size);
    points.push(point);
    const cells = [point.making.toFixed(1), point.nanoseconds.toFixed(1), (point.bytes / 1000).toFixed(1)];
    print(columns(["", size, ...cells], WIDTHS));
  }
  const leftOut = sizes.slice(points.length);
  if (leftOut.length > 0)
    print(
      `  left out: ${leftOut.join(", ")} (${Math.round(expected(points, leftOut[0]!))} ms expected, budget ${effort.budget})`,
    );
  const result: GrowthCase = {
    name,
    points,
    leftOut,
    exponents: {
      making: exponent(points, ({ making }) => making),
      nanoseconds: exponent(points, ({ nanoseconds }) => nanoseconds),
      bytes: exponent(points, ({ bytes }) => bytes),
    },
  };
  const { making, nanoseconds, bytes } = result.exponents;
  print(columns(["  exponent", "", making.toFixed(2), nanoseconds.toFixed(2), bytes.toFixed(2)], WIDTHS));
  return result;
}

/** How long making the next tape will take, as the last two grew, but at least in proportion. */
function expected(points: readonly GrowthPoint[], size: number): number {
  const last = points.at(-1);
  if (!last) return 0;
  const before = points.at(-2) ?? last;
  const slope = last === before ? 1 : Math.log(last.making / before.making) / Math.log(last.size / before.size);
  return last.making * (size / last.size) ** Math.max(1, slope);
}

/** Slope of log y against log size, by least squares over the upper half of the points. */
export function exponent(points: readonly GrowthPoint[], y: (point: GrowthPoint) => number): number {
  const upper = points
    .slice(Math.floor((points.length - 1) / 2))
    .map((point) => [Math.log(point.size), Math.log(y(point))] as const);
  const mean = (k: 0 | 1): number => upper.reduce((sum, point) => sum + point[k], 0) / upper.length;
  const [mx, my] = [mean(0), mean(1)];
  const [xy, xx] = [0, 1].map((k) => upper.reduce((sum, [x, y]) => sum + (x - mx) * (k === 0 ? y - my : x - mx), 0));
  return xy! / xx!;
}

/** The least of up to three makings, and of the repeats of a run: what else goes on in the machine only adds. */
function measure(size: number, model: Model, effort: Effort, lanes: number): GrowthPoint {
  let making = Number.POSITIVE_INFINITY;
  const samples = Math.max(128, lanes);
  const estimator = prepared(ALL_BOUNDARIES);
  let sampler: GradientSampler;
  const begun = cpuTime();
  let tries = 0;
  do {
    const start = cpuTime();
    sampler = makeSampler(model, estimator, { lanes });
    sampleTapeOf(sampler);
    making = Math.min(making, cpuTime() - start);
  } while (++tries < 3 && cpuTime() - begun < effort.budget / 4);
  const [timing] = sideBySide([onSampler("", sampler, samples)], effort.repeats, effort.milliseconds);
  return { size, making, nanoseconds: (timing!.least * 1e6) / samples, bytes: bytesOf(sampler) };
}

const sampleTapeOf = (sampler: GradientSampler): SampleTape => (sampler.means ?? sampler.each)();

// Numbers, masks, and for each instruction a kernel, where its offsets start, and the offsets of result and operands.
function bytesOf(sampler: GradientSampler): number {
  const { tape } = sampleTapeOf(sampler);
  return tape.slots.byteLength + tape.masks.byteLength + INSTRUCTION_BYTES * (tape.size.uniform + tape.size.lane);
}
