/**
 * Running a program once on traced values: its latents, and the terms of its log joint density as graph nodes.
 *
 * This file knows what `nondiff/core` has: latents of one number, `observe`, `factor`, `frozen`, `where`, `branch`. `statements.ts` adds the others.
 */
import {
  add,
  Condition,
  describe,
  Expr,
  exprOf,
  maskOf,
  nodeOf,
  type Real,
  type Truth,
  where,
} from "../autodiff/expr.ts";
import { Graph, type GraphOptions } from "../autodiff/graph/graph.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import { type RangeCheck, Session } from "../autodiff/session.ts";
import { isReal, refuseKind } from "../autodiff/traced.ts";
import { checkParameters, type Distribution } from "../distributions/distribution.ts";
import type { VectorDistribution } from "../distributions/vector/vector-distribution.ts";
import type { Start, Transform } from "../transforms/transform.ts";
import {
  type Branch,
  type BranchResult,
  type MeanFieldParameters,
  type Model,
  type ProgramContext,
  requireName,
  requireRunning,
} from "./model.ts";

/** An unconstrained number that a guide is over: a latent on ℝ, or the u of a latent that a transform writes as x(u). */
export interface Latent {
  readonly name: string;
  /** The input that stands for it. */
  readonly node: NodeId;
  /** The latent on its own scale, x(u) as a node; the input itself on ℝ. */
  readonly value: NodeId;
  /** Absent on ℝ. */
  readonly transform: Transform | undefined;
  /** The mask under which it exists: true outside arms. */
  readonly live: NodeId;
  readonly prior: Distribution | VectorDistribution;
  /** Where a guide over u may start; undefined where the prior does not know. */
  readonly start: (() => Start | undefined) | undefined;
  /** Where the input is the noise of the latent, (x − location)/scale: what stands for the latent in the program. See `standardised.ts`. */
  readonly drawn?: NodeId;
}

/** A number that a posterior reports, on its own scale. */
export interface Quantity {
  readonly name: string;
  readonly node: NodeId;
  readonly live: NodeId;
}

/** A parameter without spread: an input that is the same in all samples, which a fit moves to where the ELBO is highest. */
export interface Point {
  readonly name: string;
  readonly node: NodeId;
  /** Where a fit starts. */
  readonly start: number;
}

/** A discrete latent. Its prior is among no terms: whoever sums it out counts it by `logMasses`. */
export interface FiniteLatent {
  readonly name: string;
  /** The input that stands for its value. */
  readonly node: NodeId;
  readonly live: NodeId;
  readonly values: readonly number[];
  /** The log prior probability of each value, which may depend on other latents. */
  readonly logMasses: readonly NodeId[];
  /** The prior probability of all values that are left out, as of a Poisson above its last one. */
  readonly lostMass: number;
  readonly prior: Distribution;
}

/** One additive term of the log joint density; no more of it is kept, as there may be very many. */
export interface Term {
  /** `sample "x"` or `observe "y3"`. */
  readonly site: string;
  readonly node: NodeId;
  readonly live: NodeId;
}

/** What a term is the log density of: absent for a factor. */
export interface Drawn {
  readonly distribution: Distribution | VectorDistribution;
  /** Absent where it is several numbers. */
  readonly value?: Real;
}

/** Parameters of a guide, with or without those of its correlations. */
export interface AnyParameters extends MeanFieldParameters {
  readonly lower?: ArrayLike<number> | undefined;
}

