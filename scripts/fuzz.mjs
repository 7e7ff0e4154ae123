// Verifies the gradients of random programs of every kind, under random parameters, and prints a table: `npm run fuzz -- --programs 200`.
// `--kinds product,ratio` names kinds, `--first 40` begins with the 40th program of each, `--guide full-rank` is what it says, `--out DIR` takes
// a module for each program that is not right. Exit code 1 if one is wrong or accused.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { fullRank, makeGenerator, meanField, uniformSource } from "nondiff";
import { KINDS, kindOf, NUMBERS, outcomeOf, parametersOf, programOf } from "nondiff/testing";

const { values } = parseArgs({
  options: {
    programs: { type: "string", default: "20" },
    first: { type: "string", default: "0" },
    kinds: { type: "string" },
    guide: { type: "string", default: "mean-field" },
    budget: { type: "string", default: "65536" },
    resolution: { type: "string", default: "0.05" },
    alpha: { type: "string", default: "1e-7" },
    out: { type: "string" },
    verbose: { type: "boolean", default: false },
  },
});
const [first, count] = [Number(values.first), Number(values.programs)];
const kinds = values.kinds ? values.kinds.split(",").map(kindOf) : KINDS;
const VERDICTS = ["right", "wrong", "accused", "refused", "undecided"];
const total = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0]));
const row = (name, numbers) => console.log([name.padEnd(32), ...numbers.map((n) => String(n).padStart(9))].join(" "));

console.log(
  `${count} programs of each of ${kinds.length} kinds from number ${first} on, under ${values.guide}: alpha ${values.alpha}, at most ${values.budget} samples, resolution ${values.resolution}`,
);
row("kind", ["programs", ...VERDICTS, "seconds"]);
for (const kind of kinds) {
  const found = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0]));
  const messages = [];
  const start = process.cpuUsage().user;
  for (let i = first; i < first + count; i++) {
    // The numbers of program i of a kind are the same in every run.
    const next = uniformSource(makeGenerator(1 + i + 100_000 * KINDS.indexOf(kind)));
    const numbers = Array.from({ length: 2 * NUMBERS }, next);
    const { model, source } = programOf(kind, numbers.slice(0, NUMBERS));
    const guide = values.guide === "full-rank" ? fullRank() : meanField();
    let [params, outcome] = [undefined, undefined];
    const began = process.cpuUsage().user;
    try {
      params = parametersOf(model, numbers.slice(NUMBERS), guide);
      const options = {
        budget: Number(values.budget),
        resolution: Number(values.resolution),
        alpha: Number(values.alpha),
      };
      outcome = outcomeOf(model, { ...options, params, guide, seed: i });
    } catch (error) {
      outcome = { verdict: "wrong", message: `${error.name}: ${error.message}` };
    }
    const { verdict, message } = outcome;
    const seconds = (process.cpuUsage().user - began) / 1e6;
    if (values.verbose) console.log(`${kind.name} ${i} ${verdict} ${seconds.toFixed(1)} s ${message}`);
    found[verdict]++;
    total[verdict]++;
    if (verdict === "right") continue;
    if (messages.length < 6 || verdict === "wrong" || verdict === "accused")
      messages.push(`  ${i} ${verdict}: ${message}`);
    if (values.out) {
      await mkdir(values.out, { recursive: true });
      const text = `// ${kind.name} ${i}, ${verdict}: ${message.replaceAll("\n", " ")}\n${source}export const params = ${JSON.stringify(params)};\n`;
      await writeFile(join(values.out, `${verdict}-${kind.name.replaceAll(" ", "-")}-${i}.mjs`), text);
    }
  }
  row(kind.name, [
    count,
    ...VERDICTS.map((verdict) => found[verdict]),
    ((process.cpuUsage().user - start) / 1e6).toFixed(1),
  ]);
  if (values.verbose || found.wrong + found.accused > 0) for (const message of messages) console.log(message);
}
row("all", [count * kinds.length, ...VERDICTS.map((verdict) => total[verdict]), ""]);
if (total.wrong + total.accused > 0) process.exitCode = 1;
