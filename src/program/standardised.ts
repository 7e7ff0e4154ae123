/**
 * A latent may be fitted by its standardised noise. In
 *
 *     const tau = sample("tau", halfCauchy(5));
 *     const effect = sample("effect", normal(mu, tau));
 *
 * the effect is as narrow as tau says, which no normal guide over both of them follows: where tau is 0.1 the effect lies within 0.1 of mu, where tau
 * is 10 within 10. Of effect = mu + tau·e the noise e ~ N(0, 1) is independent of both under the priors, and under the posterior as far as the data
 * say little of the effect. So the same density may be written over (mu, tau, e): e is then the number that a guide is over, and `effect` is computed of it.
 *
 * Source: Papaspiliopoulos, Roberts and Sköld, "A general framework for the parametrization of hierarchical models", Statistical Science 2007.
 */
import { add, describe, div, Expr, exprOf, log, mul, nodeOf, type Real, sub } from "../autodiff/expr.ts";
import { type Graph, inputIndex } from "../autodiff/graph/graph.ts";
import { DenseReplacement, substitute } from "../autodiff/graph/substitute.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import { Session } from "../autodiff/session.ts";
import type { Distribution, Parameter } from "../distributions/distribution.ts";
import { cauchy } from "../distributions/real/cauchy.ts";
import { laplace } from "../distributions/real/laplace.ts";
import { logistic } from "../distributions/real/logistic.ts";
import { normal } from "../distributions/real/normal.ts";
import { studentT } from "../distributions/real/student-t.ts";
import type { Start, Transform } from "../transforms/transform.ts";
import type { Latent, Trace } from "./run.ts";

/** Which latents are written by their noise: those that are named, none, or as a fit chooses. */
export type StandardiseOption = "auto" | false | readonly string[];

/** A prior that is a location plus a scale times a noise of its own kind. */
interface LocationScale {
  readonly location: Real;
  readonly scale: Real;
  readonly standard: Distribution;
}

// By the names of distributions, of their parameters in order.
const FAMILIES: Readonly<Record<string, (...parameters: Real[]) => LocationScale>> = {
  normal: (location, scale) => ({ location: location!, scale: scale!, standard: normal(0, 1) }),
  cauchy: (location, scale) => ({ location: location!, scale: scale!, standard: cauchy(0, 1) }),
  laplace: (location, scale) => ({ location: location!, scale: scale!, standard: laplace(0, 1) }),
  logistic: (location, scale) => ({ location: location!, scale: scale!, standard: logistic(0, 1) }),
  studentT: (df, location, scale) => ({ location: location!, scale: scale!, standard: studentT(df!, 0, 1) }),
};

/**
 * The latents that may be standardised: outside of arms, their prior a location-scale family whose scale depends on other latents, while the prior of
 * no latent that was summed out depends on them.
 */
export function standardisable(trace: Trace): string[] {
  const { graph, latents, original = trace } = trace;
  const all = new Set(original.latents.map(({ node }) => node));
  const kept = new Set(latents.map(({ node }) => node));
  const bound = new Set(
    original.latents.filter(({ node }) => !kept.has(node)).flatMap((latent) => parents(graph, latent)),
  );
  return latents
    .filter((latent) => {
      const { node, value, live } = latent;
      const scale = locationScale(latent)?.scale;
      const isFree = graph.isConstant(live) && node === value && !bound.has(node);
      return isFree && scale instanceof Expr && below(graph, scale).some((input) => all.has(input));
    })
    .map(({ name }) => name)
    .filter((name) => original.terms.filter(({ site }) => site === siteOf(name)).length === 1);
}

/**
 * The trace with these latents by their noise; the trace itself without any, and where a fit is to choose. RangeError for latents that have none,
 * TypeError for what is no choice.
 */
