// Tries mutants with tests that one thread has loaded. A test that takes five times as long as without a mutant, and `patience` milliseconds more, is taken for one that never ends:
// its thread is ended, and another goes on with the next mutant.
import { Worker } from "node:worker_threads";

const WORKER = new URL("./trial-worker.mjs", import.meta.url);
const LONGEST = 600_000;

/** Runs a worker until it has done all, ended itself, or takes longer with a step than `limitOf` its message says. */
function heard(workerData, onMessage, limitOf) {
  return new Promise((resolve) => {
    const worker = new Worker(WORKER, {
      workerData,
      stdout: true,
      stderr: true,
      env: { ...process.env, MUTANTS_TESTS: "1" },
    });
    let timer;
    const end = (how) => {
      clearTimeout(timer);
      resolve(how);
      worker.terminate();
    };
    const wait = (ms) => {
      clearTimeout(timer);
      timer = setTimeout(() => end({ timeout: true }), ms);
    };
    wait(LONGEST);
    worker.on("error", (error) => end({ error }));
    worker.on("exit", () => end({}));
    worker.on("message", (message) => {
      if (message.done) return end({});
      wait(limitOf(message));
      onMessage(message);
    });
  });
}

/** The tests in the files, each with what it takes, whether it passes twice and which mutants it comes by; and what could not be loaded. */
export async function testsIn(setup, files) {
  let found;
  const { error } = await heard(
    { setup, files },
    (message) => (found = message.tests ? message : found),
    () => LONGEST,
  );
  if (!found) throw error ?? new Error("mutate: the tests end before they have run");
  return found;
}

/**
 * What becomes of each mutant, by its id: "Killed" or "Timeout", with the name of the test, "Survived", "NoCoverage" where no test comes by it, and "Ignored" where that happens only
 * as modules are loaded. The quickest tests try a mutant first, for `seconds` at most.
 */
export async function outcomes({ setup, files, mutants, tests, atLoading, seconds, patience, onOutcome }) {
  const order = [...tests.keys()].filter((index) => tests[index].passed).sort((a, b) => tests[a].ms - tests[b].ms);
  const covers = tests.map((test) => new Set(test.covers));
  const result = new Map();
  const becomes = (id, status, killer) => {
    result.set(id, { status, killer: killer === undefined ? undefined : tests[killer].name });
    onOutcome(id, status);
  };
  let left = [];
  for (const { id } of mutants) {
    const reaching = order.filter((index) => covers[index].has(id));
    const trying = [];
    for (let ms = 0, place = 0; place < reaching.length && (place === 0 || ms < 1000 * seconds); place++) {
      trying.push(reaching[place]);
      ms += tests[reaching[place]].ms;
    }
    if (trying.length > 0) left.push({ id, tests: trying });
    else becomes(id, atLoading.has(id) ? "Ignored" : "NoCoverage");
  }
  while (left.length > 0) {
    let now;
    const how = await heard(
      { setup, files, mutants: left },
      (message) => {
        if (message.trying !== undefined) now = message;
        if (message.tried === undefined) return;
        now = undefined;
        becomes(message.tried, message.killer === undefined ? "Survived" : "Killed", message.killer);
      },
      ({ trying, test }) => (trying === undefined ? LONGEST : patience + 5 * tests[test].ms),
    );
    // What ends the thread kills the mutant, be it an error that nothing catches or a test without an end.
    if (now) becomes(now.trying, how.timeout ? "Timeout" : "Killed", now.test);
    else if (how.error) throw how.error;
    left = left.filter(({ id }) => !result.has(id));
  }
  return result;
}
