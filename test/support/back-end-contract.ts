/**
 * Holds a back end to the contract of `src/autodiff/tape/executable.ts`: one instruction at a time it must give the interpreter's bits
 * and write nowhere but where it may. Memory is filled with numbers that no instruction makes, so that what is written shows.
 */
import { INTERPRETER } from "../../src/autodiff/lanes/interpreter/interpreter.ts";
import {
  type Backend,
  type Executable,
  type Place,
  type Step,
  SUM_PARTS,
  type TapeProgram,
  WRITES_BEYOND,
} from "../../src/autodiff/tape/executable.ts";
import { type InstructionRow, type Kind, kindAt } from "../../src/autodiff/tape/instructions.ts";
import { tapeProgram } from "./tape-program.ts";

/** Free places between any two values. */
const GAP = 6;
export const LANES = 12;

/** Numbers of slots that have to have the interpreter's bits, and that may hold anything; the others have to stay as they are. */
interface Writes {
  readonly same: Set<number>;
  readonly any: Set<number>;
}
type Written = { readonly [K in Kind]: Writes };

const nothing = (): Written => ({
  real: { same: new Set(), any: new Set() },
  mask: { same: new Set(), any: new Set() },
});

class Layout {
  readonly size = { real: GAP, mask: GAP };

  room(kind: Kind, count: number): number {
    const offset = this.size[kind];
    this.size[kind] += count + GAP;
    return offset;
  }
}

/** A program with what lies in its memory before it runs, and what it may write there. */
export interface Trial {
  readonly program: TapeProgram;
  /** Writes the operands' values: a column for each. */
  readonly fill: (executable: Executable, columns: readonly (readonly number[])[]) => void;
  readonly writtenByLanes: (n: number, laneMultiple: number) => Written;
  readonly writtenByUniform: Written;
  readonly writtenByRest: Written;
}

/** The values of operands beyond those in `reads`, where the instruction has any. */
export type Further = readonly number[];

/**
 * A program with one instruction for the lanes, those operands lanes for which `lanes` holds. `constants`: uniform operands have these
 * values for ever, undefined for those that change.
 */
export function laneTrial(
  row: InstructionRow,
  lanes: readonly boolean[],
  constants: readonly (number | undefined)[] = [],
  further: Further = [],
): Trial {
  const layout = new Layout();
  const operands = lanes.map((lane, j): Place => {
    const value = lane ? undefined : constants[j];
    return { offset: layout.room(kindAt(row, j), LANES), lane, ...(value !== undefined && { value }) };
  });
  const table = layout.room("real", further.length);
  const rest = further.map((value, k): Place => ({ offset: table + k, lane: false, value }));
  const { effect, makes, name } = row;
  const sums = effect.does === "addLanes" ? SUM_PARTS * effect.count : 0;
  const result: Place = { offset: layout.room(makes, sums || LANES), lane: sums === 0 };
  const steps: Step[] = [{ name, result, operands: [...operands, ...rest] }];
  // Only reals can be outputs: a further instruction keeps masks.
  const [one, zero] = [layout.room("real", 1), layout.room("real", 1)].map((offset) => ({ offset, lane: false }));
  const shown = { offset: layout.room("real", LANES), lane: true };
  if (makes === "mask") steps.push({ name: "where", result: shown, operands: [result, one!, zero!] });
  const output = makes === "mask" ? shown : result;
  return {
    program: tapeProgram({
      lanes: LANES,
      realSlots: layout.size.real,
      maskSlots: layout.size.mask,
      lane: steps,
      outputs: sums > 0 ? [] : [output],
    }),
    fill({ slots, masks }, columns) {
      [slots[one!.offset], slots[zero!.offset]] = [-1, 0];
      slots.set(further, table);
      operands.forEach(({ offset, lane, value }, j) => {
        const column = value === undefined ? columns[j]! : [value];
        (kindAt(row, j) === "mask" ? masks : slots).set(lane ? column : column.slice(0, 1), offset);
      });
    },
    writtenByLanes(n, laneMultiple) {
      const written = nothing();
      const rounded = laneMultiple * Math.ceil(n / laneMultiple);
      for (let i = 0; i < (sums || rounded); i++) {
        if (sums > 0 || i < n) written.real.same.add(output.offset + i);
        else written.real.any.add(output.offset + i);
        if (makes === "mask") written.mask.any.add(result.offset + i);
      }
      return written;
    },
    writtenByUniform: nothing(),
    writtenByRest: nothing(),
  };
}

