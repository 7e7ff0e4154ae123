/**
 * Every fact about every op is held against the values of the op, and every entry of the tables, changed to another one, is found
 * to be wrong: what no test would notice is not in the tables.
 */
import { describe, expect, test } from "vitest";
import { FACTS } from "../../../src/autodiff/ops/all-ops.ts";
import { OP_NAMES } from "../../../src/autodiff/ops/codes.ts";
import { BEHAVIOURS } from "../../../src/autodiff/ops/facts/behaviours.ts";
import type { Behaviour, Inverse, Jump, Limit, Limits, OpFacts, Pole } from "../../../src/autodiff/ops/facts/facts.ts";
import { SIGN_SETS } from "../../../src/autodiff/ops/facts/facts.ts";
import { LIMITS, limitsOfPower } from "../../../src/autodiff/ops/facts/limits.ts";
import type { Algebra, NodeId, OpName } from "../../../src/autodiff/ops/op.ts";
import {
  boundedFault,
  EXPONENTS,
  evenFault,
  fromFault,
  givenFault,
  inverseFault,
  jumpFault,
  limitsFault,
  linearFault,
  piecesFault,
  poleFault,
  powerOf,
  signsFault,
  type Values,
  valuesOf,
} from "../../support/op-facts.ts";

type Entry = OpFacts & Behaviour & { readonly limits: readonly Limits[] };
/** An op and its facts, or a power by its exponent. */
interface Subject {
  readonly text: string;
  readonly op: Values;
  readonly facts: Entry;
}

const SUBJECTS: readonly Subject[] = [
  ...OP_NAMES.map((name) => ({
    text: name,
    op: valuesOf(name),
    facts: { ...FACTS[name], ...BEHAVIOURS[name], limits: LIMITS[name] },
  })),
  ...EXPONENTS.map((y) => {
    const { given } = BEHAVIOURS.pow;
    if (given === "none") throw new Error("pow is not given by its exponent");
    return {
      text: `pow(x, ${y})`,
      op: powerOf(y),
      facts: { ...FACTS.pow, linear: [], ...given(y), limits: limitsOfPower(y) },
    };
  }),
];

interface Column<K extends keyof Entry = keyof Entry> {
  readonly fault: (op: Values, facts: Entry) => string | undefined;
  /** Other entries than the right one, each of which has to be found wrong. */
  readonly wrong: (entry: Entry[K], op: Values) => readonly Entry[K][];
}

const POSSIBLE: readonly Limit[] = [0, 1, -1, Infinity, -Infinity, "other", "signed", "none"];
const off = (value: number): number => (value === 0 ? 1e-3 : 1.001 * value);
const without = <T>(list: readonly T[], value: T): readonly T[] => list.filter((each) => !Object.is(each, value));
const textOf = (rule: OpFacts["signs"], op: Values): string =>
  typeof rule === "string" ? rule : rule(op.exponent ?? Number.NaN);

const SOME_INVERSE: Inverse = { of: (y) => y, node: (_A, y) => y, range: [-Infinity, Infinity], falls: false };
const SOME_POLE: OpFacts["pole"] = (_g, x) => ({ at: x, jumps: true, over: -1, power: 1 });
const SOME_JUMP: Jump = { at: (_g, x) => x, apart: false };
const changedPole =
  (rule: Exclude<OpFacts["pole"], "none">, change: (pole: Pole, A: Algebra) => Partial<Pole>): OpFacts["pole"] =>
  (g, x, y) => {
    const pole = rule(g, x, y);
    return pole && { ...pole, ...change(pole, g.algebra) };
  };

