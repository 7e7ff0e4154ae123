// The mutants of files of the library: Stryker's changes of the code (`a < b` becomes `a <= b`, a block becomes empty, …), all of them in one build, each behind a switch.
import { readFileSync } from "node:fs";
import { createInstrumenter } from "@stryker-mutator/instrumenter";

const silent = () => {};
const LOG = { isDebugEnabled: () => false, debug: silent, info: silent, warn: silent, trace: silent };

/** What Stryker's dependency injection does for its own instrumenter: nothing but handing over what is asked for. */
const injector = {
  values: { logger: LOG },
  provideValue(name, value) {
    this.values[name] = value;
    return this;
  },
  injectClass(Class) {
    return new Class(...Class.inject.map((name) => this.values[name]));
  },
};

/**
 * The files at `paths` with all mutants behind switches, as a table from path to text, and the list of mutants:
 * `{ id, file, line, name, before, after }`.
 */
export async function instrumented(paths) {
  const files = paths.map((name) => ({ name, mutate: true, content: readFileSync(name, "utf8") }));
  const texts = new Map(files.map(({ name, content }) => [name, content.split("\n")]));
  const options = { plugins: null, ignorers: [], excludedMutations: [], noHeader: false };
  const result = await createInstrumenter(injector).instrument(files, options);
  return {
    texts: new Map(result.files.map(({ name, content }) => [name, content])),
    mutants: result.mutants.map(({ id, fileName, location, mutatorName, replacement }) => ({
      id,
      file: fileName,
      line: location.start.line + 1,
      name: mutatorName,
      before: between(texts.get(fileName), location),
      after: replacement,
    })),
  };
}

/** The text from `start` to `end`, lines and columns counted from 0. */
function between(lines, { start, end }) {
  const part = lines.slice(start.line, end.line + 1);
  part[part.length - 1] = part.at(-1).slice(0, end.column);
  part[0] = part[0].slice(start.column);
  return part.join("\n");
}
