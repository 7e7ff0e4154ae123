// examples/queue: a server and a client by a Redis of the test.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { noRedis, startRedis } from "./redis.mjs";

test("a fit by a queue finds the step", { skip: noRedis, timeout: 180_000 }, async () => {
  const redis = await startRedis();
  const env = { ...process.env, REDIS_PORT: String(redis.connection.port) };
  const start = (file) =>
    spawn(process.execPath, [fileURLToPath(new URL(`../../examples/queue/${file}`, import.meta.url))], {
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
  const output = async (child) => {
    let text = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (text += chunk));
    await new Promise((resolve) => child.once("exit", resolve));
    return text;
  };
  const server = start("server.js");
  try {
    await new Promise((resolve, reject) => {
      server.stdout.once("data", resolve);
      server.once("exit", (code) => reject(new Error(`the server ended with code ${code}`)));
    });
    const text = await output(start("client.js"));
    const [, shards, at, rise] = /^(\d+) shards; reading (\d+), up by (\d\.\d)$/m.exec(text) ?? assert.fail(text);
    assert(Number(shards) > 3, text);
    assert(Math.abs(Number(at) - 180) <= 3 && Math.abs(Number(rise) - 1.5) < 0.4, text);
    assert.doesNotMatch(text, /a worker failed/);
  } finally {
    server.removeAllListeners("exit");
    server.kill("SIGKILL");
    await redis.stop();
  }
});
