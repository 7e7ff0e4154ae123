// A thread that has loaded the tests once and tries mutants with them, one after the other. It says what it is about to run, so that who
// listens can end it where a mutant never ends: `{ trying, test }`, then `{ tried, killer }`.
import { pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";
import { collectTests, getFn, getHooks } from "@vitest/runner";
import fc from "fast-check";
import { expect, vi } from "vitest";

// Where the build looks which mutant is active, and counts which ones are come by.
const state = { activeMutant: undefined, mutantCoverage: { static: {}, perTest: {} } };
globalThis.__stryker__ = state;

const { setup, files, mutants } = workerData;
const runner = {
  config: {
    root: process.cwd(),
    name: "",
    setupFiles: [],
    sequence: { hooks: "stack" },
    tags: [],
    allowOnly: true,
    testTimeout: 600_000,
    hookTimeout: 600_000,
    retry: 0,
  },
  trace: (_name, _attributes, run) => run(),
  importFile: async (path) => {
    await import(pathToFileURL(path).href);
    vi.unstubAllGlobals();
  },
};
await import(pathToFileURL(setup).href);
// The first failure of a property is enough: its smallest one takes many runs more.
fc.configureGlobal({ ...fc.readConfigureGlobal(), endOnFailure: true });
const collected = await collectTests(files, runner);
const broken = collected.filter(({ result }) => result?.state === "fail");
const tests = collected.flatMap(testsOf).filter(({ mode }) => mode === "run" || mode === "queued");

function testsOf(task) {
  return task.type === "test" ? [task] : task.tasks.flatMap(testsOf);
}

// The file first, the innermost last.
function suitesAround({ suite, file }) {
  return suite ? [...suitesAround(suite), suite] : [file];
}

// Whether a test passes; what stands before all tests of its suite runs before it, under the mutant too.
async function passes(test) {
  const suites = suitesAround(test);
  const hooked = async (name, of, ...rest) => {
    for (const suite of of) for (const hook of getHooks(suite)?.[name] ?? []) await hook(...rest, suite);
  };
  try {
    await hooked("beforeAll", suites);
    await hooked("beforeEach", suites, test.context);
    expect.setState({ assertionCalls: 0, isExpectingAssertions: false, expectedAssertionsNumber: null });
    await getFn(test)();
    return true;
  } catch {
    return false;
  } finally {
    const inwardsOut = [...suites].reverse();
    await hooked("afterEach", inwardsOut, test.context).catch(() => {});
    await hooked("afterAll", inwardsOut).catch(() => {});
  }
}

// Each test without a mutant, twice: the second time tells how long it takes, and whether it may run more than once.
async function told(test, index) {
  parentPort.postMessage({ test: index });
  const first = await passes(test);
  state.mutantCoverage.static = {};
  const start = performance.now();
  const passed = (await passes(test)) && first;
  const ms = performance.now() - start;
  return { name: `${test.file.name} ${test.name}`, passed, ms, covers: Object.keys(state.mutantCoverage.static) };
}

async function killerOf({ id, tests: order }) {
  for (const index of order) {
    parentPort.postMessage({ trying: id, test: index });
    state.activeMutant = id;
    const passed = await passes(tests[index]);
    state.activeMutant = undefined;
    if (!passed) return index;
  }
  return undefined;
}

if (!mutants) {
  const atLoading = Object.keys(state.mutantCoverage.static);
  const all = [];
  for (const [index, test] of tests.entries()) all.push(await told(test, index));
  parentPort.postMessage({
    tests: all,
    atLoading,
    broken: broken.map(({ name, result }) => `${name}: ${result.errors[0].message}`),
  });
} else
  for (const mutant of mutants) {
    const killer = await killerOf(mutant);
    // A mutant may leave something behind that outlives it, as a number that is computed once: then this thread is of no use any more.
    const spoilt = killer !== undefined && !(await passes(tests[killer]));
    parentPort.postMessage({ tried: mutant.id, killer, spoilt });
    if (spoilt) break;
  }
parentPort.postMessage({ done: true });
