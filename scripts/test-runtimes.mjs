// The same bits everywhere: hashes of gradients (models × estimators × back ends) and of whole fits in every runtime at hand must be those of
// this Node.js. What a runtime refuses, as a page under a Content-Security-Policy refuses generated code, is counted and told.
//
//     NONDIFF_RUNTIMES=deno,bun npm run test:runtimes
//
// picks some; quickjs and firefox run only if they are picked. A runtime of the npm registry that cannot be installed fails the run; a browser that is not on this machine is told and left
// out, unless it was picked.
import { spawnSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bitsModule } from "./runtimes/bits.mjs";
import { command, installed, output, SIDE } from "./runtimes/installed.mjs";
import { askPages, CHROMIUM, FIREFOX } from "./runtimes/pages.mjs";
import { withWorker } from "./runtimes/workerd.mjs";

const bits = await bitsModule();
const module = join(SIDE, "bits.mjs");
const main = join(SIDE, "main.mjs");
await mkdir(SIDE, { recursive: true });
await writeFile(module, bits);
await writeFile(
  main,
  `import { turnedBits } from ${JSON.stringify(pathToFileURL(module).href)};
console.log(JSON.stringify(await turnedBits()));`,
);

const ALL = ["interpreter", "jit", "kernels", "wasm"];
const POLICY = "script-src 'self'";
const onNode = (version) => async () => ({
  "": JSON.parse(await output(await command("node", version, `node-${version}`), [main])),
});
const inBrowser = (start) => async () => {
  const [open, strict] = [await askPages(start, bits, true), await askPages(start, bits, true, POLICY)];
  return {
    page: open.page,
    worker: open.worker,
    [`page under ${POLICY}`]: { ...strict.page, answers: ["interpreter"] },
    [`worker under ${POLICY}`]: { ...strict.worker, answers: ["interpreter"] },
  };
};

/** Who must say that it is that runtime, which back ends must answer in it, and what asks it. */
const RUNTIMES = {
  "node-20": { agent: "", ask: onNode("20.0.0") },
  "node-22": { agent: "Node.js/22", ask: onNode("22.23.3") },
  "node-24": { agent: "Node.js/24", ask: onNode("24.21.0") },
  deno: {
    agent: "Deno/2.9.6",
    ask: async () => ({
      "": JSON.parse(await output(await command("deno", "2.9.6"), ["run", "--no-prompt", "--allow-read", main])),
    }),
  },
  bun: {
    agent: "Bun/1.4.5",
    ask: async () => ({ "": JSON.parse(await output(await command("bun", "1.4.5"), ["run", main])) }),
  },
  workerd: {
    agent: "Cloudflare-Workers",
    answers: ["interpreter"], // generated code is refused
    ask: async () => {
      const worker = `import { turnedBits } from "./bits.mjs";
export default { fetch: async () => Response.json(await turnedBits()) };`;
      const binary = await command("workerd", "1.20261117.1");
      return {
        "": await withWorker(binary, { "worker.mjs": worker, "bits.mjs": bits }, async (url) => {
          const response = await fetch(url);
          if (!response.ok) throw new Error(`the worker answered ${response.status}: ${await response.text()}`);
          return response.json();
        }),
      };
    },
  },
  quickjs: {
    agent: "",
    onlyPicked: true, // an interpreter without a compiler takes minutes
    answers: ["interpreter", "jit"], // no WebAssembly
    ask: async () => {
      const own = await installed("quickjs-emscripten", "0.32.0");
      const { getQuickJS } = createRequire(join(own, "package.json"))("quickjs-emscripten");
      const context = (await getQuickJS()).newContext();
      context.unwrapResult(context.evalCode(await bitsModule({ global: true }))).dispose();
      const found = context.unwrapResult(context.evalCode("JSON.stringify(nondiffBits.bits({ few: true }))"));
      return { "": { agent: "", found: JSON.parse(context.getString(found)) } };
    },
  },
  chromium: { agent: "Chrome/", binary: "chromium", ask: inBrowser(CHROMIUM) },
  firefox: { agent: "Firefox/", onlyPicked: true, binary: "firefox-esr", ask: inBrowser(FIREFOX) },
};

const { turnedBits } = await import(pathToFileURL(module).href);
const { found: expected } = await turnedBits();
const refusedHere = Object.entries(expected).filter(([, hash]) => hash.startsWith("refused"));
for (const [name, hash] of refusedHere) console.log(`no runtime is asked for ${name}: ${hash}`);
console.log(`Node.js ${process.versions.node}: ${Object.keys(expected).length - refusedHere.length} hashes`);
const picked = process.env["NONDIFF_RUNTIMES"]?.split(",");
for (const name of picked ?? Object.keys(RUNTIMES).filter((each) => !RUNTIMES[each].onlyPicked)) {
  const runtime = RUNTIMES[name];
  if (!runtime) throw new Error(`no such runtime; got "${name}", expected some of ${Object.keys(RUNTIMES).join(", ")}`);
  if (runtime.binary && !picked && spawnSync("which", [runtime.binary]).status !== 0) {
    console.log(`${name}: left out, as there is no ${runtime.binary} here`);
    continue;
  }
  try {
    for (const [where, answer] of Object.entries(await runtime.ask())) {
      const told = compared(answer, runtime);
      console.log(`${name}${where && `, ${where}`}: ${told}`);
    }
  } catch (error) {
    console.error(`${name}: ${error.message}`);
    process.exitCode = 1;
  }
}

/** How many hashes agree; throws for one that differs, and for a back end that must answer and does not. */
function compared({ agent, found, answers }, runtime) {
  if (!agent.includes(runtime.agent))
    throw new Error(`another runtime answered; got ${agent}, expected ${runtime.agent}`);
  const asked = Object.keys(found).filter((name) => !expected[name].startsWith("refused"));
  const refused = asked.filter((name) => found[name].startsWith("refused"));
  const may = ALL.filter((backend) => !(answers ?? runtime.answers ?? ALL).includes(backend));
  const silent = refused.find((name) => !may.some((backend) => name.endsWith(` · ${backend}`)));
  if (silent) throw new Error(`${silent}: ${found[silent]}`);
  const other = asked.find((name) => !refused.includes(name) && found[name] !== expected[name]);
  if (other) throw new Error(`${other}: got the hash ${found[other]}, expected ${expected[other]}`);
  const equal = asked.length - refused.length;
  if (equal < 20) throw new Error(`too few answers; got ${equal}, expected 20 or more`);
  const [first] = refused;
  return `${equal} hashes equal${first ? `, ${refused.length} refused (${found[first].slice(9, 100)})` : ""}`;
}
