/** The statements of a program beyond those of the core: vectors, discrete latents, priors that switch with a branch, `track`. */
import {
  Condition,
  describe,
  Expr,
  exprOf,
  nodeOf,
  type Real,
  type RealList,
  unpacked,
  where,
} from "../autodiff/expr.ts";
import type { Graph } from "../autodiff/graph/graph.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import type { Session } from "../autodiff/session.ts";
import { closedInterval, type Distribution, type FiniteValues, type Support } from "../distributions/distribution.ts";
import type { Entries, VectorDistribution, VectorSite } from "../distributions/vector/vector-distribution.ts";
import type { Transform } from "../transforms/transform.ts";
import { Arms } from "./arms.ts";
import { where as byFlag, Flag, truthOf } from "./flags.ts";
import type { Branch, ProgramContext } from "./model.ts";
import { type CoreContext, checkDistribution, type Latent, type Scope, unconstrainedDensity } from "./run.ts";
import { tracedValues } from "./truncation.ts";

/** The context of a program under `nondiff`. */
export function withStatements(core: CoreContext, scope: Scope): ProgramContext {
  const statements = new Statements(core, scope);
  return {
    ...core,
    sample: ((name: string, prior: Distribution | VectorDistribution) =>
      isVector(prior) ? statements.vector(name, prior) : statements.scalar(name, prior)) as ProgramContext["sample"],
    observe: ((distribution: Distribution | VectorDistribution, value: Real | Entries, name?: string) =>
      statements.observe(distribution, value, name)) as ProgramContext["observe"],
    branch: statements.branch as ProgramContext["branch"],
    param: ((name: string, start: number | ArrayLike<number>) =>
      statements.param(name, start)) as ProgramContext["param"],
    track: (name, value) => statements.track(name, value),
    where: byFlag,
  };
}

/** Tells a latent or a quantity where it is live. */
type Lives = (live: NodeId) => void;

/** What two numbers under one name have to be, wherever each may lie. */
const NUMBER = "a number";

/** The statements over the state of a run. */
class Statements {
  readonly #core: CoreContext;
  readonly #scope: Scope;
  readonly #arms: Arms;
  /** What a name was declared with, which a second declaration has to agree with. */
  readonly #supports = new Map<string, string>();
  /** By name what a name of the other arm has to be to be the same latent. */
  readonly #kinds = new Map<string, string>();
  #observations = 0;
  readonly branch: Branch;

  constructor(core: CoreContext, scope: Scope) {
    this.#core = core;
    this.#scope = scope;
    this.#arms = new Arms(scope);
    this.branch = (condition, then, otherwise) => this.#arms.branch(core, truthOf(condition), then, otherwise);
  }

