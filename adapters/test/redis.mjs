// A Redis of the tests: redis-server on a free loopback port, stopped with them; `undefined` where it is not found.
//
// REDIS_SERVER names another one, as that of a Debian package without being root:
//
//     apt-get download redis-tools libjemalloc2 liblzf1 && for deb in *.deb; do dpkg -x "$deb" redis; done
//     LD_LIBRARY_PATH=redis/usr/lib/x86_64-linux-gnu REDIS_SERVER=redis/usr/bin/redis-check-rdb …
import { spawn, spawnSync } from "node:child_process";
import { createServer } from "node:net";

export const REDIS_SERVER = process.env.REDIS_SERVER ?? "redis-server";

/** Why there is none, or false. */
export const noRedis =
  spawnSync(REDIS_SERVER, ["--version"]).status === 0
    ? false
    : `${REDIS_SERVER} is not found; REDIS_SERVER names another one`;

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts one that keeps nothing on disk. */
export async function startRedis() {
  const port = await freePort();
  const child = spawn(
    REDIS_SERVER,
    ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--loglevel", "notice"],
    {
      stdio: ["ignore", "pipe", "inherit"],
      cwd: "/tmp",
    },
  );
  await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`redis-server stopped with code ${code}`)));
    child.stdout.on("data", (chunk) => {
      if (String(chunk).includes("Ready to accept connections")) resolve();
    });
  });
  return {
    connection: { host: "127.0.0.1", port, maxRetriesPerRequest: null },
    stop: () =>
      new Promise((resolve) => {
        child.once("exit", resolve);
        child.kill();
      }),
  };
}