export interface Trace {
  readonly model: Model;
  readonly graph: Graph;
  readonly latents: readonly Latent[];
  /** Discrete latents. */
  readonly finite: readonly FiniteLatent[];
  /** Parameters without spread. */
  readonly points: readonly Point[];
  /** What a posterior reports, in the order of declaration. */
  readonly quantities: readonly Quantity[];
  /** Standard normal inputs of the frozen sites. */
  readonly frozen: readonly { readonly name: string; readonly noise: NodeId }[];
  readonly terms: readonly Term[];
  /** What the terms are densities of, in their order, where these are few. */
  readonly drawn?: readonly (Drawn | undefined)[] | undefined;
  /** The ranges that the program states. */
  readonly checks: readonly RangeCheck[];
  /** The trace of the whole program, where this one is over fewer latents. */
  readonly original?: Trace;
  /** Most entries of a table with which latents may be summed out, where it was chosen. */
  readonly budget?: number;
  /** The trace as the program was written, where latents of this one are their noise. */
  readonly written?: Trace;
  /** There, of parameters for the latents of the whole program those for the fewer; they are for these where it is absent. */
  readonly kept?: <P extends AnyParameters>(params: P) => P;
  /** What the program had beyond the statements of the core. */
  readonly extension: Extension | undefined;
}

/** What a run has found so far. */
interface Found {
  readonly latents: Latent[];
  readonly finite: FiniteLatent[];
  readonly points: Point[];
  readonly quantities: Quantity[];
  readonly frozen: { readonly name: string; readonly noise: NodeId }[];
  readonly terms: Term[];
}

/** What an extension of the context works on: the state of a run. */
export interface Scope extends Found {
  readonly model: Model;
  readonly session: Session;
  /** Names that are taken. */
  readonly names: Set<string>;
  readonly input: RunOptions["input"];
  readonly declare: (site: string, name: string) => void;
  readonly addTerm: (site: string, logDensity: Real, drawn?: Drawn) => void;
  /** The mask of the arms that are being run; and whether the program has returned, from when on nothing may be declared. */
  path: NodeId;
  isOver: boolean;
}

/** The statements of the core, on distributions of one number. */
export interface CoreContext extends Omit<ProgramContext, "sample" | "observe" | "track" | "param" | "branch"> {
  branch: Branch;
  sample(name: string, prior: Distribution): Real;
  observe(distribution: Distribution, value: Real, name?: string): void;
}

/** Adds statements to those of the core, or puts others in their place. */
export type Extension = (context: CoreContext, scope: Scope) => ProgramContext;

/** How a run sees a program. */
export interface RunOptions {
  /** The node of a latent or frozen site, or of what is the same in all samples; and where a latent may start, if its prior knows. */
  readonly input: (name: string, isPoint?: boolean, start?: Latent["start"]) => NodeId;
  readonly extension?: Extension | undefined;
  /** Sees what each term is made of. */
  readonly onTerm?: ((drawn: Drawn | undefined) => void) | undefined;
}

/** Runs the program of a model with the statements of the core; throws with the model's own words if it is not a valid one. */
export function coreTrace(model: Model, options?: GraphOptions): Trace {
  return traceOn(new Graph(options), model);
}

/** The same on `graph`, with what an extension adds to the statements. */
export function traceOn(graph: Graph, model: Model, extension?: Extension, onTerm?: RunOptions["onTerm"]): Trace {
  if (typeof model?.program !== "function") refuseKind("model", "a model", model, "one made by defineModel()");
  if (model.data)
    throw new TypeError(`model "${model.name}": got a schema, expected data by withData() or compile() of nondiff`);
  return run(model, graph, { input: (name, isPoint) => graph.input(name, !isPoint), extension, onTerm });
}

/** Runs the program on `graph`. */
export function run(model: Model, graph: Graph, options: RunOptions): Trace {
  const { extension } = options;
  const session = new Session(graph);
  const found: Found = { latents: [], finite: [], points: [], quantities: [], frozen: [], terms: [] };
  const scope = scopeOf(model, session, found, options);
  const core = { ...sitesOf(scope), where, branch: branchOf(scope) } as CoreContext;
  const result: unknown = model.program((extension ? extension(core, scope) : core) as ProgramContext);
  if (result instanceof Promise)
    throw new TypeError(
      `model "${model.name}": the program is asynchronous; got a promise, expected it to return at once`,
    );
  scope.isOver = true;
  session.requireConditionsUsed(`model "${model.name}"`);
  if (found.quantities.length === 0 && found.latents.length === 0)
    throw new TypeError(`model "${model.name}": got no latents, expected at least one sample()`);
  return { ...found, model, graph, checks: session.checks, extension };
}

