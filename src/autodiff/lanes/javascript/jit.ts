/**
 * Tapes as generated JavaScript, straight-line code in a loop over the lanes: y = exp(x) · u becomes
 * `const r1=f0(v0);const r2=(r1*v1);`. This is the one place that uses `new Function`.
 */

import { requireNoMore } from "../../../checks/arguments.ts";
import { requireOptions } from "../../../checks/options.ts";
import { shown } from "../../../checks/shown.ts";
import {
  type Backend,
  EVEN_PART,
  type Executable,
  ODD_PART,
  type Place,
  SUM_PARTS,
  type TapeProgram,
} from "../../tape/executable.ts";
import type { Effect, Formula, InstructionRow, Kind } from "../../tape/instructions.ts";
import { type BlockStep, blocksOf, slotKey } from "../instruction-blocks.ts";
import { FAST_INTERPRETER, runsRolled } from "../interpreter/fast-interpreter.ts";
import { encode, execute } from "../interpreter/interpreter.ts";
import { rollProgram } from "../rolled-instructions.ts";

const MOST_IN_BLOCK = 10_000;
/** Of a longer tape an engine optimises the code only after seconds, and until then it is ten times slower than the interpreter. */
const MOST_INSTRUCTIONS = 2000;

export interface JitOptions {
  /** Instructions per generated function (default 100, at most 10,000); engines do not optimise very large functions. */
  readonly block?: number | undefined;
}

/**
 * A back end that compiles each tape to JavaScript. The bits are those of the interpreter: the code is made from the text of the
 * instructions' formulas, and a formula that calls other functions is called. The interpreter runs tapes of more than 2000 lane
 * instructions.
 *
 *     fit(model, { backend: jit() });
 *
 * Requires: permission to compile at run time (`new Function`; not in edge runtimes nor under a content security policy).
 */
export function jit(options: JitOptions = {}): Backend {
  requireNoMore("jit", 1, arguments);
  requireOptions<JitOptions>("jit", options, { block: "any" });
  const { block = 100 } = options;
  // More would have too many variables for some engines.
  if (!(Number.isInteger(block) && block >= 1 && block <= MOST_IN_BLOCK))
    throw new RangeError(
      `jit: block is out of range; got ${shown(block)}, expected an integer from 1 to ${MOST_IN_BLOCK}`,
    );
  return { name: "jit", mostLanes: 32, load: (program) => load(program, block) };
}

type Loop = (s: Float64Array, m: Int32Array, n: number) => void;

/** What the generator makes code for; searches and look-ups read tables, which the interpreter does as well. */
type Generated = Extract<Effect, { readonly formula: Formula }>;
const generatedOf = ({ effect }: InstructionRow): Generated | undefined => ("formula" in effect ? effect : undefined);

function load(program: TapeProgram, most: number): Executable {
  if (program.lane.length > MOST_INSTRUCTIONS) return FAST_INTERPRETER.load(program);
  const { uniform, rest, scratch } = rollProgram(program);
  const slots = new Float64Array(scratch.reals);
  const masks = new Int32Array(scratch.masks);
  scratch.initialise(slots);
  const formulas: Formula[] = [];
  const loops = blocksOf(program, most, (row) => generatedOf(row) !== undefined).map(({ steps, generated }): Loop => {
    if (!generated) {
      const code = encode(steps, program.kernels);
      return (s, m, n) => execute(code, s, m, n);
    }
    const make = new Function("f", loopText(steps, formulas)) as (f: readonly Formula[]) => Loop;
    return make(formulas);
  });
  return {
    slots,
    masks,
    runUniform: runsRolled(program, uniform, slots, masks),
    runRest: runsRolled(program, rest, slots, masks),
    runLanes: (n) => {
      for (let index = 0; index < loops.length; index++) loops[index]!(slots, masks, n);
    },
  };
}

