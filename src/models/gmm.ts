/** The model `gmm`: one latent, one if; the smallest model whose density jumps. */
import { gt } from "../autodiff/expr.ts";
import { normal } from "../distributions/real/normal.ts";
import { rhoOfSd } from "../guides/mean-field.ts";
import { defineModel, type Model } from "../program/model.ts";

/** Two normals chosen by the sign of one latent: the example of the poster of Lee, Yu and Yang (2018). */
export const gmm: Model = defineModel(
  "gmm",
  ({ sample, observe, where }) => {
    const z = sample("z", normal(0, 1));
    observe(normal(where(gt(z, 0), 5, -2), 1), 0, "x");
  },
  {
    description: "two normals chosen by the sign of a latent (the poster's example)",
    init: { mu: [0], rho: [rhoOfSd(1)] },
  },
);