  /** `sample` of one number. */
  scalar(name: string, prior: Distribution): Real {
    const { session, latents, quantities, addTerm } = this.#scope;
    const site = `sample "${name}"`;
    checkDistribution(site, prior);
    if (prior.finiteValues) return this.#discrete(site, name, prior);
    if (prior.support.discrete)
      throw new TypeError(
        `${site}: a discrete latent needs finitely many values; got ${prior.name} on ${prior.support.text}, expected one such as bernoulli or categorical`,
      );
    if (!this.#arms.isElsewhere(name)) {
      if (!this.#arms.inArm) return this.#core.sample(name, prior);
      const lives = both(livesAt(latents), livesAt(quantities));
      const x = this.#core.sample(name, prior);
      this.#supports.set(name, prior.support.text);
      this.#kinds.set(name, NUMBER);
      this.#arms.note(name, lives);
      return x;
    }
    const at = latents.findIndex((latent) => latent.name === name);
    const latent = latents[at];
    if (!latent || this.#kinds.get(name) !== NUMBER) throw this.#differing(site, name, prior.support.text);
    this.#arms.again(name);
    const joined = this.#joinedAt(at, prior, prior.support);
    const { transform } = prior.support;
    const u = exprOf(session, joined.node);
    const x = joined.value === latent.value ? exprOf(session, joined.value) : (transform?.forward(u) ?? u);
    addTerm(site, unconstrainedDensity(prior, u, x), { distribution: prior, value: x });
    return x;
  }

  // A latent of the other arm that is under `prior` in this one, or an entry of a vector that is. Where the supports differ, as of normal and
  // exponential, one number u is x = u there and x = exp(u) here.
  #joinedAt(at: number, prior: Distribution | VectorDistribution, mine: Support): Latent {
    const { session, path, latents, quantities } = this.#scope;
    const latent = latents[at]!;
    const other = latent.prior;
    const theirs = "sampled" in other ? other.support.entry! : other.support;
    const put = (changes: Partial<Latent>): Latent => {
      const joined = { ...latent, ...changes };
      latents[at] = joined;
      const reported = quantities.findIndex((quantity) => quantity.name === latent.name);
      quantities[reported] = { ...quantities[reported]!, node: joined.value };
      return joined;
    };
    if (mine.text === theirs.text && !mine.ends && !theirs.ends) return put({ prior: either(other, prior, theirs) });
    const select = (x: Real, y: Real): Real => {
      const condition = new Condition(session, path);
      session.unusedConditions.delete(condition);
      return where(condition, x, y);
    };
    const transform = switching(select, mine.transform, theirs.transform);
    const hull = closedInterval(Math.min(mine.lower, theirs.lower), Math.max(mine.upper, theirs.upper));
    const support = { ...hull, text: `${theirs.text} or ${mine.text}`, transform };
    const value = nodeOf(session, transform.forward(exprOf(session, latent.node)));
    return put({ value, transform, prior: either(other, prior, support) });
  }

  /** `sample` of several numbers. */
  vector(name: string, prior: VectorDistribution): Real[] | Real[][] {
    const { latents } = this.#scope;
    const site = `sample "${name}"`;
    checkDistribution(site, prior);
    const first = latents.length;
    const shown = `${prior.length} of ${prior.support.text}`;
    const lives: Lives = (live) => {
      for (let i = first; i < last; i++) latents[i] = { ...latents[i]!, live };
    };
    // Entries that nothing ties together may lie elsewhere in the other arm, each by itself.
    this.#isNew(site, name, shown, lives, prior.support.entry ? `${prior.length} numbers` : shown);
    const entries = prior.sampled(this.#siteOf(site, name, prior));
    const last = latents.length;
    return rows(entries, prior);
  }

  observe(distribution: Distribution | VectorDistribution, value: Real | Entries, name?: string): void {
    const known = name ?? `y${this.#observations}`;
    this.#observations++;
    if (!isVector(distribution)) this.#core.observe(distribution, value as Real, known);
    else {
      const site = `observe "${known}"`;
      checkDistribution(site, distribution);
      distribution.observed(this.#siteOf(site, known, distribution), flat(site, value as Entries, distribution));
    }
  }

  /** Parameters without spread. */
  param(name: string, start: number | ArrayLike<number>): Real | Real[] {
    const { session, points, input, declare } = this.#scope;
    const site = `param "${name}"`;
    declare(site, name);
    const one = (entry: string, at: number): Real => {
      if (!Number.isFinite(at))
        throw new RangeError(
          `${site}: start is not a finite number; got ${describe(at)}, expected where the fit begins`,
        );
      const node = input(entry, true);
      points.push({ name: entry, node, start: at });
      const value = exprOf(session, node);
      this.#report(entry, value);
      return value;
    };
    if (!Array.isArray(start) && !ArrayBuffer.isView(start)) return one(name, start as number);
    return Array.from(start as ArrayLike<number>, (at, i) => {
      declare(site, `${name}[${i}]`);
      return one(`${name}[${i}]`, at);
    });
  }

  /** Quantities that a posterior reports. */
  track(name: string, value: unknown): void {
    const { declare } = this.#scope;
    const site = `track "${name}"`;
    const add = (entry: string, x: Real): void => {
      if (typeof x !== "number" && !(x instanceof Expr))
        throw new TypeError(`${site}: not a number; got ${describe(x)}, expected a traced number or an array of them`);
      declare(site, entry);
      this.#report(entry, x);
    };
    const list = unpacked<unknown>(value as RealList);
    if (!Array.isArray(list)) {
      add(name, value as Real);
      return;
    }
    declare(site, name);
    list.forEach((row: Real | RealList, i) => {
      const label = `${name}[${i}]`;
      const entries = unpacked(row as RealList);
      if (!Array.isArray(entries)) add(label, row as Real);
      else for (const [j, x] of entries.entries()) add(`${label}[${j}]`, x);
    });
  }

  // Declares a name, perhaps for the second time; says which.
  #isNew(site: string, name: string, text: string, lives: Lives, kind: string = text): boolean {
    if (!this.#arms.isElsewhere(name)) {
      this.#scope.declare(site, name);
      this.#supports.set(name, text);
      this.#kinds.set(name, kind);
      this.#arms.note(name, lives);
      return true;
    }
    if (this.#kinds.get(name) !== kind || kind.includes("…")) throw this.#differing(site, name, text);
    this.#arms.again(name);
    return false;
  }

  #differing(site: string, name: string, text: string): TypeError {
    const [whole] = name.split("["); // of an entry its vector
    return new TypeError(
      `${site}: supports of the two arms differ; got ${this.#supports.get(name)} and ${text}, expected the same one with ends that are numbers, or a latent for each arm, such as "${whole}0" and "${whole}1": branch() gives that of its arm`,
    );
  }

  #discrete(site: string, name: string, prior: Distribution): Real {
    const { session, latents, finite, quantities, input, path: live } = this.#scope;
    const { graph } = session;
    const { algebra: A } = graph;
    const { values, lostMass } = valuesOf(site, prior, () =>
      tracedValues({ graph, latents, finite }, prior, (x) => nodeOf(session, x)),
    );
    const logMasses = values.map((k) => nodeOf(session, prior.logDensity(k)));
    if (this.#isNew(site, name, "finitely many values", both(livesAt(finite), livesAt(quantities)))) {
      const node = input(name, false, () => ({ mean: likeliest(values, logMasses, graph), sd: 0 }));
      finite.push({ name, node, live, values, logMasses, lostMass, prior });
      quantities.push({ name, node, live });
      return discreteValue(session, node, values);
    }
    const at = finite.findIndex((other) => other.name === name);
    const other = finite[at]!;
    // The values of both arms; what one of them does not have is impossible there.
    const all = [...new Set([...values, ...other.values])].sort((p, q) => p - q);
    const massOf = (own: readonly number[], masses: readonly NodeId[], value: number): NodeId =>
      own.includes(value) ? masses[own.indexOf(value)]! : A.constant(Number.NEGATIVE_INFINITY);
    finite[at] = {
      ...other,
      values: all,
      logMasses: all.map((value) =>
        A.where(live, massOf(values, logMasses, value), massOf(other.values, other.logMasses, value)),
      ),
      lostMass: Math.max(lostMass, other.lostMass),
    };
    return discreteValue(session, other.node, all);
  }

  #report(name: string, value: Real): void {
    const { session, quantities, path: live } = this.#scope;
    quantities.push({ name, node: nodeOf(session, value), live });
  }

