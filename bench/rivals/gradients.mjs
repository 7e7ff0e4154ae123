// The gradient of the log joint density at many points: answers compared, then times side by side.
import { DENSITIES } from "./models.mjs";
import { RIVALS } from "./rivals.mjs";

// Largest difference relative to the component, or to `floor` times the largest one. In temperature a component of some 1 is the
// difference of terms of 2e7, whose roundings are 4e-9, and the largest is 5e5: hence 1e-5.
const DOUBLE = { relative: 1e-9, floor: 1e-5 };
const SINGLE = { relative: 1e-5, floor: 1 };
const line = (cells) => console.log(cells.map((cell, i) => (i === 0 ? cell.padEnd(58) : cell.padStart(13))).join(" "));

export async function gradients(ours, torch, { points, repeats, milliseconds }) {
  console.log(
    `\nGradient of the log joint at ${points} points: ns per point, median and least, multiple of our interpreter`,
  );
  for (const model of ours.MODELS) {
    const z = ours.pointsOf(model, points);
    const latents = z.length / points;
    const constants = ours.CONSTANTS[model.name];
    const mine = ours.BACKENDS.map(([name, backend]) => ({
      name: `ours, ${name}`,
      gradient: ours.logJointGradient(model, points, backend),
      tolerance: DOUBLE,
    }));
    const theirs = RIVALS.map(({ name, precision, tolerance, gradient }) => ({
      name: `${name} (${precision})`,
      gradient: gradient(DENSITIES[model.name](constants), latents, points),
      tolerance: tolerance?.(model.name) ?? (precision === "float32" ? SINGLE : DOUBLE),
    }));
    const all = [...mine, ...theirs];
    const expected = mine[0].gradient(z).slice();
    for (const { name, gradient, tolerance } of all) requireClose(model.name, name, expected, gradient(z), tolerance);
    const job = { model: model.name, constants, theta: [], z: rows(z, points), repeats, steps: 0 };
    const before = torch?.run(job);
    if (before) requireClose(model.name, torch.name, expected, before.gradient.flat(), DOUBLE);

    const candidates = all.map(({ name, gradient }) => ({ name, run: () => gradient(z)[0] }));
    const corrected = ours.byTape("ours, corrected, all boundaries, interpreter", model, points);
    const timings = ours.sideBySide([...candidates, corrected], repeats, milliseconds);
    const print = (name, median, least, ratio) => {
      const nanoseconds = (ms) => ((ms * 1e6) / points).toFixed(0);
      line([`${model.name} ${name}`, nanoseconds(median), `least ${nanoseconds(least)}`, `× ${ratio.toFixed(2)}`]);
    };
    for (const { name, median, least, ratio } of timings) print(name, median, least, ratio);
    if (torch) {
      // Before and after the others: the better of the two.
      const after = torch.run(job);
      const [median, least] = ["median", "least"].map((key) => 1000 * Math.min(before[key], after[key]));
      print(`${torch.name} (float64)`, median, least, median / timings[0].median);
    }
  }
}

/** One list per latent. */
export const rows = (z, points) =>
  Array.from({ length: z.length / points }, (_, i) => [...z.subarray(i * points, (i + 1) * points)]);

function requireClose(model, name, expected, got, { relative, floor }) {
  const least = floor * expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const worst = expected.reduce(
    (most, value, at) => Math.max(most, Math.abs(value - got[at]) / Math.max(Math.abs(value), least)),
    0,
  );
  if (!(worst < relative))
    throw new RangeError(
      `bench: ${name} disagrees on ${model}; got relative difference ${worst}, expected < ${relative}`,
    );
}
