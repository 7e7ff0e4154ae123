// One table: what esbuild, rollup, vite, webpack and rspack make of the README's examples and of all of nondiff, minified, in bytes after gzip. Then a plain program goes through the
// plugin of each, and what the bundles compute must be what the same program of calls does. Needs dist/, made by `npm run build`.
//
//     npm run bundlers
import { execFileSync } from "node:child_process";
import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { exampleContents, LIMITS } from "../scripts/example-sizes.mjs";
import { ROOT } from "../scripts/library.mjs";
import { BUNDLERS } from "./bundlers.mjs";

const WORK = join(ROOT, "bundlers", ".work");
await rm(WORK, { recursive: true, force: true });
await mkdir(join(WORK, "node_modules"), { recursive: true });
await symlink(ROOT, join(WORK, "node_modules", "nondiff"));
await writeFile(join(WORK, "package.json"), '{ "type": "module", "sideEffects": false }');

const entryOf = async (name, text) => {
  const path = join(WORK, name);
  await writeFile(path, text);
  return path;
};

const examples = Object.entries(await exampleContents());
console.log(`| after gzip | ${examples.map(([name]) => name).join(" | ")} |\n|${"---|".repeat(1 + examples.length)}`);
for (const { name, version, bundle } of BUNDLERS) {
  const sizes = [];
  for (const [index, [example, text]] of examples.entries()) {
    const entry = await entryOf(`example-${index}.js`, text);
    const output = join(WORK, name, `example-${index}.mjs`);
    await bundle(entry, output, { minify: true });
    sizes.push(gzipSync(await readFile(output), { level: 9 }).length);
    // The minifier of rspack keeps tables that are spread into others, which the rest drop; one that kept all would be far above.
    if (sizes.at(-1) > 1.4 * LIMITS[example]) {
      console.error(`${name}: ${example} has ${sizes.at(-1)} bytes, expected at most 1.4 times ${LIMITS[example]}`);
      process.exitCode = 1;
    }
  }
  console.log(`| ${name} ${version} | ${sizes.map((bytes) => `${(bytes / 1000).toFixed(1)} kB`).join(" | ")} |`);
}

// A thermostat by operators and ifs, and the same by calls.
const READINGS = "[18.6, 19.4, 20.3, 21.2, 20.6]";
const TOLD = `console.log(JSON.stringify(fit(model, { steps: 50, seed: 1, samples: 4 }).summary()));`;
const PLAIN = `import { defineModel, fit, normal } from "nondiff/plain";
const model = defineModel("thermostat", ({ sample, observe }) => {
  let heating = 0;
  let room = sample("room", normal(19, 1));
  for (const [i, reading] of ${READINGS}.entries()) {
    if (room < 19) heating = 1;
    else if (room > 21) heating = 0;
    room = sample(\`room\${i + 1}\`, normal(room + 1.4 * heating - 0.5, 0.2));
    observe(normal(room, 0.5), reading, \`reading\${i}\`);
  }
});
${TOLD}`;
const CALLS = `import { add, defineModel, fit, gt, lt, mul, normal, sub, where } from "nondiff";
const model = defineModel("thermostat", ({ sample, observe }) => {
  let heating = 0;
  let room = sample("room", normal(19, 1));
  for (const [i, reading] of ${READINGS}.entries()) {
    heating = where(lt(room, 19), 1, where(gt(room, 21), 0, heating));
    room = sample(\`room\${i + 1}\`, normal(sub(add(room, mul(1.4, heating)), 0.5), 0.2));
    observe(normal(room, 0.5), reading, \`reading\${i}\`);
  }
});
${TOLD}`;
const told = (path) => execFileSync(process.execPath, [path], { encoding: "utf8" });
const byCalls = told(await entryOf("calls.js", CALLS));
const plain = await entryOf("plain.ts", PLAIN.replace("let heating = 0", "let heating: number = 0"));
const plugins = await import(pathToFileURL(join(ROOT, "dist/plain/node/plugin.js")).href);
console.log("\na plain program through the plugin of");
for (const { name, bundle } of BUNDLERS) {
  const output = join(WORK, name, "plain.mjs");
  await bundle(plain, output, { plugin: plugins[name]() });
  const isSame = told(output) === byCalls;
  // Without the plugin the program must be refused: it shows that the plugin was what made it run.
  const untouched = join(WORK, name, "untouched.mjs");
  await bundle(await entryOf("untouched.js", PLAIN), untouched, {});
  const asked = `import(${JSON.stringify(pathToFileURL(untouched).href)}).catch(({ message }) => console.log(message));`;
  const refused = execFileSync(process.execPath, ["-e", asked], { encoding: "utf8" }).includes("was not transformed");
  const isRight = isSame && refused;
  console.log(
    `${name}: ${isSame ? "the fit of the calls, to the last bit" : "ANOTHER FIT"}; without it ${refused ? "refused" : "NOT REFUSED"}`,
  );
  if (!isRight) process.exitCode = 1;
}
