/**
 * `verifyModel` asks whether a traced program is the program, and whether it says what its author is likely to mean. Errors: it cannot be traced, it is
 * another one on plain numbers or on a second run, its derivatives are not those of its values. Notes: a latent that no data reach, an
 * arm that is never taken, a value that jumps where no condition changes.
 *
 *     verifyModel(defineModel("m", ({ sample, observe }) => {
 *       const z = sample("z", normal(0, 1));
 *       observe(normal(typeof z === "number" ? z : 0, 1), 0.3);
 *     })).findings[0].code; // "other-density"
 */

import { gradient } from "../autodiff/graph/gradient.ts";
import { print } from "../autodiff/graph/infix-text.ts";
import { substitute } from "../autodiff/graph/substitute.ts";
import { PLAIN_ENGINE } from "../autodiff/lanes/interpreter/engines.ts";
import { CODE } from "../autodiff/ops/codes.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import { evaluation } from "../autodiff/tape/evaluation.ts";
import { valuesAt } from "../autodiff/tape/values.ts";
import { unseenJumps } from "../boundaries/check/jumps-without-condition.ts";
import { requireMethod, requireNoMore } from "../checks/arguments.ts";
import { untouched } from "../inference/fit/further-warnings.ts";
import { requirePlainDensity } from "../inference/plain-density.ts";
import type { Model } from "../program/model.ts";
import { type Trace, trace } from "../program/trace.ts";
import { fillNormals, makeGenerator, noiseRequest } from "../random/index.ts";
import { decisionsBelow, type Subject, subjectOf } from "./reference/subject.ts";

export type ModelFindingCode =
  | "refused"
  | "other-density"
  | "changes-between-runs"
  | "derivative"
  | "untouched-latent"
  | "arm-never-reached"
  | "jump-without-condition";

export interface ModelFinding {
  readonly code: ModelFindingCode;
  /** Whether the model is wrong by it; otherwise it is worth knowing. */
  readonly isError: boolean;
  readonly message: string;
}

export interface ModelCheck {
  readonly model: string;
  readonly verdict: "right" | "wrong";
  readonly findings: readonly ModelFinding[];
}

/** Points at which densities and derivatives are compared. */
const POINTS = 16;
/** Draws among which each arm has to be taken once. */
const DRAWS = 4096;
const SEED = 1806_00178; // any
/** Standard deviations about the starts of the latents, in turn. */
const SPREADS = [1, 3];
/** Step of differences, and how far they may be from a derivative, relative to it and to ℓ. */
const [STEP, AGREEMENT, ROUNDING] = [1e-5, 1e-4, 1e-13];

/**
 * Runs a program on plain numbers and against its trace, traces it twice, compares its derivatives with differences of its values, and
 * looks for arms that are never taken, latents that no data reach, and values that jump where no condition changes.
 *
 *     verifyModel(gmm).verdict; // "right"
 *
 * "wrong" where one of the findings is an error; what the model throws when it is traced is one of them.
 */
export function verifyModel(model: Model): ModelCheck {
  requireNoMore("verifyModel", 1, arguments);
  requireMethod("verifyModel", "a model", model, "program", "one made by defineModel()");
  const findings: ModelFinding[] = [];
  const error = (code: ModelFindingCode, message: string): void => void findings.push({ code, isError: true, message });
  const note = (code: ModelFindingCode, message: string): void => void findings.push({ code, isError: false, message });
  const attempt = <T>(code: ModelFindingCode, run: () => T): T | undefined => {
    try {
      return run();
    } catch (fault) {
      if (!(fault instanceof TypeError || fault instanceof RangeError)) throw fault;
      error(code, fault.message);
      return undefined;
    }
  };
  const traced = attempt("refused", () => trace(model));
  if (traced) {
    attempt("other-density", () => requirePlainDensity(traced, POINTS));
    for (const message of changesBetween(traced, trace(model))) error("changes-between-runs", message);
    for (const name of untouched(traced)) note("untouched-latent", `latent "${name}": no data reach it`);
    const subject = attempt("refused", () => subjectOf("verifyModel", model));
    if (subject) {
      for (const message of wrongDerivatives(subject)) error("derivative", message);
      for (const { site, text, divisor } of unseenJumps(subject.objective))
        note(
          "jump-without-condition",
          `${site}: \`${text}\` jumps where \`${divisor}\` is 0, and no condition changes`,
        );
      for (const message of unreachedArms(subject)) note("arm-never-reached", message);
    }
  }
  const verdict = findings.some(({ isError }) => isError) ? "wrong" : "right";
  return { model: model.name, verdict, findings };
}

