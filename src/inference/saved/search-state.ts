/**
 * Going on with a fit that chooses its steps: `fit(model, { resume: posterior.state })`. What such a fit does follows from its gradients, and each of
 * these from the points and parameters that it is taken at. So its state is the gradients that it has taken: the fit begins anew, finds those that are known
 * and computes the others, and ends as one long run would, bit for bit. A fit of 400 gradients of 20 parameters has a state of 8400 numbers.
 */
import { corrected } from "../../estimators/corrected.ts";
import type { Subtree } from "../../math/balanced-tree.ts";
import type { InTime } from "../../pieces/in-time.ts";
import type { Pieces } from "../../pieces/pieces.ts";
import type { Model } from "../../program/model.ts";
import type { FitOptions } from "../fit/options.ts";
import type { Profile } from "../profile.ts";
import { CHUNK, type MeanGradient } from "../sampler/averaging.ts";
import type { Draw } from "../sampler/draw.ts";
import { type GradientSampler, making } from "../sampler/sampler.ts";
import { opened, requireSameModel, type Saved, sealed } from "./envelope.ts";
import { programOf, requireShape, type SavedSetting, savedGuide, settingOf } from "./saved-posterior.ts";

const CALLER = "fit: resume";
const KIND = "search";

/** The options that the course of a search depends on beside its model, as far as they may be given again. */
type SearchOptions = Pick<FitOptions, "tolerance" | "restarts" | "flips" | "init">;

interface StateContent {
  readonly setting: SavedSetting;
  readonly estimator: string;
  readonly seed: number;
  readonly samples: number;
  readonly options: SearchOptions;
  /** Whether the fit has chosen the guide and which latents it has by their noise, so that going on means to choose again. */
  readonly isChosen?: boolean;
  /** A key for each gradient, of its points and parameters. */
  readonly keys: readonly string[];
  /** An ELBO and a gradient for each key. */
  readonly gradients: Float64Array;
}

/** An ELBO and a gradient for each key. */
export type KnownGradients = Map<string, Float64Array>;

/** The profile and options of a fit that can be gone on with: of one that chooses its steps; of others as they are. */
export function remembering(
  profile: Profile,
  model: Model,
  given: FitOptions,
  known: KnownGradients = new Map(),
): [Profile, FitOptions] {
  if (Object(given).workers !== undefined)
    throw new TypeError("fit: nobody waits for workers here; got workers, expected `fit` of nondiff/shards");
  if (Object(given) !== given || given.optimizer !== undefined || given.steps !== undefined) return [profile, given];
  const before = given.resume === undefined ? undefined : resumedSearch(model, given);
  if (given.resume !== undefined && !before) return [profile, given];
  const options = before?.options ?? given;
  const own: Profile = {
    ...profile,
    *sampler(estimator, asked, inTime): Pieces<GradientSampler> {
      const made = yield* (profile.sampler?.(estimator, asked, inTime) as Pieces<GradientSampler> | undefined) ??
        making(collapsingInTime(profile, inTime), model, estimator, asked);
      before?.check(made);
      return remembered({ ...made, profile: own }, options, before?.content, known);
    },
  };
  return [own, options];
}

// The profile under which latents are summed out as long as there is time.
function collapsingInTime(profile: Profile, inTime: InTime | undefined): Profile {
  const { collapse } = profile;
  if (!collapse) return profile;
  return { ...profile, collapse: (caller, option, standardise) => collapse(caller, option, standardise, inTime) };
}

