/** The two profiles: everything, for `nondiff`, and few bytes, for `nondiff/core`. */
import { FAST_ENGINE, PLAIN_ENGINE } from "./autodiff/lanes/interpreter/engines.ts";
import { corrected } from "./estimators/corrected.ts";
import { plainCorrected } from "./estimators/plain-corrected.ts";
import { averaging } from "./inference/averaging.ts";
import { diagnosis } from "./inference/diagnosis.ts";
import type { Profile } from "./inference/profile.ts";

export const FULL: Profile = { engine: FAST_ENGINE, averaging, diagnosis, estimator: corrected };

export const CORE: Profile = { engine: PLAIN_ENGINE, estimator: plainCorrected };
