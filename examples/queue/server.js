// A machine that serves the queue: node examples/queue/server.js, as many as there are. REDIS_PORT is that of a Redis on this machine (default 6379).
//
// The adapters are a package of their own: npm --prefix adapters ci. Outside of this repository import them as nondiff-adapters/bullmq and nondiff-adapters/piscina.
import { serveQueue } from "../../adapters/bullmq.mjs";
import { threads } from "../../adapters/piscina.mjs";

const connection = { host: "127.0.0.1", port: Number(process.env.REDIS_PORT ?? 6379), maxRetriesPerRequest: null };
const workers = threads(new URL("./models.js", import.meta.url), { size: 1 });
const queue = serveQueue("examples", { connection, workers });
await queue.ready();
console.log("serves the queue");

process.once("SIGTERM", async () => {
  await queue.close();
  await workers.close();
});
