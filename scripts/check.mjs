// Types, lint and generated files, side by side, as each takes one processor: `npm run check`. With --build also the package, whose
// declarations are made by the same check of the library's types: what `npm test` does first. Prints what fails, and exits with 1 if anything does.
import { spawn } from "node:child_process";
import { constants, setPriority } from "node:os";
import { delimiter, join } from "node:path";
import { ROOT } from "./library.mjs";

const library = process.argv.includes("--build")
  ? "node scripts/build.mjs"
  : "tsc -p tsconfig.json --noEmit --emitDeclarationOnly false";

// Takes as long as all others together, on one processor: four checkers, each of which checks what it needs of the library, take a quarter more.
const LONGEST = "tsc -p tsconfig.tools.json --singleThreaded";
const OTHERS = [library, "biome check --error-on-warnings .", "node scripts/generate-kernels.mjs --check"];

const env = { ...process.env, PATH: join(ROOT, "node_modules/.bin") + delimiter + process.env.PATH };

/** Whether a command ends well; what it prints comes at its end, so that two do not mix. */
const passes = (command) =>
  new Promise((resolve) => {
    const child = spawn(command, { cwd: ROOT, env, shell: true });
    const texts = [];
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => texts.push(text));
    child.on("close", (code) => {
      if (code !== 0) process.stderr.write(`${command}\n${Buffer.concat(texts)}`);
      resolve(code === 0);
    });
  });

const longest = passes(LONGEST);
// The others have many threads, each of which would get as much of the two processors as the longest has in all, and it would then end alone. They
// begin with the lower priority of this process, and take what is left.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
const passed = await Promise.all([longest, ...OTHERS.map(passes)]);
process.exitCode = passed.every(Boolean) ? 0 : 1;
