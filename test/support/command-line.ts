/**
 * The built command line, for tests: each command in a process of its own, or one after the other in one process. Most of what it
 * takes to refuse an option is to start: a process costs 0.4 s, a command in one that runs a hundredth of it.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { fileURLToPath, pathToFileURL } from "node:url";

export const MAIN: string = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
/** The module with the commands, which MAIN runs one of. */
export const COMMAND: string = fileURLToPath(new URL("../../dist/cli/command.js", import.meta.url));

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command in a process of its own, in a folder; killed, and so of no code, after a minute. */
export function alone(folder: string, ...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = { cwd: folder, maxBuffer: 1e8, timeout: 60_000 };
    execFile(process.execPath, [MAIN, ...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

// Nothing of this text calls the command, so that no place of it stands in the stack of an error, where a place of a user's own file is looked for.
const SESSION = `
  process.on("disconnect", () => process.exit());
  process.on("message", ({ command, folder, args }) => {
    process.chdir(folder);
    const texts = { stdout: [], stderr: [] };
    for (const name of ["stdout", "stderr"])
      process[name].write = (text, done) => {
        texts[name].push(text);
        if (done) queueMicrotask(done);
        return true;
      };
    const told = (code) => process.send({ code, stdout: texts.stdout.join(""), stderr: texts.stderr.join("") });
    import(command).then(({ commandStatus }) => Promise.resolve(args).then(commandStatus).then(told));
  });`;

/** The process that runs the commands of all sessions, whose files a worker tests one after the other: one has loaded the library and compiled it. It ends with the worker. */
let shared: ChildProcess | undefined;

function started(): ChildProcess {
  const child = spawn(process.execPath, ["--input-type=module", "--eval", SESSION], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  child.once("exit", () => {
    shared = undefined;
  });
  return child;
}

/** One process for many commands in a folder. They must not read one module twice that has changed in between: modules stay loaded. */
export class Session {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Runs a command. */
  run(...args: string[]): Promise<Outcome> {
    shared ??= started();
    const child = shared;
    return new Promise((resolve, reject) => {
      const ended = (code: number | null): void => reject(new Error(`the session ended with ${code} at ${args}`));
      child.once("exit", ended);
      child.once("message", (outcome) => {
        child.off("exit", ended);
        resolve(outcome as Outcome);
      });
      child.send({ command: pathToFileURL(COMMAND).href, folder: this.#folder, args });
    });
  }
}