const COLUMNS: { readonly [K in keyof Entry]: Column<K> } = {
  signs: {
    fault: signsFault,
    wrong: (entry, op) =>
      [...textOf(entry, op)].flatMap((sign, j) =>
        without([...SIGN_SETS], sign).map((other) => [...textOf(entry, op)].with(j, other).join("")),
      ),
  },
  linear: {
    fault: linearFault,
    wrong: (entry, { kinds }) => [
      ...entry.map((_, j) => entry.toSpliced(j, 1)),
      ...entry.filter((set) => set.length > 1).map((set) => [set.slice(1)]),
      ...[...kinds].flatMap((_, j) => (entry.some((set) => set.includes(j)) ? [] : [[...entry, [j]]])),
      ...(entry.length > 1 ? [[entry.flat()]] : []),
    ],
  },
  pole: {
    fault: poleFault,
    wrong: (entry, { name, exponent }) => {
      if (entry === "none" || (exponent !== undefined && !(exponent < 0 && Number.isInteger(exponent))))
        return [SOME_POLE];
      const isQuotient = exponent !== undefined || name === "div" || name === "tan";
      return [
        "none",
        changedPole(entry, ({ jumps }) => ({ jumps: !jumps })),
        changedPole(entry, ({ at }, A) => ({ at: A.add(at, A.constant(1)) })),
        ...(isQuotient
          ? [
              changedPole(entry, () => ({ over: -1 })),
              changedPole(entry, ({ over }, A) => ({ over: A.neg(over) })),
              changedPole(entry, ({ power }) => ({ power: power + 1 })),
            ]
          : [changedPole(entry, ({ at }) => ({ over: at }))]),
      ];
    },
  },
  from: { fault: fromFault, wrong: (entry) => without([-Infinity, -1, 0, 0.5, Number.NaN], entry) },
  even: { fault: evenFault, wrong: (entry) => [!entry] },
  inverse: {
    fault: inverseFault,
    wrong: (entry) => {
      if (entry === "none") return [SOME_INVERSE];
      const { of, node, range, falls } = entry;
      const moved = (end: number): number => (Number.isFinite(end) ? end - 0.25 : Math.sign(end) * 1e6);
      return [
        "none",
        { ...entry, of: (y) => off(of(y)) },
        { ...entry, falls: !falls },
        { ...entry, range: [moved(range[0]), range[1]] },
        { ...entry, range: [range[0], moved(range[1])] },
        node === "none"
          ? { ...entry, node: (_A: Algebra, y: NodeId) => y }
          : { ...entry, node: (A: Algebra, y: NodeId) => A.add(A.constant(1e-9), node(A, y)) },
        ...(node === "none" ? [] : [{ ...entry, node: "none" as const }]),
      ];
    },
  },
  limits: {
    fault: limitsFault,
    wrong: (entry) => [
      entry.slice(1),
      ...entry.flatMap((pair, j) =>
        [0, 1].flatMap((side) =>
          without(POSSIBLE, pair[side]!).map((limit) =>
            entry.with(j, side === 0 ? [limit, pair[1]] : [pair[0], limit]),
          ),
        ),
      ),
    ],
  },
  bounded: { fault: (op, facts) => boundedFault(op, facts, facts), wrong: (entry) => [!entry] },
  jump: {
    fault: jumpFault,
    wrong: (entry) =>
      entry === "none"
        ? [SOME_JUMP]
        : [
            "none",
            { ...entry, apart: !entry.apart },
            { ...entry, at: (g, x, y) => g.algebra.add(entry.at(g, x, y), g.constant(1)) },
          ],
  },
  pieces: { fault: piecesFault, wrong: (entry) => without(["one", "arms", "flat"] as const, entry) },
  given: {
    fault: (op, facts) => givenFault(op, facts, facts),
    wrong: (entry) => [entry === "none" ? () => BEHAVIOURS.exp : "none"],
  },
};
const NAMES = Object.keys(COLUMNS) as (keyof Entry)[];

describe.each(NAMES)("the column %s", (column) => {
  const { fault, wrong } = COLUMNS[column] as Column;
  const applies = ({ op: { exponent, kinds } }: Subject): boolean =>
    // Truth values have no inverse, edge or jump of their own; a power by its exponent is linear and given in nothing.
    (exponent === undefined || (column !== "linear" && column !== "given")) &&
    (column !== "jump" || kinds.includes("r"));
  const subjects = SUBJECTS.filter(applies).map((subject) => [subject.text, subject] as const);

  test.each(subjects)("is right for %s", (_text, { op, facts }) => {
    expect(fault(op, facts)).toBeUndefined();
  });

  test.each(subjects)("is found wrong for %s, whatever else it says", (_text, { op, facts }) => {
    const others = wrong(facts[column], op);
    expect(others.length).toBeGreaterThan(0);
    for (const other of others) expect(fault(op, { ...facts, [column]: other }), String(other)).toBeDefined();
  });
});

test("there are facts of every op and of no other", () => {
  const names = [...OP_NAMES].sort();
  for (const table of [FACTS, BEHAVIOURS, LIMITS] as { readonly [K in OpName]: object }[])
    expect(Object.keys(table).sort()).toEqual(names);
});
