/** Running the text of a file with plain programs, and of the same programs written with calls. */
import { CONSTANT, INPUT, OP_NAMES } from "../../src/autodiff/ops/codes.ts";
import * as nondiff from "../../src/index.ts";
import * as plain from "../../src/plain/index.ts";
import * as runtime from "../../src/plain/runtime/index.ts";
import { transform } from "../../src/plain/transform/index.ts";
import { trace } from "../../src/program/trace.ts";

// A module as a function of its imports.
function evaluated(code: string, modules: Readonly<Record<string, unknown>>): unknown {
  let body = code;
  const names: string[] = [];
  for (const [name, text] of [
    ["$nd", /^import \* as \$nd from "nondiff\/plain\/runtime";$/gm],
    ["nondiff", /^import (\{[^}]*\}) from "nondiff(?:\/plain)?";$/gm],
  ] as const) {
    if (name === "$nd") body = body.replace(text, "");
    else body = body.replace(text, `const $1 = ${name};`);
    names.push(name);
  }
  body = body.replace(/^export default /m, "return ");
  return new Function(...names, `"use strict";${body}`)(...names.map((name) => modules[name]));
}

/** The default export of a file with plain programs. */
export function plainDefault(code: string, file = "model.js"): unknown {
  const transformed = transform(code, { file, stripTypes: true });
  return evaluated(transformed?.code ?? code, { $nd: runtime, nondiff: plain });
}

/** The default export of a file of calls. */
export function callsDefault(code: string): unknown {
  return evaluated(code, { $nd: undefined, nondiff });
}

/** The model of a plain program, given by its statements. */
export function plainModel(body: string): nondiff.Model {
  return plainDefault(
    `import { defineModel, normal, bernoulli, categorical, exponential, uniform, sigmoid, pick } from "nondiff/plain";\n` +
      `export default defineModel("m", ({ sample, observe, factor, track }) => {\n${body}\n});`,
  ) as nondiff.Model;
}

/** The model of the same program written with calls. */
export function callsModel(body: string): nondiff.Model {
  return callsDefault(
    `import { defineModel, normal, bernoulli, categorical, exponential, uniform, sigmoid, pick, add, sub, mul, div, neg, pow, exp, log, sqrt, abs, max, min, sin, tanh, gt, lt, ge, le, eq, and, or, not, where } from "nondiff";\n` +
      `export default defineModel("m", ({ sample, observe, factor, track, branch }) => {\n${body}\n});`,
  ) as nondiff.Model;
}

const COMMUTATIVE = new Set(["add", "mul", "and", "or"]);

/**
 * The terms of a model and the nodes below them, each with a number that equal nodes of another model get too if they share `numbers`. Of x + y and
 * y + x the graph keeps one, whichever it met first; `f(x, y)` evaluates both where `x && y` need not, so that the two may differ in that.
 */
export function graphOf(model: nondiff.Model, numbers: Map<string, number> = new Map()): string[] {
  const { graph, terms } = trace(model);
  const known = new Map<number, number>();
  const numberOf = (node: number): number => {
    const found = known.get(node);
    if (found !== undefined) return found;
    const op = graph.op[node]!;
    const name = OP_NAMES[op - 2] ?? "leaf";
    const inputName = (): string => graph.inputs.find((input) => input.node === node)!.name;
    const operands = [graph.a, graph.b, graph.c].map((of) => of[node]!).filter((id) => id >= 0);
    const below = op === CONSTANT ? [graph.value(node)] : op === INPUT ? [inputName()] : operands.map(numberOf);
    const line = [name, ...(COMMUTATIVE.has(name) ? below.sort() : below)].join(" ");
    if (!numbers.has(line)) numbers.set(line, numbers.size);
    known.set(node, numbers.get(line)!);
    return known.get(node)!;
  };
  const sites = terms.map(({ site, node, live }) => `${site}: ${numberOf(node)} ${numberOf(live)}`);
  return [...sites, `${known.size} nodes`];
}
