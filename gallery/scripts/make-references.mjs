// Writes gallery/references/NAME.json, the exact posterior of each problem: `node --import nondiff/plain/register gallery/scripts/make-references.mjs [NAME …]`.
// With --check it compares and writes nothing. Of each number: mean, sd, quantiles, and the masses of bins that a picture shows.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { summaryOf } from "../../posteriordb-jumps/scripts/mixtures.mjs";
import { EXACT } from "./exact.mjs";

const words = process.argv.slice(2);
const check = words.includes("--check");
const asked = words.filter((word) => word !== "--check");
const BINS = 60;
const rounded = (x) => (Math.abs(x) < 1e-9 ? 0 : Number(x.toPrecision(6)));

/** The masses of bins over where nearly all of the mass lies. */
function histogram(parts, { mean, sd, q05, q95 }) {
  const most = Math.max(...parts.map(({ logWeight }) => logWeight));
  const weights = parts.map(({ logWeight }) => Math.exp(logWeight - most));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const cdf = (x) =>
    parts.reduce((sum, { cdf: of, low, high }, k) => sum + weights[k] * (x < low ? 0 : x >= high ? 1 : of(x)), 0) /
    total;
  const reach = 0.35 * Math.max(q95 - q05, sd);
  const [low, high] = [Math.min(q05, mean) - reach, Math.max(q95, mean) + reach].map(rounded);
  const edges = Array.from({ length: BINS + 1 }, (_, k) => cdf(low + ((high - low) * k) / BINS));
  return { low, high, masses: edges.slice(1).map((edge, k) => Number(Math.max(0, edge - edges[k]).toFixed(5))) };
}

mkdirSync(new URL("../references", import.meta.url), { recursive: true });
for (const [name, { exact, method }] of Object.entries(EXACT)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const { data } = await import(`../${name}.js`);
  const numbers = Object.fromEntries(
    Object.entries(exact(data)).map(([key, parts]) => {
      const summary = summaryOf(parts);
      const kept = Object.fromEntries(Object.entries(summary).map(([quantity, x]) => [quantity, rounded(x)]));
      return [key, { ...kept, histogram: histogram(parts, summary) }];
    }),
  );
  const file = new URL(`../references/${name}.json`, import.meta.url);
  if (!check) {
    writeFileSync(file, `${JSON.stringify({ method, numbers })}\n`);
    continue;
  }
  const old = JSON.parse(readFileSync(file, "utf8")).numbers;
  for (const [key, { mean, sd }] of Object.entries(numbers))
    if (!(Math.abs(mean - old[key].mean) < 1e-4 * sd && Math.abs(sd / old[key].sd - 1) < 1e-4)) {
      console.error(`${name}: ${key} is ${mean} ± ${sd}, the file has ${old[key].mean} ± ${old[key].sd}`);
      process.exitCode = 1;
    }
}
