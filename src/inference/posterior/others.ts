/** What a sampler knows about numbers of its posterior that are more than one latent by itself. */
import type { GradientSampler } from "../sampler/sampler.ts";
import type { Gaussian } from "./gaussian.ts";
import type { OtherNumbers } from "./marginal.ts";

/** Makes what computes them, if the profile can. */
export function othersOf({
  profile: { engine, otherNumbers },
  objective: { trace },
  collapsed,
}: GradientSampler): ((components: readonly Gaussian[]) => OtherNumbers) | undefined {
  return (
    otherNumbers &&
    ((components) => otherNumbers({ trace, engine, components, drawing: collapsed?.completion(engine) }))
  );
}
