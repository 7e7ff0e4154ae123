// A fit whose large gradients and further starts machines behind a queue compute: node examples/queue/client.js, while some examples/queue/server.js run.
import { fitAsync } from "nondiff/shards";
import { queueWorkers } from "../../adapters/bullmq.mjs";
import { models as model } from "./models.js";

const connection = { host: "127.0.0.1", port: Number(process.env.REDIS_PORT ?? 6379), maxRetriesPerRequest: null };
const queue = queueWorkers("examples", { connection, size: 2, latency: 1 });
let shards = 0;
const workers = {
  ...queue,
  run(shard) {
    shards++;
    return queue.run(shard);
  },
};
try {
  const posterior = await fitAsync(model, {
    workers,
    seed: 1,
    collapse: false,
    tolerance: 0.002,
    maxSamples: 60_000,
    onWarning: console.error,
  });
  console.log(
    `${shards} shards; reading ${posterior.mean("at").toFixed(0)}, up by ${posterior.mean("rise").toFixed(1)}`,
  );
} finally {
  await queue.close();
}
