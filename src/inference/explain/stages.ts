/**
 * The stages through which a program becomes a tape under `corrected`, each with a name, a sentence and the program after it as lines
 * of text: what `nondiff explain MODEL --stage NAME` prints. There is a stage for every pass that the profile brings, and what is
 * printed comes from the code that a fit runs.
 */
import { inputIndex } from "../../autodiff/graph/graph.ts";
import { print } from "../../autodiff/graph/infix-text.ts";
import { listing } from "../../autodiff/graph/listing.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import type { TapeProgram } from "../../autodiff/tape/executable.ts";
import { planListing, tapeListing } from "../../autodiff/tape/listing.ts";
import type { Plan, Planner } from "../../autodiff/tape/plan.ts";
import type { Tape } from "../../autodiff/tape/tape.ts";
import type { Boundary } from "../../boundaries/find/boundaries.ts";
import { linesOf } from "../../boundaries/lines/counted-lines.ts";
import type { CorrectionPlan } from "../../boundaries/plan.ts";
import { corrected, correctionPlan, passesUnder, requireChoice } from "../../estimators/corrected.ts";
import { entropyUnder } from "../../estimators/estimator.ts";
import { parameterNames } from "../../guides/guide.ts";
import { laneInputsOf } from "../../objective/noise.ts";
import { buildObjective, type Objective, type ObjectiveTerm } from "../../objective/objective.ts";
import type { Model } from "../../program/model.ts";
import type { Profile } from "../profile.ts";
import { type GradientSampler, makeSampler } from "../sampler/sampler.ts";
import type { ExplainOptions } from "./explanation.ts";

export interface Stage {
  readonly name: string;
  /** A sentence that says what has been done to a program at this stage. */
  readonly sentence: string;
  /** The program of a model at this stage, whole. */
  readonly linesOf: (model: Model) => readonly string[];
}

/** Samples of a gradient, as in a fit. */
const SAMPLES = 16;

/** The stages under `corrected` with these options, in their order. */
export function stagesOf(profile: Profile, options: ExplainOptions = {}): readonly Stage[] {
  requireChoice("explain", options);
  const { repertoire } = profile;
  const sumOut = profile.collapse?.("explain", options.collapse ?? false);
  const objectiveOf = (model: Model): Objective =>
    buildObjective(model, undefined, options.guide, (whole) => sumOut?.(whole).trace ?? whole);
  const planOf = (model: Model): CorrectionPlan => correctionPlan("explain", objectiveOf(model), repertoire, options);
  const passes = passesUnder("explain", repertoire, options);
  const rewritings = [...entropyUnder("explain", repertoire, options.entropy).passes, ...passes];
  return [
    {
      name: "trace",
      sentence: "The program is run once on traced values, which gives a term of log p for each site.",
      linesOf(model) {
        const objective = objectiveOf(model);
        return termLines(objective, objective.terms.slice(0, objective.trace.terms.length));
      },
    },
    {
      name: "objective",
      sentence: "Under the guide q there is a further term for each latent: −log q.",
      linesOf: (model) => termLines(objectiveOf(model)),
    },
    ...rewritings.map(({ name, sentence }, at) => ({
      name,
      sentence,
      linesOf(model: Model) {
        const { stages } = planOf(model).path;
        const before = stages[at - 1]?.objective ?? objectiveOf(model);
        return [changed(before, stages[at]!.objective), ...termLines(stages[at]!.objective)];
      },
    })),
    {
      name: "boundaries",
      sentence: "Every condition c > 0 that a latent moves and a term depends on has a boundary, c = 0.",
      linesOf(model) {
        const plan = planOf(model);
        const refused = plan.refused.map(({ text, site, reason }) => `refused: ${text()} at ${site}, ${reason}`);
        return [...boundaryLines(plan, plan.found), ...refused];
      },
    },
    ...repertoire.boundaryPasses.map(({ name, sentence }, at) => ({
      name,
      sentence,
      linesOf(model: Model) {
        const plan = planOf(model);
        const before = plan.checks[at - 1]?.boundaries ?? plan.found;
        const { boundaries } = plan.checks[at]!;
        const changes = boundaries.filter((boundary) => !before.includes(boundary)).length + before.length;
        return [
          `${changes - boundaries.length} of ${before.length} boundaries rewritten`,
          ...boundaryLines(plan, boundaries),
        ];
      },
    })),
    ...(repertoire.lines
      ? [
          {
            name: "lines",
            sentence:
              "What is not proven to be a boundary that samples can be moved onto is sought along the lines of single noises.",
            linesOf(model: Model) {
              const plan = planOf(model);
              return [...boundaryLines(plan, plan.boundaries), ...decisionLines(plan)];
            },
          },
        ]
      : []),
    {
      name: "gradient",
      sentence:
        "Reverse mode gives the pathwise part of the gradient; each boundary adds its term, weight · slope · jump.",
      linesOf(model) {
        const { objective, nodes } = compiled(profile, model, options).sampler;
        const names = parameterNames(objective.guide.space);
        return listing(objective.graph, [
          { label: "ELBO", node: nodes.value ?? objective.value },
          ...nodes.gradient.map((node, p) => ({ label: `∂ELBO/∂${names[p]}`, node })),
        ]);
      },
    },
    {
      name: "instructions",
      sentence:
        "A plan says which instructions compute the mean gradient: once per batch, in every lane, and from the means.",
      linesOf(model) {
        const { sampler, plan } = compiled(profile, model, options);
        return planListing(sampler.objective.graph, plan);
      },
    },
    {
      name: "tape",
      sentence: `Every value has a slot, and a slot is used again when its value is dead; here in a fit of ${SAMPLES} samples a step.`,
      linesOf(model) {
        const { sampler, tape, program } = compiled(profile, model, options);
        return [...inputLines(sampler, tape), ...tapeListing(program)];
      },
    },
  ];
}

