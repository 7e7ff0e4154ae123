/**
 * What a program that `compileTape` makes owes to a back end by the contract of `src/autodiff/tape/executable.ts`: instructions of the
 * table with operands that their rows permit, and places that lie as the contract says.
 */
import {
  type Place,
  type Step,
  SUM_PARTS,
  type TapeProgram,
  WRITES_BEYOND,
} from "../../src/autodiff/tape/executable.ts";
import { rowOf } from "../../src/autodiff/tape/instruction-table.ts";
import { type InstructionRow, type Kind, kindAt, permits } from "../../src/autodiff/tape/instructions.ts";

/** In which way a step is none that its row allows, for the lanes or once per batch; undefined if it is one. */
function operandFault(row: InstructionRow, { operands, result }: Step, lane: boolean): string | undefined {
  const { reads, more, effect } = row;
  if (operands.length !== reads.length && !(more && operands.length > reads.length)) return "number of operands";
  const lanes = operands.map((place) => place.lane);
  const further = operands.slice(reads.length);
  if (effect.does === "gather") return "only rolled programs gather";
  if (further.some((place) => place.lane)) return "a further operand that is a lane";
  if (effect.does === "search") {
    const values = further.map(({ value = NaN }) => value);
    if (values.length !== 2 ** effect.bits - 1) return "number of thresholds";
    if (values.some((value, k) => !(value >= (values[k - 1] ?? -Infinity)))) return "thresholds that do not ascend";
  }
  if (!lane)
    return lanes.includes(true) || result.lane
      ? "a lane"
      : more || effect.does === "addLanes"
        ? "lanes alone"
        : undefined;
  if (!permits(row, lanes.slice(0, reads.length))) return `places ${lanes}`;
  if (!lanes.includes(true)) return "nothing that differs between lanes";
  return result.lane === (effect.does === "addLanes") ? "place of the result" : undefined;
}

/** All that is wrong, a line each. */
export function programFaults(program: TapeProgram, laneMultiple = 1): string[] {
  const { uniform, lane, rest, lanes, outputs } = program;
  const faults: string[] = [];
  const size = { real: program.realSlots, mask: program.maskSlots };
  /** What uses a slot: the place of which lane value, a sum, or a uniform value. */
  const users = { real: new Map<number, string>(), mask: new Map<number, string>() };
  const use = (
    kind: Kind,
    { offset, lane: isLane }: Place,
    count = isLane ? lanes : 1,
    as = isLane ? "lanes" : "one",
  ): void => {
    for (let i = 0; i < count; i++) {
      const user = `${as} ${isLane || as === "sum" ? offset : ""}`;
      const known = users[kind].get(offset + i);
      if (known !== undefined && known !== user) faults.push(`${kind} ${offset + i} is of "${known}" and of "${user}"`);
      users[kind].set(offset + i, user);
    }
    if (offset + count > size[kind]) faults.push(`${kind} ${offset} lies beyond the slots`);
  };
  /** Slots of uniform results that are computed. */
  const done = { real: new Set<number>(), mask: new Set<number>() };
  const once = [...uniform, ...rest];
  const computed = { real: new Set<number>(), mask: new Set<number>() };
  for (const { name, result } of once) computed[rowOf(name).makes].add(result.offset);
  const sums = new Set<number>();
  for (const { name, result } of lane) {
    const { effect } = rowOf(name);
    if (effect.does !== "addLanes") continue;
    for (let t = 0; t < effect.count; t++) {
      if (sums.has(result.offset + SUM_PARTS * t))
        faults.push(`sum ${result.offset + SUM_PARTS * t} is added to twice`);
      sums.add(result.offset + SUM_PARTS * t);
    }
  }

  const see = (steps: readonly Step[], section: "uniform" | "lane" | "rest"): void => {
    for (const step of steps) {
      const row = rowOf(step.name);
      const fault = operandFault(row, step, section === "lane");
      if (fault) faults.push(`${section} ${step.name}: ${fault}`);
      step.operands.forEach((place, j) => {
        const kind = kindAt(row, j);
        if (kind === "real" && sums.has(place.offset)) {
          if (section !== "rest") faults.push(`${section} ${step.name} reads a mean`);
          return;
        }
        use(kind, place);
        if (!place.lane && computed[kind].has(place.offset) && !done[kind].has(place.offset))
          faults.push(`${section} ${step.name} reads ${kind} ${place.offset}, which is not computed yet`);
      });
      if (row.effect.does === "addLanes")
        for (let t = 0; t < row.effect.count; t++)
          use("real", { offset: step.result.offset + SUM_PARTS * t, lane: false }, SUM_PARTS, "sum");
      else use(row.makes, step.result);
      if (section !== "lane") done[row.makes].add(step.result.offset);
    }
  };
  see(uniform, "uniform");
  see(lane, "lane");
  see(rest, "rest");
  for (const place of outputs) if (place.lane || !sums.has(place.offset)) use("real", place);

  for (const kind of ["real", "mask"] as const) {
    const results = once.filter(({ name }) => rowOf(name).makes === kind).map(({ result }) => result.offset);
    results.forEach((offset, i) => {
      if (i > 0 && offset !== results[i - 1]! + 1) faults.push(`${kind} ${offset} does not follow the result before`);
    });
    const end = results.at(-1);
    for (let i = 1; end !== undefined && i <= WRITES_BEYOND; i++)
      if (users[kind].has(end + i) || end + i >= size[kind]) faults.push(`${kind} ${end + i} is no room to write in`);
  }
  if (lanes % laneMultiple !== 0) faults.push(`${lanes} lanes, which is no multiple of ${laneMultiple}`);
  if (sums.size > 0 && lanes % 2 !== 0) faults.push(`${lanes} lanes, which is odd`);
  return faults;
}
