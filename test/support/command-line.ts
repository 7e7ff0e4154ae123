/**
 * The built command line, for tests: each command in a process of its own, or one after the other in one process. Most of what it
 * takes to refuse an option is to start: a process costs 0.4 s, a command in one that runs a hundredth of it.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { fileURLToPath, pathToFileURL } from "node:url";

export const MAIN: string = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

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

// The module of the command line is evaluated anew for each command; what it imports is not.
const SESSION = `
  let asked = 0;
  process.stdout.setMaxListeners(0); // each evaluation adds one
  process.on("message", async ({ main, args }) => {
    const texts = { stdout: [], stderr: [] };
    for (const name of ["stdout", "stderr"])
      process[name].write = (text, done) => {
        texts[name].push(text);
        if (done) queueMicrotask(done);
        return true;
      };
    process.argv = [process.execPath, main, ...args];
    let code;
    process.exit = (status) => {
      code = status;
    };
    await import(main + "?" + asked++);
    process.send({ code, stdout: texts.stdout.join(""), stderr: texts.stderr.join("") });
  });`;

/** One process in a folder for many commands. They must not read one file twice that has changed in between: modules stay loaded. */
export class Session {
  readonly #folder: string;
  #process: ChildProcess | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Runs a command. */
  run(...args: string[]): Promise<Outcome> {
    this.#process ??= spawn(process.execPath, ["--input-type=module", "--eval", SESSION], {
      cwd: this.#folder,
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    const child = this.#process;
    return new Promise((resolve, reject) => {
      const ended = (code: number | null): void => reject(new Error(`the session ended with ${code} at ${args}`));
      child.once("exit", ended);
      child.once("message", (outcome) => {
        child.off("exit", ended);
        resolve(outcome as Outcome);
      });
      child.send({ main: pathToFileURL(MAIN).href, args });
    });
  }

  end(): void {
    this.#process?.kill();
  }
}