// A line for each term, and for what they share.
function termLines({ graph, terms }: Objective, shown: readonly ObjectiveTerm[] = terms): string[] {
  return listing(
    graph,
    shown.map(({ site, node }) => ({ label: site, node })),
  );
}

function changed(before: Objective, { terms }: Objective): string {
  const count = terms.filter(({ node }, j) => node !== before.terms[j]?.node).length;
  return `${count} of ${terms.length} terms rewritten`;
}

// `z > 0: c = z; z is moved; observe "x" jumps`
function boundaryLines(plan: CorrectionPlan, boundaries: readonly Boundary[]): string[] {
  const { graph, variables } = plan.objective;
  if (boundaries.length === 0) return ["no boundaries"];
  return boundaries.map((boundary) => {
    const { text, predicates, condition, blocks, affected } = boundary;
    const moved = blocks.flatMap(({ entries }) => entries).map(({ variable }) => variables[variable]!.name);
    return [
      `${text()}${predicates.length > 1 ? ` and ${predicates.length - 1} more` : ""}: c = ${print(graph, condition)}`,
      blocks.length === 0 ? "not moved" : `moved: ${moved.join(", ")}`,
      `jumps: ${affected()
        .map(({ site }) => site)
        .join(", ")}`,
    ].join("; ");
  });
}

// `x·y > 1: sought along x, y; observe "o" reads it first`
function decisionLines({ objective, counted }: CorrectionPlan): string[] {
  if (!counted) return ["nothing is sought along lines"];
  return counted.decisions.map((decision) => {
    const along = linesOf(objective, decision).map((variable) => objective.variables[variable]!.name);
    return `${decision.text()}: sought along ${along.join(", ")}; ${decision.site()} reads it first`;
  });
}

interface Compiled {
  readonly sampler: GradientSampler;
  readonly plan: Plan;
  readonly tape: Tape;
  readonly program: TapeProgram;
}

// The gradient as a fit compiles it, with the plan and the program of its tape, which are looked at on their way.
function compiled(profile: Profile, model: Model, options: ExplainOptions): Compiled {
  let plan: Plan | undefined;
  let program: TapeProgram | undefined;
  const noted =
    (planner: Planner): Planner =>
    (graph, roots) => {
      plan = planner(graph, roots);
      return plan;
    };
  const { engine } = profile;
  const watched: Profile = {
    ...profile,
    engine: {
      ...engine,
      plan: noted(engine.plan),
      ...(engine.planMeans && { planMeans: noted(engine.planMeans) }),
      interpreter: {
        ...engine.interpreter,
        load(loaded) {
          program = loaded;
          return engine.interpreter.load(loaded);
        },
      },
    },
  };
  const { guide, collapse, ...choice } = options;
  const sampler = makeSampler(watched, model, corrected(choice), { lanes: SAMPLES, guide, collapse });
  const { tape } = (sampler.means ?? sampler.each)();
  return { sampler, tape, plan: plan!, program: program! };
}

// Where inputs lie: `mu[z] in s0`, `epsilon[z] in s24…`
function inputLines({ objective: { graph }, nodes }: GradientSampler, tape: Tape): string[] {
  const nameOf = (node: NodeId): string => graph.inputs[inputIndex(graph, node)]!.name;
  const uniform = tape.uniformInputs.map(({ node, offset }) => `${nameOf(node)} in s${offset}`);
  const lane = laneInputsOf(nodes).map((node, i) => `${nameOf(node)} in s${tape.noiseOffset + i * tape.stride}…`);
  return [
    `s7: slot 7; s7…: a slot for each of ${tape.lanes} lanes, from 7 on; m7: slot 7 of the masks`,
    ...uniform,
    ...lane,
  ];
}