  #siteOf(site: string, name: string, prior: VectorDistribution): VectorSite {
    const scope = this.#scope;
    const { session, latents, quantities, input, addTerm } = scope;
    const joinedAt = (at: number, own: Support): Latent => this.#joinedAt(at, prior, own);
    return {
      site,
      name,
      sample: (entry, own) => this.scalar(entry, own),
      observe: (distribution, value, entry) => this.#core.observe(distribution, value, entry),
      unconstrained(entry, start) {
        const found = latents.findIndex((latent) => latent.name === entry);
        if (found >= 0) {
          // The entries of two vectors are the same unconstrained numbers; one that was a latent by itself may have had another support.
          const isAlone = !("sampled" in latents[found]!.prior);
          if (isAlone) joinedAt(found, prior.support.entry!);
          return exprOf(session, latents[found]!.node);
        }
        const node = input(entry, false, start);
        latents.push({ name: entry, node, value: node, transform: undefined, live: scope.path, prior, start });
        return exprOf(session, node);
      },
      report: (entry, value) => {
        const { entry: alone, text } = prior.support;
        if (this.#isNew(site, entry, text, livesAt(quantities), alone ? NUMBER : text)) this.#report(entry, value);
      },
      term: (logDensity) => addTerm(site, logDensity, { distribution: prior }),
    };
  }
}

