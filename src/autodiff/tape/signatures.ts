/** What the names of instructions say: the kinds of what they read and make, and whether they sum over the lanes. */
import { OPS } from "../ops/all-ops.ts";
import { FAMILIES, FUSED, REDUCTIONS, type Reduction, RUNS } from "./fusion.ts";

/** What the name of an instruction says. */
export interface Signature {
  /** r(eal) or m(ask) for each operand, and for the result. */
  readonly kinds: string;
  readonly resultKind: string;
  /** The sums over the lanes that it adds to, if it is one that does. */
  readonly reduction?: { readonly row: Reduction; readonly count: number };
}

/** Has the instruction any number of uniform operands after the first? */
export function isOpen(name: string): boolean {
  return name === "lookUp" || name.startsWith("search");
}

const OPEN: Signature = { kinds: "r", resultKind: "r" };

/** Signature of an instruction; of an open one it has the operands that are always there. TypeError for an unknown name. */
export function signatureOf(name: string): Signature {
  const known = isOpen(name) ? OPEN : SIGNATURES.get(name);
  if (!known) throw new TypeError(`signatureOf: unknown instruction; got ${name}, expected an op or a fused op`);
  return known;
}

/** The sums over the lanes that an instruction adds to, if it is one that does. */
export function reductionOf(name: string): Signature["reduction"] {
  return SIGNATURES.get(name)?.reduction;
}

const SIGNATURES: ReadonlyMap<string, Signature> = /* @__PURE__ */ signatures();

function signatures(): Map<string, Signature> {
  const split = (name: string, text: string): [string, Signature] => {
    const [kinds, resultKind] = text.split(">") as [string, string];
    return [name, { kinds, resultKind }];
  };
  return new Map([
    ...Object.entries(OPS).map(([name, { kinds, domain }]) => split(name, kinds ?? `${"r".repeat(domain.length)}>r`)),
    ...FUSED.map(({ name, kinds }) => split(name, kinds)),
    ...FAMILIES.flatMap(({ name, kinds }) =>
      RUNS.map((count) => split(`${name}${count}`, `r${kinds.repeat(count)}>r`)),
    ),
    ...REDUCTIONS.flatMap((row) =>
      RUNS.map((count): [string, Signature] => [
        `${row.name}${count}`,
        { kinds: row.kinds.repeat(count), resultKind: "r", reduction: { row, count } },
      ]),
    ),
  ]);
}
