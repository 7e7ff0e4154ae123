// A queue on Redis: a server that is killed in the middle of a job costs time, twice the same job counts once, a poisoned one is told and stalls no other.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { corrected } from "nondiff";
import { reduceShards, runShard, splitShards } from "nondiff/shards";
import { queueWorkers } from "../bullmq.mjs";
import { jumping, long } from "./models.mjs";
import { noRedis, startRedis } from "./redis.mjs";

const script = fileURLToPath(new URL("./queue-server.mjs", import.meta.url));
const running = new Set();
let redis;

/** A process that serves a queue, and what it has begun. */
async function server(name) {
  const child = spawn(process.execPath, [script, String(redis.connection.port), name], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  running.add(child);
  const begun = [];
  await new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`a server ended with code ${code}`)));
    child.stdout.on("data", (chunk) => {
      for (const line of String(chunk).split("\n")) {
        if (line === "ready") resolve();
        if (line.startsWith("begins ")) begun.push(line.slice(7));
      }
    });
  });
  return { child, begun };
}

const ended = (child) => {
  running.delete(child);
  return new Promise((resolve) => {
    child.once("exit", resolve);
    child.kill("SIGKILL");
  });
};

const until = async (condition, what) => {
  for (let k = 0; !condition(); k++) {
    if (k > 600) throw new Error(`${what} did not happen`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

before(async () => {
  if (!noRedis) redis = await startRedis();
});
after(async () => {
  await Promise.all([...running].map(ended));
  await redis?.stop();
});

test("a server killed by SIGKILL in the middle of a job costs only time", {
  skip: noRedis,
  timeout: 120_000,
}, async () => {
  const shards = splitShards(long, { estimator: corrected(), samples: 8 * 1024, seed: 2 }, 4);
  const workers = queueWorkers("killed", { connection: redis.connection, size: 2 });
  try {
    const first = await server("killed");
    const results = Promise.all(shards.map((shard) => workers.run(shard)));
    await until(() => first.begun.length > 0, "a first job");
    await ended(first.child);
    const second = await server("killed");
    const partials = await results;
    assert(second.begun.includes(first.begun.at(-1)), "the job of the one that was killed is computed again");
    assert.deepEqual(reduceShards(partials), reduceShards(shards.map((shard) => runShard(long, shard))));
    await ended(second.child);
  } finally {
    await workers.close();
  }
});

test("duplicates are harmless, and a poisoned job is told and stalls no other", {
  skip: noRedis,
  timeout: 120_000,
}, async () => {
  const shards = splitShards(jumping, { estimator: corrected(), samples: 20_000, seed: 2 }, 7);
  const workers = queueWorkers("poisoned", { connection: redis.connection, size: 2 });
  try {
    const { child, begun } = await server("poisoned");
    const poisoned = { ...shards[0], fingerprint: "0000000000000000", checksum: "1234567812345678" };
    const failure = workers.run(poisoned).then(
      () => "computed",
      (error) => error.message,
    );
    const partials = await Promise.all([...shards, ...shards].map((shard) => workers.run(shard)));
    assert.match(await failure, /damaged or cut off/);
    assert.equal(begun.filter((checksum) => checksum === poisoned.checksum).length, 1);
    assert.equal(begun.filter((checksum) => checksum === shards[1].checksum).length, 1);
    assert.deepEqual(reduceShards(partials), reduceShards(shards.map((shard) => runShard(jumping, shard))));
    await ended(child);
  } finally {
    await workers.close();
  }
});
