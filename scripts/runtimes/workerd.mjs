// Workers as an edge network runs them: workerd serves on a free loopback port, is asked, and stops.
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const TIMEOUT = 240_000;

/** Runs `ask(url, pid)` against a worker made of modules by name, the first one the main one. */
export async function withWorker(binary, modules, ask) {
  const folder = await mkdtemp(join(tmpdir(), "nondiff-worker-"));
  for (const [name, text] of Object.entries(modules)) await writeFile(join(folder, name), text);
  const listed = Object.keys(modules).map((name) => `(name = "${name}", esModule = embed "${name}")`);
  await writeFile(
    join(folder, "workerd.capnp"),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);
const worker :Workerd.Worker = (
  modules = [${listed.join(", ")}],
  compatibilityDate = "2026-01-01"
);
`,
  );
  const child = spawn(binary, ["serve", "--control-fd=3", join(folder, "workerd.capnp")], {
    stdio: ["ignore", "inherit", "inherit", "pipe"],
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), TIMEOUT);
  try {
    const port = await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`stopped with code ${code} before it listened`)));
      child.stdio[3].on("data", (chunk) => {
        const match = /"port":\s*(\d+)/.exec(String(chunk));
        if (match) resolve(match[1]);
      });
    });
    return await ask(`http://127.0.0.1:${port}/`, child.pid);
  } finally {
    clearTimeout(timer);
    child.kill();
    await rm(folder, { recursive: true, force: true });
  }
}
