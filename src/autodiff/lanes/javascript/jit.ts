/** Tapes as generated JavaScript, straight-line code in a loop over the lanes. The one place that uses `new Function`. */

import { OPS } from "../../ops/all-ops.ts";
import type { OpName } from "../../ops/op.ts";
import type { Backend, Executable, Place, TapeProgram } from "../../tape/executable.ts";
import { FAMILIES, FUSED } from "../../tape/fusion.ts";
import { isOpen, reductionOf } from "../../tape/signatures.ts";
import { type BlockStep, blocksOf, slotKey } from "../instruction-blocks.ts";
import { FAST_INTERPRETER, runsRolled } from "../interpreter/fast-interpreter.ts";
import { encode, execute } from "../interpreter/interpreter.ts";
import { rollProgram } from "../rolled-instructions.ts";

const MOST_IN_BLOCK = 10_000;
/** Of more an engine optimises the code only after seconds, and until then it is ten times slower than the interpreter. */
const MOST_INSTRUCTIONS = 2000;

export interface JitOptions {
  /** Instructions per generated function (default 100, at most 10,000); engines do not optimise very large functions. */
  readonly block?: number;
}

/**
 * A back end that compiles each tape to JavaScript; same bits as the interpreter. The code is made from the text of the
 * op table's primals; those that call other functions are called. Tapes of more than 2000 lane instructions are left to the
 * interpreter.
 *
 *     fit(model, { backend: jit() });
 *
 * Requires: permission to compile at run time (`new Function`; not in edge runtimes nor under a content security policy).
 */
export function jit(options: JitOptions = {}): Backend {
  const { block = 100 } = options;
  // More would have too many variables for some engines.
  if (!(Number.isInteger(block) && block >= 1 && block <= MOST_IN_BLOCK))
    throw new RangeError(
      `jit: block is out of range; got ${String(block)}, expected an integer from 1 to ${MOST_IN_BLOCK}`,
    );
  return { name: "jit", mostLanes: 32, load: (program) => load(program, block) };
}

type Loop = (s: Float64Array, m: Int32Array, n: number) => void;
type Primal = (...operands: number[]) => number;

function load(program: TapeProgram, most: number): Executable {
  if (program.lane.length > MOST_INSTRUCTIONS) return FAST_INTERPRETER.load(program);
  const { uniform, rest, scratch } = rollProgram(program);
  const slots = new Float64Array(scratch.reals);
  const masks = new Int32Array(scratch.masks);
  scratch.initialise(slots);
  const primals: Primal[] = [];
  const loops = blocksOf(program, most, (name) => !isOpen(name)).map(({ steps, generated }): Loop => {
    if (!generated) {
      const code = encode(steps, program.kernels);
      return (s, m, n) => execute(code, s, m, n);
    }
    const make = new Function("f", loopText(steps, primals)) as (f: readonly Primal[]) => Loop;
    return make(primals);
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

function loopText(steps: readonly BlockStep[], primals: Primal[]): string {
  const names = new Map<string, string>();
  const lines: string[] = [];
  const hoisted: string[] = [];
  const called = new Map<Primal, string>();
  const nameOf = (kind: string, place: Place): string => {
    const key = slotKey(kind, place) + (place.lane ? "" : "u");
    const known = names.get(key);
    if (known) return known;
    const name = `v${names.size}_${lines.length}`;
    names.set(key, name);
    const array = kind === "m" ? "m" : "s";
    if (place.lane) lines.push(`const ${name}=${array}[${place.offset}+i];`);
    else hoisted.push(`const ${name}=${array}[${place.offset}];`);
    return name;
  };
  const after: string[] = [];
  const call = (primal: Primal): string => {
    const known = called.get(primal);
    if (known) return known;
    const local = `f${called.size}`;
    called.set(primal, local);
    hoisted.push(`const ${local}=f[${primals.push(primal) - 1}];`);
    return local;
  };
  for (const { name, kinds, operands, resultKind, result, stored } of steps) {
    const places = operands.map((place, j) => nameOf(kinds[j]!, place));
    const reduction = reductionOf(name);
    if (reduction) {
      const { row, count } = reduction;
      for (let t = 0; t < count; t++) {
        // The sum of the lanes like this one, and the other; they change places from lane to lane.
        const [like, other] = [`a${lines.length}`, `b${lines.length}`];
        const at = result.offset + 2 * t;
        const term = applied(row.term as Primal, places.slice(t * row.kinds.length, (t + 1) * row.kinds.length), call);
        hoisted.push(`let ${like}=s[${at}],${other}=s[${at + 1}];`);
        lines.push(`{const t=${like}+${term};${like}=${other};${other}=t;}`);
        after.push(`s[${at}]=n&1?${other}:${like};s[${at + 1}]=n&1?${like}:${other};`);
      }
      continue;
    }
    const text = expression(name, places, call);
    const local = `r${lines.length}`;
    lines.push(`const ${local}=${text};`);
    names.set(slotKey(resultKind, result), local);
    if (stored) lines.push(`${resultKind === "m" ? "m" : "s"}[${result.offset}+i]=${local};`);
  }
  return `"use strict";return (s,m,n)=>{${hoisted.join("")}for(let i=0;i<n;i++){${lines.join("")}}${after.join("")}}`;
}

function expression(name: string, operands: readonly string[], call: (primal: Primal) => string): string {
  const own = OPS[name as OpName]?.primal ?? FUSED.find((row) => row.name === name)?.primal;
  if (own) return applied(own as Primal, operands, call);
  const family = FAMILIES.find((row) => name.startsWith(row.name))!;
  const width = family.kinds.length;
  let sum = operands[0]!;
  for (let from = 1; from < operands.length; from += width)
    sum += `+${applied(family.term as Primal, operands.slice(from, from + width), call)}`;
  return `(${sum})`;
}

// The primal's expression with its parameters replaced, if it is arithmetic only; else a call of it.
function applied(primal: Primal, operands: readonly string[], call: (primal: Primal) => string): string {
  const match = /^\(?([\w$,\s]*)\)?\s*=>\s*([^{][\s\S]*)$/.exec(primal.toString());
  const body = match?.[2] ?? "";
  const parameters = (match?.[1] ?? "").split(",").map((name) => name.trim());
  const words = body.match(/[A-Za-z_$][\w$]*(\.\w+)?/g) ?? [];
  const plain =
    match && words.every((word) => parameters.includes(word) || /^Math\.(abs|sqrt|min|max|sign)$/.test(word));
  if (!plain) return `${call(primal)}(${operands.join(",")})`;
  return `(${body.replace(/[A-Za-z_$][\w$]*(\.\w+)?/g, (word) => operands[parameters.indexOf(word)] ?? word)})`;
}
