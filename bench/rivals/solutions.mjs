// How long it takes until the posterior is known: processor time until every mean is within a tenth of an exact sd and every sd within
// 10 % of it, or "never" where that takes more than the budget. All start from the same priors; who takes a number of steps or draws
// starts with few and takes twice as many, anew each time, until the answer is right; only that last run counts.
import { readFile } from "node:fs/promises";
import * as webppl from "./webppl.mjs";

const HERE = new URL("../../posteriordb-jumps/", import.meta.url);
const json = async (path) => JSON.parse(await readFile(new URL(path, HERE), "utf8"));

/** Name of the row, its posterior in posteriordb-jumps, and whether all latents are continuous in every program. */
const PROBLEMS = [
  { title: "text messages", name: "text_messages" },
  { title: "two change points", name: "two_change_points" },
  { title: "step in a line", name: "step_regression" },
  { title: "switch, continuous noise", name: "hidden_switch", continuous: true },
  { title: "coal mining", name: "coal_mining" },
  { title: "hidden Markov", name: "hidden_switch" },
];
const SEEDS = [0, 1, 2];

export async function solutions(ours, seconds) {
  console.log(
    `\nProcessor time, ms, until every mean is within 0.1 exact sd and every sd within 10 %; "never": not within ${seconds} s`,
  );
  const widths = [26, 20, 16, 16, 16, 16];
  const line = (cells) =>
    console.log(cells.map((cell, i) => String(cell)[i ? "padStart" : "padEnd"](widths[i])).join(""));
  line(["", "fit (seeds right)", "loop of steps", "Metropolis", "WebPPL MCMC", "WebPPL Optimize"]);
  for (const { title, name, continuous } of PROBLEMS) {
    const [data, { summary }] = await Promise.all([json(`data/${name}.json`), json(`reference/${name}.json`)]);
    const natural = ours.problem(name);
    // The plain sampler and the loop have no discrete latents.
    const plain = name === "hidden_switch" ? ours.continuousSwitch(data.y) : natural;
    const own = continuous ? plain : natural;
    const timed = async (answer) => {
      const begun = ours.cpuTime();
      const found = await answer();
      return { milliseconds: ours.cpuTime() - begun, right: isRight(found, summary) };
    };
    const until = async (first, answer) => {
      for (let amount = first, previous = 0; 2 * previous < 1000 * seconds; amount *= 2) {
        const { milliseconds, right } = await timed(() => answer(amount));
        if (milliseconds > 1000 * seconds) break;
        if (right) return milliseconds.toFixed(0);
        previous = milliseconds;
      }
      return "never";
    };
    const fits = [];
    for (const seed of SEEDS) fits.push(await timed(() => ours.fitAnswer(own, seed)));
    const right = fits.filter((fit) => fit.right).length;
    const middle = fits.map((fit) => fit.milliseconds).sort((p, q) => p - q)[SEEDS.length >> 1];
    const chains = ours.metropolis(plain);
    const form = continuous ? "switch" : name;
    line([
      title,
      `${middle.toFixed(0)} (${right} of ${SEEDS.length})`,
      await until(500, (steps) => ours.loopAnswer(plain, steps)),
      await until(100, chains),
      await until(1000, (draws) => webppl.sampled(form, data, draws)),
      await until(500, (steps) => webppl.optimised(form, data, steps)),
    ]);
  }
}

// Names are those of the reference: rate[1] is the first, rate[0] in a model.
function isRight({ mean, sd }, summary) {
  return Object.entries(summary).every(([name, exact]) => {
    const own = name.replace(/\[(\d+)\]/, (_, i) => `[${i - 1}]`);
    return Math.abs(mean.get(own) - exact.mean) < 0.1 * exact.sd && Math.abs(sd.get(own) / exact.sd - 1) < 0.1;
  });
}
