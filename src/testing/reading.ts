/** Two readers of programs as data: one makes a model of them, the other the text that a user would have written. */
import { requireList, requireNoMore } from "../checks/arguments.ts";
import * as nondiff from "../index.ts";
import { type Model, type ProgramContext, requireName } from "../program/model.ts";
import type { Statement, Term } from "./kinds/language.ts";

const LIBRARY: Readonly<Record<string, unknown>> = nondiff;

/** The model of a program; RangeError for a word that `nondiff` does not export and for a name that nothing has. */
export function modelOf(name: string, statements: readonly Statement[]): Model {
  requireNoMore("modelOf", 2, arguments);
  requireStatements("modelOf", statements);
  return nondiff.defineModel(name, (context) => run(context, statements, new Map()));
}

function requireStatements(caller: string, statements: readonly Statement[]): void {
  for (const statement of requireList(caller, "a list of statements", statements, "an array of statements"))
    requireList(caller, "a statement", statement, 'an array such as ["sample", "x", prior]');
}

type Names = ReadonlyMap<string, unknown>;

function run(context: ProgramContext, statements: readonly Statement[], names: Map<string, unknown>): void {
  for (const statement of statements) {
    switch (statement[0]) {
      case "sample":
      case "frozen": {
        const [word, name, prior] = statement;
        names.set(name, context[word](name, evaluated(prior, names) as nondiff.Distribution));
        break;
      }
      case "observe":
        context.observe(evaluated(statement[1], names) as nondiff.Distribution, statement[2]);
        break;
      case "factor":
        context.factor(statement[1], evaluated(statement[2], names) as nondiff.Real);
        break;
      case "let":
        names.set(statement[1], evaluated(statement[2], names));
        break;
      case "branch": {
        const [, test, yes, no, returned] = statement;
        const arm = (inside: readonly Statement[], result: Term | undefined) => (): nondiff.Real => {
          const own = new Map(names);
          run(context, inside, own);
          return result === undefined ? 0 : (evaluated(result, own) as nondiff.Real);
        };
        const value = context.branch(
          evaluated(test, names) as nondiff.Truth,
          arm(yes, returned?.[1]),
          arm(no, returned?.[2]),
        );
        if (returned) names.set(returned[0], value);
      }
    }
  }
}

function evaluated(term: Term, names: Names): unknown {
  if (typeof term === "number") return term;
  if (typeof term === "string") {
    if (!names.has(term)) throw new RangeError(`modelOf: nothing has this name; got "${term}", expected one of before`);
    return names.get(term);
  }
  const [word, ...operands] = term;
  const values = operands.map((operand) => evaluated(operand, names));
  if (word === "list") return values;
  if (word === "at") return (values[0] as readonly unknown[])[values[1] as number];
  if (word === "within") return { from: values[0], to: values[1] };
  const made = Object.hasOwn(LIBRARY, word) ? LIBRARY[word] : undefined;
  if (typeof made !== "function")
    throw new RangeError(`modelOf: no such function; got "${word}", expected a function of nondiff`);
  return (made as (...values: unknown[]) => unknown)(...values);
}

/** The module that a user would have written, its model as default export: what `nondiff run` and `nondiff verify` take. */
export function sourceOf(name: string, statements: readonly Statement[]): string {
  requireNoMore("sourceOf", 2, arguments);
  requireName("sourceOf", name);
  requireStatements("sourceOf", statements);
  const used = new Set(["defineModel"]);
  const context = new Set<string>();
  const text = (term: Term): string => {
    if (!Array.isArray(term)) return String(term);
    const [word, ...operands] = term as [string, ...Term[]];
    const parts = operands.map(text);
    if (word === "list") return `[${parts.join(", ")}]`;
    if (word === "at") return `${parts[0]}[${parts[1]}]`;
    if (word === "within") return `{ from: ${parts[0]}, to: ${parts[1]} }`;
    used.add(word);
    return `${word}(${parts.join(", ")})`;
  };
  const lines = (all: readonly Statement[], pad: string): string[] => all.flatMap((statement) => line(statement, pad));
  const line = (statement: Statement, pad: string): string[] => {
    if (statement[0] !== "let") context.add(statement[0]);
    switch (statement[0]) {
      case "sample":
      case "frozen":
        return [`${pad}const ${statement[1]} = ${statement[0]}("${statement[1]}", ${text(statement[2])});`];
      case "observe":
        return [`${pad}observe(${text(statement[1])}, ${statement[2]});`];
      case "factor":
        return [`${pad}factor("${statement[1]}", ${text(statement[2])});`];
      case "let":
        return [`${pad}const ${statement[1]} = ${text(statement[2])};`];
      case "branch": {
        const [, test, yes, no, returned] = statement;
        const arm = (inside: readonly Statement[], result: Term | undefined): string[] => [
          ...lines(inside, `${pad}  `),
          ...(result === undefined ? [] : [`${pad}  return ${text(result)};`]),
        ];
        return [
          `${pad}${returned ? `const ${returned[0]} = ` : ""}branch(${text(test)}, () => {`,
          ...arm(yes, returned?.[1]),
          `${pad}}, () => {`,
          ...arm(no, returned?.[2]),
          `${pad}});`,
        ];
      }
    }
  };
  const body = lines(statements, "  ");
  return [
    `import { ${[...used].sort().join(", ")} } from "nondiff";`,
    "",
    `export default defineModel("${name}", ({ ${[...context].join(", ")} }) => {`,
    ...body,
    "});",
    "",
  ].join("\n");
}
