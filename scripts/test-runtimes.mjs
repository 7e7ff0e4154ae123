// Runs a smoke test of the core bundle on Deno, Bun and workerd: a corrected gradient of textmsg must agree with this
// Node.js to 1e-12. Each runtime is installed at a pinned version into .runtimes, away from this package's dependencies.
// A runtime that cannot be installed fails the run, with npm's reason; NONDIFF_RUNTIMES=deno,bun picks some.
import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { textmsgBundle } from "./core-bundle.mjs";

const run = promisify(execFile);
const TIMEOUT = 30_000; // of one smoke test, in ms
const side = fileURLToPath(new URL("../.runtimes/", import.meta.url));
const smoke = join(side, "smoke.mjs");
// The runtime says who it is, so that a wrapper that falls back to something else is noticed.
const ANSWER = "JSON.stringify({ agent: navigator.userAgent, numbers: smoke() })";
const PROGRAM = `import { smoke } from ${JSON.stringify(pathToFileURL(smoke).href)}; console.log(${ANSWER});`;

const RUNTIMES = {
  deno: {
    agent: "Deno/2.9.5",
    version: "2.9.5",
    start: (binary) => output(binary, ["run", "--no-prompt", "--allow-read", join(side, "main.mjs")]),
  },
  bun: {
    agent: "Bun/1.4.5",
    version: "1.4.5",
    start: (binary) => output(binary, ["run", join(side, "main.mjs")]),
  },
  workerd: {
    agent: "Cloudflare-Workers",
    version: "1.20261023.1",
    start: askWorker,
  },
};

await mkdir(side, { recursive: true });
await writeFile(smoke, await textmsgBundle());
await writeFile(join(side, "main.mjs"), PROGRAM);
await writeFile(
  join(side, "worker.mjs"),
  `import { smoke } from "./smoke.mjs";\nexport default { fetch: () => new Response(${ANSWER}) };\n`,
);
await writeFile(
  join(side, "workerd.capnp"),
  `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);
const worker :Workerd.Worker = (
  modules = [(name = "worker.mjs", esModule = embed "worker.mjs"), (name = "smoke.mjs", esModule = embed "smoke.mjs")],
  compatibilityDate = "2026-01-01"
);
`,
);

const { smoke: here } = await import(pathToFileURL(smoke).href);
const expected = here();
const wanted = (process.env["NONDIFF_RUNTIMES"] ?? Object.keys(RUNTIMES).join(",")).split(",");
for (const name of wanted) {
  const runtime = RUNTIMES[name];
  if (!runtime) throw new Error(`no such runtime; got "${name}", expected some of ${Object.keys(RUNTIMES).join(", ")}`);
  try {
    const { agent, numbers } = JSON.parse(await runtime.start(await installed(name, runtime.version)));
    if (agent !== runtime.agent) throw new Error(`another runtime answered; got ${agent}, expected ${runtime.agent}`);
    const worst = difference(numbers, expected).toExponential(1);
    console.log(
      `${name} ${runtime.version}: largest relative difference from Node.js ${process.versions.node} ${worst}`,
    );
  } catch (error) {
    console.error(`${name} ${runtime.version}: ${error.message}`);
    process.exitCode = 1;
  }
}

/** The largest relative difference of two lists of numbers; throws above 1e-12. */
function difference(got, expected) {
  if (got.length !== expected.length) throw new Error(`got ${got.length} numbers, expected ${expected.length}`);
  const worst = Math.max(...expected.map((value, i) => Math.abs(got[i] - value) / Math.abs(value)));
  if (!(worst <= 1e-12)) throw new Error(`differs from Node.js by ${worst}, expected at most 1e-12`);
  return worst;
}

/** The binary of a runtime, installed if it is not there yet. */
async function installed(name, version) {
  const prefix = join(side, name);
  const manifest = join(prefix, "node_modules", name, "package.json");
  const present = existsSync(manifest) && JSON.parse(await readFile(manifest, "utf8")).version === version;
  if (!present)
    await run("npm", [
      "install",
      "--prefix",
      prefix,
      "--no-audit",
      "--no-fund",
      "--no-save",
      `${name}@${version}`,
    ]).catch((error) => {
      throw new Error(
        `cannot be installed here: ${
          String(error.stderr || error.message)
            .trim()
            .split("\n")[0]
        }`,
      );
    });
  return join(prefix, "node_modules", ".bin", name);
}

async function output(binary, args) {
  const { stdout } = await run(binary, args, { timeout: TIMEOUT, killSignal: "SIGKILL" });
  return stdout;
}

/** Serves on a free loopback port, asks once, stops. */
async function askWorker(binary) {
  const child = spawn(binary, ["serve", "--control-fd=3", join(side, "workerd.capnp")], {
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
    const response = await fetch(`http://127.0.0.1:${port}/`);
    if (!response.ok) throw new Error(`the worker answered ${response.status}: ${await response.text()}`);
    return await response.text();
  } finally {
    clearTimeout(timer);
    child.kill();
  }
}
