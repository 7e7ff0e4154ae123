// Workers of `nondiff/shards` that are threads of this machine, by piscina.
//
//     const workers = threads(new URL("./models.mjs", import.meta.url), { size: 2 });
//     const posterior = await fitAsync(model, { workers });
//     await workers.close();
//
// The module exports `models`, one or a list, and may export `options`, those of `shardRunner`. Threads load it by themselves: models are code, and do not travel.
import { availableParallelism } from "node:os";
import { Piscina } from "piscina";

/** Threads that have the models of a module. `latency` is how many milliseconds a shard is on its way. */
export function threads(models, { size = availableParallelism(), latency = 1 } = {}) {
  const pool = new Piscina({
    filename: new URL("./piscina-thread.mjs", import.meta.url).href,
    workerData: { models: String(models) },
    minThreads: size,
    maxThreads: size,
  });
  return {
    size,
    latency,
    run: (shard) => pool.run(shard),
    close: () => pool.destroy(),
  };
}
