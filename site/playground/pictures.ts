/** Pictures of a posterior as SVG text: densities, bars of discrete numbers, pairs, the course of the ELBO. */
import type { Quantity } from "./protocol.ts";

const [WIDTH, HEIGHT] = [240, 96];
const BINS = 48;
/** A number with at most so many different draws is drawn as bars. */
const MOST_BARS = 30;
/** Pairs are drawn that correlate by more than this, and at most so many. */
const [LEAST_CORRELATION, MOST_PAIRS, PAIR_POINTS] = [0.3, 4, 400];

export const short = (x: number): string =>
  (x === 0 || (Math.abs(x) >= 1e-3 && Math.abs(x) < 1e6)
    ? String(Number(x.toPrecision(4)))
    : x.toExponential(2)
  ).replace("-", "−");

export const escaped = (text: string): string => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

const svg = (label: string, width: number, height: number, inner: string): string =>
  `<svg role="img" aria-label="${escaped(label)}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">${inner}</svg>`;

/** A density, or bars, of the draws of a number. */
export function marginal({ name, mean, sd, draws }: Quantity): string {
  const label = `${name}: mean ${short(mean)}, sd ${short(sd)}`;
  const distinct = new Set(draws);
  if (distinct.size <= MOST_BARS && [...distinct].every(Number.isInteger))
    return barsOf(
      label,
      draws,
      [...distinct].sort((p, q) => p - q),
    );
  const sorted = Float64Array.from(draws).sort();
  const [low, high] = [sorted[Math.floor(0.002 * sorted.length)]!, sorted[Math.floor(0.998 * sorted.length)]!];
  const counts = new Float64Array(BINS);
  for (const x of draws) {
    const at = Math.floor(((x - low) / (high - low || 1)) * BINS);
    if (at >= 0 && at < BINS) counts[at]! += 1;
  }
  // Each bin with its neighbours, as 4000 draws are noisy.
  const smooth = counts.map((count, i) => 0.5 * count + 0.25 * ((counts[i - 1] ?? count) + (counts[i + 1] ?? count)));
  const most = Math.max(...smooth);
  const x = (i: number): string => ((WIDTH * (i + 0.5)) / BINS).toFixed(1);
  const line = Array.from(
    smooth,
    (count, i) => `${x(i)} ${(HEIGHT - 4 - ((HEIGHT - 10) * count) / most).toFixed(1)}`,
  ).join("L");
  const at = (value: number): string => ((WIDTH * (value - low)) / (high - low || 1)).toFixed(1);
  return svg(
    label,
    WIDTH,
    HEIGHT + 14,
    `<path class="area" d="M${x(0)} ${HEIGHT - 4}L${line}L${x(BINS - 1)} ${HEIGHT - 4}Z"/><path class="mean" d="M${at(mean)} 4V${HEIGHT - 4}"/>${axis(low, high)}`,
  );
}

const axis = (low: number, high: number): string =>
  `<path class="axis" d="M0 ${HEIGHT - 4}H${WIDTH}"/><text x="0" y="${HEIGHT + 10}">${short(low)}</text><text x="${WIDTH}" y="${HEIGHT + 10}" text-anchor="end">${short(high)}</text>`;

function barsOf(label: string, draws: Float64Array, values: readonly number[]): string {
  const shares = values.map((value) => draws.reduce((sum, x) => sum + Number(x === value), 0) / draws.length);
  const step = WIDTH / values.length;
  const most = Math.max(...shares);
  const bars = shares.map((share, i) => {
    const height = ((HEIGHT - 14) * share) / most;
    return `<rect class="area" x="${(i * step + 0.1 * step).toFixed(1)}" y="${(HEIGHT - 4 - height).toFixed(1)}" width="${(0.8 * step).toFixed(1)}" height="${height.toFixed(1)}"><title>${values[i]}: ${(100 * share).toFixed(1)} %</title></rect>`;
  });
  const told = values.map((value, i) => `${value}: ${(100 * shares[i]!).toFixed(0)} %`).join(", ");
  return svg(`${label}; ${told}`, WIDTH, HEIGHT + 14, bars.join("") + axis(values[0]!, values.at(-1)!));
}

function correlation({ draws: x, mean: a, sd: s }: Quantity, { draws: y, mean: b, sd: t }: Quantity): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += (x[i]! - a) * (y[i]! - b);
  const found = sum / (x.length * s * t);
  return Number.isFinite(found) ? found : 0;
}

/** The pairs that correlate most. */
export function pairs(quantities: readonly Quantity[]): string[] {
  const found = quantities.flatMap((one, i) =>
    quantities.slice(i + 1).map((other) => ({ one, other, r: correlation(one, other) })),
  );
  return found
    .filter(({ r }) => Math.abs(r) > LEAST_CORRELATION)
    .sort((p, q) => Math.abs(q.r) - Math.abs(p.r))
    .slice(0, MOST_PAIRS)
    .map(({ one, other, r }) => {
      const place = ({ mean, sd }: Quantity, value: number, size: number): number =>
        (size * (value - mean + 3 * sd)) / (6 * sd);
      const dots = Array.from({ length: PAIR_POINTS }, (_, i) => {
        const [x, y] = [place(one, one.draws[i]!, WIDTH), HEIGHT - place(other, other.draws[i]!, HEIGHT)];
        return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="1.3"/>`;
      }).join("");
      const text = `${one.name} and ${other.name}, correlation ${short(Number(r.toFixed(2)))}`;
      return `<figure>${svg(text, WIDTH, HEIGHT, `<g class="dots">${dots}</g>`)}<figcaption>${escaped(text)}</figcaption></figure>`;
    });
}

/** The ELBO at every gradient; the lowest tenth is cut off, so that a bad start does not flatten the rest. */
export function course(values: ArrayLike<number>, width = 520): string {
  const shown = Array.from(values).filter(Number.isFinite);
  if (shown.length < 2) return "";
  const sorted = [...shown].sort((p, q) => p - q);
  const [low, high] = [sorted[Math.floor(0.1 * sorted.length)]!, sorted.at(-1)!];
  const step = Math.max(1, Math.floor(shown.length / width));
  const points = shown
    .filter((_, i) => i % step === 0)
    .map((value, i, all) => {
      const y = HEIGHT - 4 - ((HEIGHT - 8) * Math.max(0, value - low)) / (high - low || 1);
      return `${((width * i) / Math.max(1, all.length - 1)).toFixed(1)} ${y.toFixed(1)}`;
    });
  const text = `ELBO from ${short(shown[0]!)} to ${short(shown.at(-1)!)} in ${shown.length} gradients`;
  return `<figure>${svg(text, width, HEIGHT, `<path class="line" d="M${points.join("L")}"/>`)}<figcaption>${text}</figcaption></figure>`;
}
