// How much sooner two threads are than one: a gradient at 16,384 points, as the last stages of a fit take, of 2000 observations, and a whole fit.
//
//     npm --prefix adapters run bench
//
// Runs alternate, and the median ratio is told. On a machine that others use too, wall times say little: so the processor time of each thread is told beside them, by
// Linux; that of one thread over that of the busier of two is what two quiet cores would give, less the way there and back.
import { readdir, readFile } from "node:fs/promises";
import { availableParallelism, loadavg } from "node:os";
import { corrected } from "nondiff";
import { fitAsync, reduceShards, splitShards } from "nondiff/shards";
import { threads } from "./piscina.mjs";
import { long } from "./test/models.mjs";

const ROUNDS = 5;
const POINTS = 16_384;
const models = new URL("./test/models.mjs", import.meta.url);
const pools = [1, 2].map((size) => threads(models, { size }));

/** Milliseconds of processor time of each thread of this process, in ticks of 10 ms. */
async function threadTimes() {
  const times = new Map();
  for (const id of await readdir("/proc/self/task").catch(() => []))
    try {
      const fields = (await readFile(`/proc/self/task/${id}/stat`, "utf8")).replace(/^.*\) /, "").split(" ");
      times.set(id, 10 * (Number(fields[11]) + Number(fields[12])));
    } catch {
      // It has ended.
    }
  return times;
}

async function timed(run) {
  const [before, start] = [await threadTimes(), performance.now()];
  const result = await run();
  const wall = performance.now() - start;
  const after = await threadTimes();
  const used = [...after].map(([id, time]) => time - (before.get(id) ?? 0)).sort((p, q) => q - p);
  return { result, wall, busiest: used[0] ?? NaN };
}

const median = (values) => values.sort((p, q) => p - q)[values.length >> 1];

async function compared(name, run, rounds) {
  const ratios = { wall: [], busiest: [] };
  const all = [];
  for (let round = -1; round < rounds; round++) {
    const pair = [];
    for (const pool of pools) pair.push(await timed(() => run(pool)));
    const [one, two] = pair;
    if (JSON.stringify(one.result) !== JSON.stringify(two.result)) throw new Error(`${name}: the bits differ`);
    if (round < 0) continue; // compiles
    all.push(one.wall);
    for (const key of ["wall", "busiest"]) ratios[key].push(one[key] / two[key]);
  }
  console.log(
    `${name}: ${(median(all) / 1000).toFixed(2)} s by one thread; two are sooner by ${median(ratios.wall).toFixed(2)} on the wall, ${median(ratios.busiest).toFixed(2)} by processor time of the busiest thread; the same bits`,
  );
}

console.log(`Node.js ${process.versions.node}, ${availableParallelism()} cores, load ${loadavg()[0].toFixed(1)}`);
const options = { estimator: corrected(), samples: POINTS, seed: 1 };
await compared(
  `a gradient at ${POINTS} points`,
  async (pool) => {
    const shards = splitShards(long, options, pool.size);
    return reduceShards(await Promise.all(shards.map((shard) => pool.run(shard))));
  },
  ROUNDS,
);
if (!process.argv.includes("--short"))
  await compared(
    "a whole fit",
    (workers) => fitAsync(long, { workers, seed: 1, tolerance: 0.0005, onWarning() {} }),
    2,
  );
await Promise.all(pools.map((pool) => pool.close()));