// Sets where the latest latent or quantity of a list is live.
function livesAt<T extends { readonly live: NodeId }>(list: T[]): Lives {
  const at = list.length;
  return (live) => {
    list[at] = { ...list[at]!, live };
  };
}

function both(one: Lives, other: Lives): Lives {
  return (live) => {
    one(live);
    other(live);
  };
}

// The value with the largest mass, where all are numbers, else the first.
function likeliest(values: readonly number[], logMasses: readonly NodeId[], graph: Graph): number {
  const masses = logMasses.map((node) => (graph.isConstant(node) ? graph.value(node) : -Infinity));
  return values[Math.max(0, masses.indexOf(Math.max(...masses)))]!;
}

// The prior of a latent in two arms: what it is called and where it lies, but no masses, as these depend on the arm.
function either(
  one: Distribution | VectorDistribution,
  other: Distribution | VectorDistribution,
  support: Support,
): Distribution {
  const { draw, logDensity } = "sampled" in one ? (other as Distribution) : one;
  const parameters = [...one.parameters, ...other.parameters];
  return { name: `${one.name} or ${other.name}`, parameters, support, draw, logDensity };
}

// x(u) of a latent whose support depends on the arm; ℝ has no transform.
function switching(
  select: (x: Real, y: Real) => Real,
  mine: Transform | undefined,
  theirs: Transform | undefined,
): Transform {
  const by = (of: "forward" | "inverse" | "logJacobian") => (x: Real) => {
    const plain = of === "logJacobian" ? 0 : x;
    return select(mine ? mine[of](x) : plain, theirs ? theirs[of](x) : plain);
  };
  const name = `${theirs?.name ?? "real"} or ${mine?.name ?? "real"}`;
  return {
    name,
    forward: by("forward"),
    inverse: by("inverse"),
    logJacobian: by("logJacobian"),
    start: () => undefined,
  };
}

function isVector(distribution: Distribution | VectorDistribution): distribution is VectorDistribution {
  return typeof distribution === "object" && distribution !== null && "sampled" in distribution;
}

// A latent that is 0 or 1 may stand for a condition.
function discreteValue(session: Session, node: NodeId, values: readonly number[]): Real {
  return values.every((value) => value === 0 || value === 1) ? new Flag(session, node) : exprOf(session, node);
}

// The entries of a matrix as rows.
function rows(entries: readonly Real[], { shape }: VectorDistribution): Real[] | Real[][] {
  if (!shape) return [...entries];
  return Array.from({ length: shape[0] }, (_, i) => entries.slice(i * shape[1], (i + 1) * shape[1]));
}

// Rows of a matrix as entries.
function flat(site: string, value: Entries, { name, shape }: VectorDistribution): readonly Real[] {
  if (!shape) return unpacked(value as RealList);
  const [count, width] = shape;
  const matrix = Array.isArray(value) ? value.map((row: RealList) => unpacked(row)) : [];
  const given = matrix.map((row: unknown) => (Array.isArray(row) ? row.length : -1));
  if (given.length !== count || given.some((length) => length !== width))
    throw new RangeError(
      `${site}: value does not fit ${name}; got ${describe(value)}, expected ${count} rows of ${width}`,
    );
  return matrix.flat();
}

// The values of a discrete prior; of a Poisson latent whose rate is traced those that count for the rates that have a probability.
function valuesOf(
  site: string,
  { name, parameters, finiteValues }: Distribution,
  byPriors: () => FiniteValues | undefined,
): FiniteValues {
  try {
    return finiteValues!();
  } catch (error) {
    const traced = parameters.find(({ value }) => value instanceof Expr);
    if (!(error instanceof TypeError) || !traced) throw error;
    const found = byPriors();
    if (found) return found;
    throw new TypeError(
      `${site}: ${name} has no last value that counts while its ${traced.name} is traced; got a traced ${traced.name}, expected a number, or \`truncated(${name}(…), 0, last)\``,
    );
  }
}