// The sampler with gradients that are computed once.
function remembered(
  sampler: GradientSampler,
  options: FitOptions,
  before: StateContent | undefined,
  known: KnownGradients,
): GradientSampler {
  const { estimator = corrected(), seed = 0, samples = 32, tolerance, restarts, flips, init } = options;
  const { means, nodes, size } = sampler;
  if (!means || nodes.adaptive || nodes.scheduled) return sampler;
  before?.keys.forEach((key, k) => {
    known.set(key, before.gradients.subarray(k * (size + 1), (k + 1) * (size + 1)));
  });
  const into =
    ({ into: compute, chunkSums, finishInto }: MeanGradient): MeanGradient["into"] =>
    (out, elbos, at, theta, draw) => {
      const key = keyOf(theta, draw);
      const found = known.get(key);
      if (found) {
        elbos[at] = found[0]!;
        for (let p = 0; p < size; p++) out[p] = found[1 + p]!;
        return;
      }
      // In chunks as others would compute it.
      if (draw.samples <= CHUNK) compute(out, elbos, at, theta, draw);
      else finishInto(out, elbos, at, theta, draw, chunkSums(theta, draw, 0, Math.ceil(draw.samples / CHUNK)));
      keep(key, elbos[at]!, out);
    };
  const keep = (key: string, elbo: number, gradient: Float64Array): void => {
    const kept = new Float64Array(size + 1);
    kept[0] = elbo;
    for (let p = 0; p < size; p++) kept[1 + p] = gradient[p]!;
    known.set(key, kept);
  };
  function* inChunks(theta: Float64Array, draw: Draw, chunks: number): Pieces<void> {
    const count = Math.ceil(draw.samples / CHUNK);
    const key = keyOf(theta, draw);
    if (count <= chunks || known.has(key)) return;
    const sums: Subtree<Float64Array>[] = [];
    for (let first = 0; first < count; first += chunks) {
      if (first > 0) yield;
      // Asked for each time: in between others may have had the tape.
      sums.push(...means!().chunkSums(theta, draw, first, Math.min(count, first + chunks)));
    }
    const [gradient, elbo] = [new Float64Array(size), new Float64Array(1)];
    means!().finishInto(gradient, elbo, 0, theta, draw, sums);
    keep(key, elbo[0]!, gradient);
  }
  let compiled: MeanGradient | undefined;
  const remember = (made: MeanGradient): MeanGradient => {
    compiled ??= { ...made, into: into(made) };
    return compiled;
  };
  const state = (): Saved => {
    // Of as many parameters: what was tried with others is computed again.
    const own = [...known].filter(([, numbers]) => numbers.length === size + 1);
    const gradients = new Float64Array(own.length * (size + 1));
    own.forEach(([, numbers], k) => {
      gradients.set(numbers, k * (size + 1));
    });
    const content: StateContent = {
      setting: settingOf(sampler),
      estimator: estimator.name,
      seed,
      samples,
      options: { tolerance, restarts, flips, init },
      isChosen: isChosen(options),
      keys: own.map(([key]) => key),
      gradients,
    };
    return sealed(KIND, programOf(sampler), content);
  };
  return {
    ...sampler,
    memory: { state, inChunks },
    // Asked for at each gradient, as other data may be in its tape by then.
    means: Object.assign(() => remember(means()), {
      *pieces(): Pieces<MeanGradient> {
        return remember(yield* means.pieces());
      },
    }),
  };
}

/** 64 bits of the parameters, and the points. */
export function keyOf(
  theta: Float64Array,
  { stream, firstSample, samples, group = samples }: Omit<Draw, "generator">,
): string {
  const words = new Uint32Array(theta.buffer, theta.byteOffset, 2 * theta.length);
  let [one, two] = [0x811c9dc5, 0x9e3779b9];
  for (const word of words) {
    one = Math.imul(one ^ word, 0x01000193);
    one ^= one >>> 15;
    two = Math.imul(two ^ word, 0x85ebca6b);
    two ^= two >>> 13;
  }
  return [stream, firstSample, samples, group, one >>> 0, two >>> 0].map((part) => part.toString(36)).join(" ");
}

const isChosen = ({ guide = "auto", standardise = "auto" }: FitOptions): boolean =>
  guide === "auto" && standardise === "auto";

// The options of a fit that goes on with a search, and what it knows; undefined where the state is none of a search.
function resumedSearch(
  model: Model,
  options: FitOptions,
): { options: FitOptions; content: StateContent; check: (sampler: GradientSampler) => void } | undefined {
  const { resume, ...given } = options;
  if (kindOf(resume) !== KIND) return undefined;
  const { saved, content: opaque } = opened(CALLER, KIND, model.name, resume);
  const content = opaque as StateContent;
  const { setting, seed, samples, estimator } = content;
  requireSame("estimator", (given.estimator ?? corrected()).name, estimator);
  requireSame("samples", given.samples ?? samples, samples);
  requireSame("seed", given.seed ?? seed, seed);
  if (given.init !== undefined)
    throw new RangeError(`${CALLER}: a state has its own start; got \`init\` beside it, expected none`);
  const stated = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as FitOptions;
  const { guide = "auto" } = given;
  const again = { ...content.options, ...stated, seed, samples, collapse: setting.collapse };
  const check = (sampler: GradientSampler): void => requireSameModel(CALLER, saved, programOf(sampler));
  if (content.isChosen && isChosen(given)) return { options: again, content, check };
  return {
    options: {
      ...again,
      guide: savedGuide(CALLER, setting, guide === "auto" ? undefined : guide),
      standardise: setting.standardise ?? false,
    },
    content,
    check(sampler) {
      check(sampler);
      requireShape(CALLER, sampler.objective.guide.space, setting);
    },
  };
}

function kindOf(resume: FitOptions["resume"]): unknown {
  if (typeof resume !== "string") return resume?.nondiff;
  return /"nondiff"\s*:\s*"(\w+)"/.exec(resume.slice(0, 200))?.[1];
}

function requireSame(option: string, got: unknown, expected: unknown): void {
  if (got !== expected)
    throw new RangeError(`${CALLER}: ${option} is another one; got ${String(got)}, expected ${String(expected)}`);
}
