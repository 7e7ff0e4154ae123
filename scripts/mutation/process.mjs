// Runs tests with one mutant switched on, in a process of its own, until one fails. Without a mutant it runs all, and tells which tests reach which mutants.

import { once } from "node:events";
import { startTests } from "@vitest/runner";

const [{ active, limit, plan, setup }] = await once(process, "message");
// Switches compare texts: a text that is a key is compared by its address.
const space = { activeMutant: active === undefined ? undefined : Object.keys({ [active]: 0 })[0] };
if (limit !== undefined) Object.assign(space, { hitCount: 0, hitLimit: limit });
globalThis.__stryker__ = space;

const settings = {
  root: "/",
  setupFiles: [],
  name: undefined,
  passWithNoTests: true,
  testNamePattern: undefined,
  allowOnly: true,
  sequence: { seed: 1, hooks: "stack", setupFiles: "list" },
  maxConcurrency: 1,
  testTimeout: 1e9,
  hookTimeout: 1e9,
  retry: 0,
  includeTaskLocation: false,
  tags: [],
  strictTags: false,
};

const nameOf = (task) => (task.suite?.name ? `${nameOf(task.suite)} > ${task.name}` : task.name);
const results = [];
let failed;

/** Only the tests named in `names` run; all where there are none. */
function runner(file, names) {
  const prune = (task) => {
    if (task.type === "suite") for (const child of task.tasks) prune(child);
    else if (names && !names.includes(nameOf(task))) task.mode = "skip";
  };
  return {
    config: settings,
    async importFile(path) {
      space.currentTestId = undefined; // whichever file comes first loads what is shared
      await import(path);
      space.currentTestId = `${file}\n`;
    },
    onCollected: (files) => files.forEach(prune),
    onBeforeRunTask(test) {
      if (failed) test.mode = "skip";
    },
    onBeforeTryTask(test) {
      space.currentTestId = `${file}\n${nameOf(test)}`;
      test.startedAt = process.cpuUsage();
    },
    onAfterRunTask(test) {
      space.currentTestId = `${file}\n`;
      if (!test.result) return;
      const { user, system } = process.cpuUsage(test.startedAt);
      results.push({ file, name: nameOf(test), state: test.result.state, ms: (user + system) / 1000 });
      if (active !== undefined && test.result.state === "fail") failed ??= nameOf(test);
    },
  };
}

const errorsOf = (task) => [
  ...(task.result?.errors ?? []).map((error) => `${nameOf(task)}: ${error.message}`),
  ...(task.tasks ?? []).flatMap(errorsOf),
];

await import(setup);
const errors = [];
for (const { file, module, names } of plan) {
  const [collected] = await startTests([module], runner(file, names));
  errors.push(...errorsOf(collected));
  if (collected.result?.state === "fail") failed ??= file;
  if (active !== undefined && failed) break;
}
process.send({ failed, errors, results, coverage: space.mutantCoverage });