/** The state of a run at its beginning. */
function scopeOf(model: Model, session: Session, found: Found, { input, onTerm }: RunOptions): Scope {
  const { graph } = session;
  const names = new Set<string>();
  const everywhere = graph.truth(true);
  const scope: Scope = {
    ...found,
    model,
    session,
    input,
    names,
    path: everywhere,
    isOver: false,
    declare(site, name) {
      requireRunning(site, scope);
      requireName(site, name);
      if (names.has(name))
        throw new TypeError(
          `${site}: duplicate name; got "${name}" twice in model "${model.name}", expected a new name for every latent`,
        );
      names.add(name);
    },
    addTerm(site, logDensity, drawn) {
      requireRunning(site, scope);
      const live = scope.path;
      const value = nodeOf(session, logDensity);
      const node = live === everywhere ? value : graph.algebra.where(live, value, graph.constant(0));
      // In an arm, whether it counts is no constant.
      if (graph.isConstant(node) && !Number.isFinite(graph.value(node)))
        throw new RangeError(
          `${site}: log density is ${graph.value(node)}${drawn ? at(drawn) : ""}, expected a finite number`,
        );
      scope.terms.push({ site, node, live });
      onTerm?.(drawn);
    },
  };
  return scope;
}

/** The statements that add a term or a latent. */
function sitesOf(scope: Scope): Pick<CoreContext, "sample" | "observe" | "frozen" | "factor"> {
  const { session, input, declare, addTerm } = scope;
  let observations = 0;
  let factors = 0;
  return {
    sample(name: string, prior: Distribution) {
      const site = `sample "${name}"`;
      declare(site, name);
      checkDistribution(site, prior);
      const { support, initial } = prior;
      const { transform } = support;
      if (!transform && support.kind !== "real")
        throw new TypeError(
          `${site}: a latent cannot have this prior here; got ${prior.name} with support ${support.text}, expected one such as normal`,
        );
      const start = transform ? () => transform.start(prior) : initial;
      const node = input(name, false, start);
      const u = exprOf(session, node);
      const x = transform ? transform.forward(u) : u;
      const value = nodeOf(session, x);
      const live = scope.path;
      scope.latents.push({ name, node, value, transform, live, prior, start });
      scope.quantities.push({ name, node: value, live });
      addTerm(site, unconstrainedDensity(prior, u, x), { distribution: prior, value: x });
      return x;
    },
    observe(distribution: Distribution, value: Real, name = `y${observations}`) {
      observations++;
      const site = `observe "${name}"`;
      checkDistribution(site, distribution);
      requireObservable(site, distribution, value);
      if (value instanceof Expr) nodeOf(session, value); // throws unless it is of this program
      addTerm(site, distribution.logDensity(value), { distribution, value });
    },
    frozen(name, distribution) {
      const site = `frozen "${name}"`;
      declare(site, name);
      checkDistribution(site, distribution);
      if (!distribution.fromNormal)
        throw new TypeError(
          `${site}: ${distribution.name} is no transform of a normal; expected one such as normal or bernoulli`,
        );
      const noise = input(name);
      scope.frozen.push({ name, noise });
      return distribution.fromNormal(exprOf(session, noise));
    },
    factor(name: string | Real, logDensity?: Real) {
      const isNamed = typeof name === "string";
      if (!isNamed && logDensity !== undefined)
        refuseKind("factor", "a name", name, "a name and a log density, or that alone");
      addTerm(`factor "${isNamed ? name : `f${factors++}`}"`, isNamed ? logDensity! : name);
    },
  };
}

