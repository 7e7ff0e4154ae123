// Writes gallery/answers/NAME.json: what a default fit says of each problem, and what a plain reparameterised one does, which has no term for jumps.
// `npm run gallery -- [--fits] [NAME …]` after a build; all sixteen take some minutes. Exit status 1 if a default fit is wrong and does not say so.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { adam, fit, reparam } from "nondiff";
import { transform } from "nondiff/plain/transform";

/** `--fits` keeps what the reparameterised fits gave, which takes most of the time. */
const keeps = process.argv.includes("--fits");
const asked = process.argv.slice(2).filter((word) => word !== "--fits");
const problems = JSON.parse(readFileSync(new URL("../problems.json", import.meta.url), "utf8"));
const rounded = (x) => Number(x.toPrecision(4));

/** Means, sds and masses of bins, of draws. */
function numbersOf(posterior, reference) {
  const draws = posterior.sample(20_000, { seed: 7 });
  return Object.fromEntries(
    Object.entries(reference).map(([name, { histogram }]) => {
      const { low, high, masses } = histogram;
      const counts = new Float64Array(masses.length);
      const values = draws[name];
      for (const value of values) {
        const at = Math.floor(((value - low) / (high - low)) * masses.length);
        if (at >= 0 && at < counts.length) counts[at] += 1 / values.length;
      }
      const [mean, sd] = [rounded(posterior.mean(name)), rounded(posterior.sd(name))];
      return [name, { mean, sd, masses: Array.from(counts, (mass) => Number(mass.toFixed(4))) }];
    }),
  );
}

/** The model with a uniform number below a threshold for each discrete latent, which reparameterisation has no path to. */
async function relaxed(name) {
  const file = new URL(`../${name}.js`, import.meta.url);
  const source = readFileSync(file, "utf8");
  const text = source
    .replaceAll(/bernoulli\(([^()]*)\)\);/g, "uniform(0, 1)) < ($1) ? 1 : 0;")
    .replace("{ bernoulli, ", "{ uniform, ");
  if (!/sample\([^,]*, bernoulli/.test(source)) return (await import(file)).default;
  const { code } = transform(text, { file: `${name}.js` });
  const whole = code.replaceAll(/from "(nondiff[^"]*)"/g, (_, entry) => `from "${import.meta.resolve(entry)}"`);
  return (await import(`data:text/javascript,${encodeURIComponent(whole)}`)).default;
}

mkdirSync(new URL("../answers", import.meta.url), { recursive: true });
for (const { name } of problems) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const reference = JSON.parse(readFileSync(new URL(`../references/${name}.json`, import.meta.url), "utf8")).numbers;
  const { default: model } = await import(`../${name}.js`);
  const silent = { seed: 1, onWarning() {} };
  const posterior = fit(model, silent);
  const { status, report } = posterior;
  const codes = [...new Set(report?.warnings.map(({ code }) => code))];
  let biased = keeps && JSON.parse(readFileSync(new URL(`../answers/${name}.json`, import.meta.url), "utf8")).reparam;
  try {
    const options = { estimator: reparam(), collapse: false, optimizer: adam({ learningRate: 0.02 }), steps: 20_000 };
    biased ||= { numbers: numbersOf(fit(await relaxed(name), { ...silent, ...options }), reference) };
  } catch (error) {
    biased = { error: error.message.split("; ")[0] };
  }
  const answer = { status, warnings: codes, numbers: numbersOf(posterior, reference), reparam: biased };
  writeFileSync(new URL(`../answers/${name}.json`, import.meta.url), `${JSON.stringify(answer)}\n`);
  const wrong = Object.entries(reference).filter(([key, { mean, sd }]) => {
    const found = answer.numbers[key];
    return !(Math.abs(found.mean - mean) < 0.15 * sd && Math.abs(Math.log(found.sd / sd)) < 0.25);
  });
  const isTold = status !== "converged" || codes.length > 0;
  const verdict =
    wrong.length === 0 ? "right" : `${isTold ? "wrong and told" : "WRONG"}: ${wrong.map(([key]) => key).join(", ")}`;
  console.log(`${name}: ${status}${codes.length > 0 ? `, ${codes.join(", ")}` : ""}; ${verdict}`);
  if (wrong.length > 0 && !isTold) process.exitCode = 1;
}
