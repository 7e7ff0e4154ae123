/** The models of `npm run bench:collapse`, from source text that another build of the library takes as well: `run.mjs` bundles it once for each. */
import { cp3, hyst, switch2 } from "../../test/support/study-models.ts";
import { changePointDays, coalMining, coalMiningByLogs } from "../growth/change-points.ts";
import { type Model, temperature, textmsg } from "../library.ts";

export { corrected, makeGenerator, makeSampler, meanGradientInto } from "../library.ts";

/** Each model with the most that a sample may take, as a multiple of what it takes without. */
export const CASES: readonly (readonly [model: () => Model, most: number])[] = [
  [() => textmsg, 12],
  [coalMining, 12],
  [coalMiningByLogs, 12],
  [hyst, 12],
  [() => temperature, 12],
  [cp3, 60],
  [switch2, 12],
  [() => changePointDays(1000), 3],
  [() => changePointDays(10_000), 3],
];
