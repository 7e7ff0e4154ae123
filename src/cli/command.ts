/**
 * The commands `nondiff models | run | explain | compare | verify`, one of which is run with its arguments: `commandStatus(["run", "gmm"])` prints
 * what `nondiff run gmm` prints. A process may run several, one after the other.
 */
import { DivergenceError } from "../index.ts";
import { optionHelp, parse, UsageError } from "./arguments.ts";
import { COMPARE_OPTIONS, compare } from "./compare.ts";
import { EXPLAIN_OPTIONS, explain } from "./explain.ts";
import { locationOf } from "./load-model.ts";
import { models } from "./models.ts";
import { print, printElsewhere } from "./output.ts";
import { run } from "./run/run.ts";
import { RUN_OPTIONS } from "./run/settings.ts";
import { printable } from "./terminal.ts";
import { VERIFY_OPTIONS, verify } from "./verify.ts";
import { version } from "./version.ts";

const JSON_OPTION = { json: { type: "boolean", help: "print JSON" } } as const;
const COMMANDS = {
  models: { usage: "nondiff models", about: "list the models that come with nondiff", options: JSON_OPTION },
  run: { usage: "nondiff run MODEL|FILE", about: "fit a model and print its posterior", options: RUN_OPTIONS },
  explain: {
    usage: "nondiff explain MODEL|FILE",
    about: "show latents, boundaries and cost",
    options: EXPLAIN_OPTIONS,
  },
  compare: {
    usage: "nondiff compare MODEL|FILE|all",
    about: "compare the estimators as the paper does",
    options: COMPARE_OPTIONS,
  },
  verify: {
    usage: "nondiff verify MODEL|FILE",
    about: "check gradient, model and posterior",
    options: VERIFY_OPTIONS,
  },
} as const;
type Command = keyof typeof COMMANDS;

function overview(): string {
  const lines = Object.values(COMMANDS).map(({ usage, about }) => `  ${usage.padEnd(32)} ${about}`);
  return `Usage:\n${lines.join("\n")}\n\nnondiff COMMAND --help lists the options of a command; nondiff --version prints the version.`;
}

/** Runs a command; returns the exit status. */
async function dispatch([command, ...rest]: readonly string[]): Promise<number> {
  const isHelp = rest.includes("--help") || rest.includes("-h");
  if (command === "run" && !isHelp) return run(rest);
  if (command === "verify" && !isHelp) return verify(rest);
  await others(command, rest, isHelp);
  return 0;
}

async function others(command: string | undefined, rest: readonly string[], isHelp: boolean): Promise<void> {
  if (command === undefined || command === "--help" || command === "-h" || command === "help") return print(overview());
  if (command === "--version" || command === "-v") return print(version());
  if (!Object.hasOwn(COMMANDS, command)) throw new UsageError(`no such command; got "${command}"\n\n${overview()}`);
  const { usage, about, options } = COMMANDS[command as Command];
  if (isHelp) return print(`${usage}: ${about}\n\n${optionHelp(options)}`);
  switch (command) {
    case "models": {
      const { values, positionals } = parse(rest, options);
      if (positionals.length > 0)
        throw new UsageError(`models: too many arguments; got "${positionals.join(" ")}", expected none`);
      return await models(values["json"] === true);
    }
    case "compare":
      return compare(rest);
    case "explain":
      return explain(rest);
  }
}

// Errors of the system say which call failed, and others have them for their cause.
function ofSystem(error: unknown): boolean {
  return error instanceof Error && ("syscall" in error || ofSystem(error.cause));
}

/** The error in words: those that users meet without a stack, but with the place in their own file where it arose. */
function told(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const place = error instanceof UsageError ? undefined : locationOf(error);
  const known =
    error instanceof UsageError ||
    error instanceof RangeError ||
    error instanceof TypeError ||
    error instanceof DivergenceError ||
    place !== undefined ||
    ofSystem(error); // a file that cannot be written, say
  return known ? `${error.message}${place === undefined ? "" : `\n  at ${place}`}` : String(error.stack);
}

/**
 * Runs a command; returns the exit status: 0; 1 for an error; 2 for a wrong use; 3 for a fit that returned and has not converged. `verify` has
 * its own.
 */
export async function commandStatus(args: readonly string[]): Promise<number> {
  printElsewhere();
  try {
    return await dispatch(args);
  } catch (error) {
    await new Promise<void>((resolve) => {
      process.stderr.write(`nondiff: ${printable(told(error))}\n`, () => resolve());
    });
    return error instanceof UsageError ? 2 : 1;
  }
}