/** Throws unless the value may be observed under the distribution: data in its support, or traced where that is continuous. */
function requireObservable(site: string, { name, support }: Distribution, value: Real): void {
  if (typeof value === "number") {
    if (!support.contains(value))
      throw new RangeError(
        `${site}: value is outside the support of ${name}; got ${value}, expected a number in ${support.text}`,
      );
  } else if (support.discrete || !(value instanceof Expr))
    refuseKind(
      site,
      "a number",
      value,
      `one${support.discrete ? "" : ", or a traced one"}; what is missing in data is left out`,
    );
}

/** The statement `branch`: what its arms do counts where they are taken, and what they return becomes one. */
function branchOf(scope: Scope): Branch {
  const { model, session } = scope;
  const { checks } = session;
  const A = session.graph.algebra;
  const under = <T>(arm: NodeId, run: () => T): T => {
    const outer = scope.path;
    const first = checks.length;
    scope.path = A.and(outer, arm);
    try {
      return run();
    } finally {
      scope.path = outer;
      for (let j = first; j < checks.length; j++) checks[j] = { ...checks[j]!, ok: A.or(A.not(arm), checks[j]!.ok) };
    }
  };
  return <T extends BranchResult>(condition: Truth, then: () => T, otherwise: () => T = () => undefined as T): T => {
    for (const arm of [then, otherwise])
      if (typeof arm !== "function") refuseKind("branch", "an arm", arm, "() => …; for two values there is where()");
    if (typeof condition === "boolean") return condition ? then() : otherwise();
    const mask = maskOf(session, condition);
    const taken = under(mask, then);
    const other = under(A.not(mask), otherwise);
    return join(model, session, new Condition(session, mask), taken, other);
  };
}

// The results of two arms become one, number by number; entries may be arrays, as the rows of a matrix are.
function join<T extends BranchResult>(model: Model, session: Session, condition: Condition, taken: T, other: T): T {
  session.unusedConditions.delete(condition);
  const joined = (x: unknown, y: unknown, inside?: boolean): unknown => {
    if (isReal(x) && isReal(y)) return where(condition, x, y);
    const shapes = [shape(x), shape(y)];
    if (shapes[0] === shapes[1] && isPlain(x) && (Array.isArray(x) || !inside)) {
      const pairs = Object.keys(x).map((key) => [key, joined((x as Results)[key], (y as Results)[key], true)]);
      return Array.isArray(x) ? pairs.map(([, value]) => value) : Object.fromEntries(pairs);
    }
    throw new TypeError(
      `branch: the arms return different things in model "${model.name}"; got ${shapes.join(" and ")}, expected numbers, arrays, objects or nothing, two alike`,
    );
  };
  return taken === undefined && other === undefined ? taken : (joined(taken, other) as T);
}

type Results = Readonly<Record<string, unknown>>;

function isPlain(value: unknown): value is object {
  return typeof value === "object" && value !== null && !isReal(value);
}

function shape(value: unknown): string {
  if (isReal(value)) return "a number";
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return isPlain(value) ? `an object with keys ${Object.keys(value).sort().join(", ")}` : String(value);
}

/** The log density of u under a prior of x(u). */
export function unconstrainedDensity(prior: Distribution, u: Real, x: Real): Real {
  const { support, logDensity, logDensityInside = logDensity } = prior;
  const density = logDensityInside(x);
  return support.transform ? add(density, support.transform.logJacobian(u)) : density;
}

/** Throws unless it is a distribution with parameters that make sense. */
export function checkDistribution(site: string, distribution: Distribution | VectorDistribution): void {
  if (typeof distribution?.logDensity !== "function")
    refuseKind(site, "a distribution", distribution, "one such as normal(0, 1)");
  checkParameters(site, distribution.name, distribution.parameters);
}

function at({ distribution, value }: Drawn): string {
  const plain = distribution.parameters.map((parameter) => `${parameter.name}=${describe(parameter.value)}`);
  return `${value === undefined ? "" : ` at value=${describe(value)}`}; got ${plain.join(", ")}`;
}