/** How the operands of instructions that follow each other lie. */
export type Column = "same" | "side by side" | "scattered" | "constants";

/** A program that runs an instruction `count` times before the lanes and as often after them, each time into the next place. */
export function onceTrial(row: InstructionRow, count: number, columns: readonly Column[], constants: Further): Trial {
  const layout = new Layout();
  const places = row.reads.map(({ kind }, j): Place[] => {
    const column = columns[j]!;
    const first = layout.room(kind, 2 * count);
    return Array.from({ length: count }, (_, i) => {
      const offset = column === "same" ? first : column === "side by side" ? first + i : first + 2 * (count - i) - 1;
      return { offset, lane: false, ...(column === "constants" && kind === "real" && { value: constants[i]! }) };
    });
  });
  const first = layout.room(row.makes, 2 * count);
  const steps = (from: number): Step[] =>
    Array.from({ length: count }, (_, i) => ({
      name: row.name,
      result: { offset: from + i, lane: false },
      operands: places.map((column) => column[i]!),
    }));
  const written = (from: number, before: number): Written => {
    const made = nothing();
    const { same, any } = made[row.makes];
    for (let i = from - before; i < from + count; i++) same.add(i);
    for (let i = 0; i < WRITES_BEYOND; i++) any.add(from + count + i);
    return made;
  };
  return {
    program: tapeProgram({
      lanes: LANES,
      realSlots: layout.size.real,
      maskSlots: layout.size.mask,
      uniform: steps(first),
      rest: steps(first + count),
    }),
    fill({ slots, masks }, values) {
      row.reads.forEach(({ kind }, j) => {
        places[j]!.forEach(({ offset, value }, i) => {
          (kind === "mask" ? masks : slots)[offset] = value ?? values[j]![i]!;
        });
      });
    },
    writtenByLanes: nothing,
    writtenByUniform: written(first, 0),
    writtenByRest: written(first + count, count),
  };
}

const text = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));
const filler = (index: number): number => 1234.5 + index;

interface Memory {
  readonly real: Float64Array;
  readonly mask: Int32Array;
}

function afterRun(
  loaded: Executable,
  { program, fill }: Trial,
  columns: readonly (readonly number[])[],
  run: () => void,
) {
  const { slots, masks } = loaded;
  const { realSlots, maskSlots } = program;
  for (let i = 0; i < realSlots; i++) slots[i] = filler(i);
  for (let i = 0; i < maskSlots; i++) masks[i] = filler(i);
  fill(loaded, columns);
  const before: Memory = { real: slots.slice(0, realSlots), mask: masks.slice(0, maskSlots) };
  run();
  return { before, after: { real: slots.slice(0, realSlots), mask: masks.slice(0, maskSlots) } satisfies Memory };
}

/** What `back end` does otherwise than it must, a line each; for `n` lanes, or before and after the lanes. */
export function trials(backend: Backend, trial: Trial) {
  const [measure, found] = [INTERPRETER.load(trial.program), backend.load(trial.program)];
  const faultsOf = (
    written: Written,
    columns: readonly (readonly number[])[],
    run: (executable: Executable) => void,
  ): string[] => {
    const [expected, got] = [measure, found].map((loaded) => afterRun(loaded, trial, columns, () => run(loaded)));
    const faults: string[] = [];
    for (const kind of ["real", "mask"] as const) {
      const { same, any } = written[kind];
      const [right, before, after] = [expected!.after[kind], got!.before[kind], got!.after[kind]];
      for (let i = 0; i < after.length; i++) {
        const isResult = same.has(i);
        const wanted = isResult ? right[i] : before[i];
        if (Object.is(after[i], wanted) || any.has(i)) continue;
        faults.push(`${kind} ${i} is ${text(after[i]!)}, expected ${text(wanted!)}${isResult ? "" : " as before"}`);
      }
    }
    return faults;
  };
  return {
    ofLanes: (n: number, columns: readonly (readonly number[])[]): string[] =>
      faultsOf(trial.writtenByLanes(n, backend.laneMultiple ?? 1), columns, ({ runLanes }) => runLanes(n)),
    ofUniform: (columns: readonly (readonly number[])[]): string[] =>
      faultsOf(trial.writtenByUniform, columns, ({ runUniform }) => runUniform()),
    ofRest: (columns: readonly (readonly number[])[]): string[] =>
      faultsOf(trial.writtenByRest, columns, ({ runUniform, runRest }) => {
        runUniform();
        runRest();
      }),
  };
}