// What a second run of the program does otherwise.
function changesBetween(first: Trace, second: Trace): string[] {
  const sites = [first, second].map(({ terms }) => terms.map(({ site }) => site));
  const at = sites[0]!.findIndex((site, k) => site !== sites[1]![k]);
  if (at >= 0 || sites[0]!.length !== sites[1]!.length)
    return [
      `the program has other sites when it runs again; got ${sites[1]![at] ?? `${sites[1]!.length} sites`}, expected ${sites[0]![at] ?? sites[0]!.length}`,
    ];
  for (let point = 0; point < POINTS; point++) {
    const values = [first, second].map(({ graph, latents, finite, points, frozen, terms }) => {
      const inputs = new Map<NodeId, number>();
      const nodes = [...latents, ...frozen.map(({ noise }) => ({ node: noise })), ...points];
      nodes.forEach(({ node }, i) => {
        inputs.set(node, 3 * ((0.618 * (i + 1) + 0.7548 * point) % 1) - 1.5);
      });
      finite.forEach(({ node, values }, i) => {
        inputs.set(node, values[(i + point) % values.length]!);
      });
      return valuesAt(
        graph,
        terms.map(({ node }) => node),
        inputs,
      );
    });
    const other = values[0]!.findIndex((value, k) => !Object.is(value, values[1]![k]));
    if (other >= 0)
      return [
        `${sites[0]![other]}: the program has another density when it runs again; got ${values[1]![other]}, expected ${values[0]![other]}`,
      ];
  }
  return [];
}

// Noise of draws, point by point for each axis, at the spreads in turn.
function draws(axes: number, count: number): Float64Array {
  const out = new Float64Array(axes * count);
  fillNormals(noiseRequest({ out, generator: makeGenerator(SEED), lanes: count, dimensions: axes }));
  return out.map((value, i) => value * SPREADS[(i % count) % SPREADS.length]!);
}

/**
 * Derivatives of ℓ in the noises against differences of its values, where nothing switches between their ends: a message for each noise
 * whose derivative is another. `derivativesOf` makes them, as the library does unless a test says otherwise.
 */
export function wrongDerivatives({ objective, theta }: Subject, derivativesOf: typeof gradient = gradient): string[] {
  const { graph, normals, parameters, value, variables } = objective;
  const decisions = decisionsBelow(graph, [value]);
  const derivatives = derivativesOf(graph, value, normals);
  const { run, value: numberOf } = evaluation(graph, [value, ...derivatives, ...decisions], {
    engine: PLAIN_ENGINE,
    inputs: parameters,
    laneInputs: normals,
    points: POINTS,
  });
  const noise = draws(normals.length, POINTS);
  const look = (axis: number, step: number): { values: number[]; slopes: number[]; sides: string[] } => {
    run(
      theta,
      noise.map((each, i) => (Math.floor(i / POINTS) === axis ? each + step : each)),
    );
    const points = [...Array(POINTS).keys()];
    return {
      values: points.map((i) => numberOf(0, i)),
      slopes: points.map((i) => numberOf(1 + axis, i)),
      sides: points.map((i) => decisions.map((_, k) => Math.sign(numberOf(1 + normals.length + k, i))).join()),
    };
  };
  return normals.flatMap((_, axis): string[] => {
    const [below, here, above] = [look(axis, -STEP), look(axis, 0), look(axis, STEP)];
    const far = [look(axis, -2 * STEP), look(axis, 2 * STEP)];
    const at = here.values.findIndex((value, i) => {
      if ([below, above, ...far].some(({ sides }) => sides[i] !== here.sides[i])) return false;
      const near = (above.values[i]! - below.values[i]!) / (2 * STEP);
      const wide = (far[1]!.values[i]! - far[0]!.values[i]!) / (4 * STEP);
      const slack =
        AGREEMENT * Math.max(1, Math.abs(here.slopes[i]!)) +
        Math.abs(near - wide) +
        (ROUNDING * Math.abs(value)) / STEP;
      return Number.isFinite(near) && Number.isFinite(wide) && !(Math.abs(near - here.slopes[i]!) <= slack);
    });
    if (at < 0) return [];
    const difference = (above.values[at]! - below.values[at]!) / (2 * STEP);
    return [
      `latent "${variables[axis]!.name}": the derivative is not that of the density; got ${here.slopes[at]}, expected ${difference} by differences`,
    ];
  });
}

// Conditions of ifs, and of arms with sites, that had one truth value at all draws.
function unreachedArms({ objective, theta }: Subject): string[] {
  const { graph, guided, normals, parameters, terms, trace: traced } = objective;
  const nodes = graph.reachable(terms.map(({ node }) => node));
  const own = new Set(nodes.flatMap((node) => (graph.op[node] === CODE.where ? atomsOf(graph, graph.a[node]!) : [])));
  for (const { live } of traced.terms) for (const atom of atomsOf(graph, live)) own.add(atom);
  const masks = [...own];
  if (masks.length === 0) return [];
  const { run, values } = evaluation(graph, substitute(graph, masks, guided), {
    engine: PLAIN_ENGINE,
    inputs: parameters,
    laneInputs: normals,
    points: DRAWS,
  });
  run(theta, draws(normals.length, DRAWS));
  return masks.flatMap((mask, k) => {
    const truths = values(k);
    if (truths.some((truth) => truth !== truths[0])) return [];
    return [
      `\`${print(graph, mask)}\` is ${truths[0] !== 0} at all of ${DRAWS} draws about the priors: its other arm is never taken`,
    ];
  });
}

function atomsOf(graph: Trace["graph"], mask: NodeId): NodeId[] {
  return graph.reachable([mask]).filter((node) => graph.op[node] === CODE.positive);
}