// The text of a function for a block; what it calls is appended to `formulas`.
function loopText(steps: readonly BlockStep[], formulas: Formula[]): string {
  const names = new Map<string, string>();
  const lines: string[] = [];
  const hoisted: string[] = [];
  const called = new Map<Formula, string>();
  const nameOf = (kind: Kind, place: Place): string => {
    const key = slotKey(kind, place) + (place.lane ? "" : "u");
    const known = names.get(key);
    if (known) return known;
    const name = `v${names.size}_${lines.length}`;
    names.set(key, name);
    const array = arrayOf(kind);
    if (place.lane) lines.push(`const ${name}=${array}[${place.offset}+i];`);
    else hoisted.push(`const ${name}=${array}[${place.offset}];`);
    return name;
  };
  const after: string[] = [];
  const call = (formula: Formula): string => {
    const known = called.get(formula);
    if (known) return known;
    const local = `f${called.size}`;
    called.set(formula, local);
    hoisted.push(`const ${local}=f[${formulas.push(formula) - 1}];`);
    return local;
  };
  for (const { row, operands, result, stored } of steps) {
    const places = operands.map((place, j) => nameOf(row.reads[j]!.kind, place));
    const effect = generatedOf(row)!;
    if (effect.does === "addLanes") {
      const { count, width, formula } = effect;
      for (let t = 0; t < count; t++) {
        // The sum of the lanes like this one, and the other; they change places from lane to lane.
        const [like, other] = [`a${lines.length}`, `b${lines.length}`];
        const at = result.offset + SUM_PARTS * t;
        const [even, odd] = [`s[${at + EVEN_PART}]`, `s[${at + ODD_PART}]`];
        const term = applied(formula, places.slice(t * width, (t + 1) * width), call);
        hoisted.push(`let ${like}=${even},${other}=${odd};`);
        lines.push(`{const t=${like}+${term};${like}=${other};${other}=t;}`);
        after.push(`${even}=n&1?${other}:${like};${odd}=n&1?${like}:${other};`);
      }
      continue;
    }
    const local = `r${lines.length}`;
    lines.push(`const ${local}=${expression(effect, places, call)};`);
    names.set(slotKey(row.makes, result), local);
    if (stored) lines.push(`${arrayOf(row.makes)}[${result.offset}+i]=${local};`);
  }
  return `"use strict";return (s,m,n)=>{${hoisted.join("")}for(let i=0;i<n;i++){${lines.join("")}}${after.join("")}}`;
}

const arrayOf = (kind: Kind): string => (kind === "mask" ? "m" : "s");

function expression(
  effect: Exclude<Generated, { readonly does: "addLanes" }>,
  operands: readonly string[],
  call: (formula: Formula) => string,
): string {
  if (effect.does === "op") return applied(effect.formula, operands, call);
  const { width, formula } = effect;
  let sum = operands[0]!;
  for (let from = 1; from < operands.length; from += width)
    sum += `+${applied(formula, operands.slice(from, from + width), call)}`;
  return `(${sum})`;
}

// The formula's expression with its parameters replaced, if it is arithmetic only; else a call of it.
function applied(formula: Formula, operands: readonly string[], call: (formula: Formula) => string): string {
  const match = /^\(?([\w$,\s]*)\)?\s*=>\s*([^{][\s\S]*)$/.exec(formula.toString());
  const body = match?.[2] ?? "";
  const parameters = (match?.[1] ?? "").split(",").map((name) => name.trim());
  const words = body.match(/[A-Za-z_$][\w$]*(\.\w+)?/g) ?? [];
  const plain =
    match && words.every((word) => parameters.includes(word) || /^Math\.(abs|sqrt|min|max|sign)$/.test(word));
  if (!plain) return `${call(formula)}(${operands.join(",")})`;
  return `(${body.replace(/[A-Za-z_$][\w$]*(\.\w+)?/g, (word) => operands[parameters.indexOf(word)] ?? word)})`;
}
