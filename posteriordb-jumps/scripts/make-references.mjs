// Writes reference/*.json from data/*.json: `node scripts/make-references.mjs [NAME …]`. With --check it compares and writes nothing.
import { readFileSync, writeFileSync } from "node:fs";
import { summaryOf } from "./mixtures.mjs";
import { POSTERIORS } from "./posteriors.mjs";

const words = process.argv.slice(2);
const check = words.includes("--check");
const asked = words.filter((word) => word !== "--check");
const read = (kind, name) => JSON.parse(readFileSync(new URL(`../${kind}/${name}.json`, import.meta.url), "utf8"));
const DIGITS = 8;

for (const [name, { exact, method }] of Object.entries(POSTERIORS)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const parts = exact(read("data", name));
  const summary = Object.fromEntries(
    Object.entries(parts).map(([latent, mixture]) => [
      latent,
      Object.fromEntries(Object.entries(summaryOf(mixture)).map(([key, x]) => [key, Number(x.toPrecision(DIGITS))])),
    ]),
  );
  const of = (take) => Object.fromEntries(Object.entries(summary).map(([latent, moments]) => [latent, take(moments)]));
  const dimensions = {};
  for (const latent of Object.keys(summary)) {
    const plain = latent.replace(/\[\d+\]$/, "");
    dimensions[plain] = (dimensions[plain] ?? 0) + 1;
  }
  const reference = {
    posterior: `${name}-${name}`,
    model: name,
    data: name,
    dimensions,
    method,
    mean: of(({ mean }) => mean),
    mean_squared: of(({ mean, sd }) => Number((mean * mean + sd * sd).toPrecision(DIGITS))),
    summary,
  };
  if (!check) {
    writeFileSync(
      new URL(`../reference/${name}.json`, import.meta.url),
      `${JSON.stringify(reference, undefined, 1)}\n`,
    );
    continue;
  }
  const old = read("reference", name).summary;
  for (const [latent, moments] of Object.entries(summary))
    for (const [key, x] of Object.entries(moments))
      if (!(Math.abs(x - old[latent][key]) < 1e-6 * moments.sd)) {
        console.error(`${name}: ${key} of ${latent} is ${x}, the file has ${old[latent][key]}`);
        process.exitCode = 1;
      }
}
