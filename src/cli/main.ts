#!/usr/bin/env node
/** The command line: `nondiff models | run | explain | compare`. */
import { DivergenceError } from "../index.ts";
import { optionHelp, parse, UsageError } from "./arguments.ts";
import { COMPARE_OPTIONS, compare } from "./compare.ts";
import { EXPLAIN_OPTIONS, explain } from "./explain.ts";
import { models } from "./models.ts";
import { RUN_OPTIONS, run } from "./run.ts";

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
} as const;
type Command = keyof typeof COMMANDS;

function overview(): string {
  const lines = Object.values(COMMANDS).map(({ usage, about }) => `  ${usage.padEnd(32)} ${about}`);
  return `Usage:\n${lines.join("\n")}\n\nnondiff COMMAND --help lists the options of a command.`;
}

async function dispatch([command, ...rest]: readonly string[]): Promise<void> {
  if (command === undefined || command === "--help" || command === "-h" || command === "help")
    return console.log(overview());
  if (!Object.hasOwn(COMMANDS, command)) throw new UsageError(`no such command; got "${command}"\n\n${overview()}`);
  const { usage, about, options } = COMMANDS[command as Command];
  if (rest.includes("--help") || rest.includes("-h"))
    return console.log(`${usage}: ${about}\n\n${optionHelp(options)}`);
  switch (command as Command) {
    case "models": {
      const { values, positionals } = parse(rest, options);
      if (positionals.length > 0)
        throw new UsageError(`models: too many arguments; got "${positionals.join(" ")}", expected none`);
      return models(values["json"] === true);
    }
    case "run":
      return run(rest);
    case "compare":
      return compare(rest);
    case "explain":
      return explain(rest);
  }
}

try {
  await dispatch(process.argv.slice(2));
} catch (error) {
  const expected =
    error instanceof UsageError ||
    error instanceof RangeError ||
    error instanceof TypeError ||
    error instanceof DivergenceError ||
    (error instanceof Error && "syscall" in error); // a file that cannot be written, say
  console.error(`nondiff: ${expected ? error.message : error instanceof Error ? error.stack : String(error)}`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
