// Threads give the bits of one thread; what fails in one is told.
import assert from "node:assert/strict";
import { test } from "node:test";
import { corrected, fit } from "nondiff";
import { fitAsync, reduceShards, runShard, splitShards } from "nondiff/shards";
import { threads } from "../piscina.mjs";
import { jumping } from "./models.mjs";

test("threads have the bits of one thread, of estimates and of fits", async () => {
  const workers = threads(new URL("./models.mjs", import.meta.url), { size: 2, latency: 0 });
  try {
    const shards = splitShards(jumping, { estimator: corrected(), samples: 20_000, seed: 2 }, 7);
    const estimate = reduceShards(await Promise.all(shards.map((shard) => workers.run(shard))));
    assert.deepEqual(estimate, reduceShards(shards.map((shard) => runShard(jumping, shard))));
    const options = { seed: 3, restarts: 2, tolerance: 0.0005, onWarning() {} };
    const posterior = await fitAsync(jumping, { ...options, workers });
    assert.equal(JSON.stringify(posterior), JSON.stringify(fit(jumping, options)));
    await assert.rejects(workers.run({ ...shards[0], model: "other" }), /damaged|no such model/);
    assert.deepEqual(reduceShards(await Promise.all(shards.map((shard) => workers.run(shard)))), estimate);
  } finally {
    await workers.close();
  }
});
