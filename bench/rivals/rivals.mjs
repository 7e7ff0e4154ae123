// The rivals that differentiate a density, ready to run.
import * as adnn from "./adnn.mjs";
import * as jax from "./jax.mjs";
import * as simplegrad from "./simplegrad.mjs";
import * as tfjs from "./tfjs.mjs";

export const RIVALS = [simplegrad, adnn, jax, tfjs];
for (const { setup } of RIVALS) await setup?.();