export function standardised(trace: Trace, names: StandardiseOption = false): Trace {
  if (names === false || names === "auto" || names.length === 0) return trace;
  if (!Array.isArray(names) || names.some((name) => typeof name !== "string"))
    throw new TypeError(
      `standardise: no choice of latents; got ${describe(names)}, expected "auto", false, or names such as ["effect"]`,
    );
  const able = new Set(standardisable(trace));
  const unable = (names as readonly string[]).find((name) => !able.has(name));
  if (unable !== undefined)
    throw new RangeError(
      `standardise: not a latent that has a noise of its own; got "${unable}" of model "${trace.model.name}", expected some of ${[...able].slice(0, 12).join(", ") || "none"}`,
    );
  const { graph } = trace;
  const session = new Session(graph);
  const chosen = new Set(names);
  const written = new DenseReplacement();
  const at = <N extends NodeId | readonly NodeId[]>(nodes: N): N =>
    (typeof nodes === "number"
      ? substitute(graph, [nodes], written)[0]!
      : substitute(graph, nodes as NodeId[], written)) as N;
  const densities = new Map<string, NodeId>();
  // What a latent depends on is declared before it, so that its location is made of numbers that are replaced already.
  const latents = trace.latents.map((latent): Latent => {
    const { name, node, value, live } = latent;
    if (!chosen.has(name)) return { ...latent, value: at(value), live: at(live) };
    const again = ({ value: parameter }: Parameter): Real => exprOf(session, at(nodeOf(session, parameter)));
    const { location, scale, standard } = locationScale(latent, again)!;
    const noise = graph.input(`noise[${name}]`, true);
    const e = exprOf(session, noise);
    const transform = shifted(location, scale);
    const own = nodeOf(session, transform.forward(e));
    written.set(node, own);
    densities.set(siteOf(name), nodeOf(session, standard.logDensity(e)));
    return { name, node: noise, value: own, transform, live, prior: standard, start: () => STANDARD, drawn: own };
  });
  return {
    ...trace,
    latents,
    finite: trace.finite.map((latent) => ({ ...latent, live: at(latent.live), logMasses: at(latent.logMasses) })),
    quantities: trace.quantities.map((quantity) => ({ ...quantity, node: at(quantity.node), live: at(quantity.live) })),
    terms: trace.terms.map((term) => ({
      ...term,
      node: densities.get(term.site) ?? at(term.node),
      live: at(term.live),
    })),
    checks: trace.checks.map((check) => ({ ...check, ok: at(check.ok), value: at(check.value) })),
    written: trace,
    drawn: undefined, // of latents that are now their noise
  };
}

const STANDARD: Start = { mean: 0, sd: 1 };

// x = location + scale·u, which depends on more than u: it has no moments of its own.
function shifted(location: Real, scale: Real): Transform {
  return {
    name: "location and scale",
    forward: (u) => add(location, mul(scale, u)),
    inverse: (x) => div(sub(x, location), scale),
    logJacobian: () => log(scale),
    start: () => STANDARD,
  };
}

function locationScale(
  { prior, transform }: Latent,
  of: (parameter: Parameter) => Real = ({ value }) => value,
): LocationScale | undefined {
  if (transform || !Object.hasOwn(FAMILIES, prior.name)) return undefined;
  return FAMILIES[prior.name]!(...prior.parameters.map(of));
}

function parents(graph: Graph, { prior }: Latent): NodeId[] {
  return prior.parameters.flatMap(({ value }) => (value instanceof Expr ? below(graph, value) : []));
}

// The inputs that a number is computed from.
function below(graph: Graph, value: Expr): NodeId[] {
  return graph.reachable([nodeOf(value.session, value)]).filter((node) => inputIndex(graph, node) >= 0);
}

function siteOf(name: string): string {
  return `sample "${name}"`;
}

/** The latents of a trace that are there by their noise. */
export function noiseNames({ latents }: Trace): string[] {
  return latents.filter(({ drawn }) => drawn !== undefined).map(({ name }) => name);
}

/** The trace of the whole program, as it is written. */
export function asWritten(trace: Trace): Trace {
  const whole = trace.original ?? trace;
  return whole.written ?? whole;
}
