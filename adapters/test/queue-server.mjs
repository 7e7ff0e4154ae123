// A process that serves the queue of a test until it is ended: node queue-server.mjs PORT NAME
import { serveQueue } from "../bullmq.mjs";
import { threads } from "../piscina.mjs";

const [port, name] = process.argv.slice(2);
const workers = threads(new URL("./models.mjs", import.meta.url), { size: 1 });
const connection = { host: "127.0.0.1", port: Number(port), maxRetriesPerRequest: null };
const { ready } = serveQueue(name, {
  connection,
  workers: {
    size: workers.size,
    run(shard) {
      process.stdout.write(`begins ${shard.checksum}\n`);
      return workers.run(shard);
    },
  },
  lockDuration: 1500,
  stalledInterval: 500,
});
await ready();
process.stdout.write("ready\n");
