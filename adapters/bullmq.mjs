// Shards by a queue: BullMQ on Redis. Any number of machines serve it; one that dies costs time, as its jobs go to others.
//
//     serveQueue("shards", { connection, workers: threads(models) });                  // on each machine that computes
//     const workers = queueWorkers("shards", { connection, size: 8 });                 // where a fit or an estimate is wanted
//
// A job is named after the checksum of its shard, so that a shard that is asked for twice is computed once; computed twice, after a machine was thought dead, it has the same bits.
// Jobs are computed in threads, as a machine whose event loop stands still cannot say that it lives.
import { Queue, QueueEvents, UnrecoverableError, Worker } from "bullmq";

/** Seconds for which answers are kept, for whoever asks again. */
const KEPT = 3600;

/** Serves a queue with workers, such as those of piscina.mjs: as many jobs at a time as these are. */
export function serveQueue(name, { connection, workers, lockDuration = 10_000, stalledInterval = 5000 }) {
  const worker = new Worker(
    name,
    async ({ data }) => {
      try {
        return await workers.run(data);
      } catch (error) {
        // A shard that is damaged or of another model is so at the next attempt too.
        if (error instanceof RangeError || error instanceof TypeError || /RangeError|TypeError/.test(error?.name))
          throw new UnrecoverableError(error.message);
        throw error;
      }
    },
    { connection, concurrency: workers.size, lockDuration, stalledInterval, maxStalledCount: 3 },
  );
  worker.on("error", (error) => console.error(`queue ${name}: ${error.message}`));
  return { ready: () => worker.waitUntilReady(), close: () => worker.close() };
}

/** Workers behind a queue. `timeout` is how many milliseconds a shard may take, waiting and further attempts included. */
export function queueWorkers(name, { connection, size, attempts = 3, timeout = 600_000, latency = 20 }) {
  const queue = new Queue(name, { connection });
  const events = new QueueEvents(name, { connection });
  // Each shard that is waited for listens to both.
  for (const emitter of [queue, events]) emitter.setMaxListeners(0);
  return {
    size,
    latency,
    async run(shard) {
      await events.waitUntilReady();
      const job = await queue.add("shard", shard, {
        // By itself a checksum may be all digits, which are no name of a job.
        jobId: `shard-${shard.checksum}`,
        attempts,
        backoff: { type: "exponential", delay: 100 },
        removeOnComplete: { age: KEPT },
        removeOnFail: true,
      });
      return job.waitUntilFinished(events, timeout);
    },
    async close() {
      await events.close();
      await queue.close();
    },
  };
}
