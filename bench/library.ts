/**
 * The one file through which the benches reach into `src`. Where a file of the library moves or a name changes, only this file follows.
 * Functions of numbers whose names models use too end in `Of`: `exp` makes a node of a model, `expOf(1)` is 2.718….
 */

// Posteriors with references, and models of the tests that are timed as well.
export { MODELS as JUMPS } from "../posteriordb-jumps/index.js";
// What users import as well.
export { compileTape, Graph, gradient, type NodeId, type OpName, runLanes, type Tape } from "../src/autodiff/index.ts";
// Tapes, and what runs them.
export { FAST_INTERPRETER } from "../src/autodiff/lanes/interpreter/fast-interpreter.ts";
// WebAssembly, and noise made there.
export { assemble, Code, type FunctionSpec, I32, type ImportSpec, V128 } from "../src/autodiff/lanes/wasm/encoder.ts";
export { CONSTANTS, ELEMENTARY, FUNCTION_INDEX, IMPORTS, SCALAR } from "../src/autodiff/lanes/wasm/functions.ts";
export { normalsFunction } from "../src/autodiff/lanes/wasm/noise/normals.ts";
export { NOISE, NOISE_BYTES, rowFill } from "../src/autodiff/lanes/wasm/noise/row-fill.ts";
export { pushWord, setHead, threefry } from "../src/autodiff/lanes/wasm/noise/threefry.ts";
export { CODE } from "../src/autodiff/ops/codes.ts";
export { runRest, runUniform } from "../src/autodiff/tape/tape.ts";
// Boundaries, and estimators built by hand.
export { analyseBoundaries } from "../src/boundaries/find/boundaries.ts";
export { planCorrection } from "../src/boundaries/plan.ts";
// Data of the models, and plots of reports.
export { escapeMarkup } from "../src/cli/report/escape.ts";
export type { PlotData } from "../src/cli/report/plots.ts";
export { plotSvg } from "../src/cli/report/svg.ts";
export { selectedTerms } from "../src/estimators/draw/budget.ts";
export { drawnChoices } from "../src/estimators/draw/choices.ts";
export { packParameters } from "../src/guides/guide.ts";
export { meanField } from "../src/guides/mean-field.ts";
export * from "../src/index.ts";
export { makeMoments, momentsInto } from "../src/inference/sampler/moments.ts";
export { type SampleTape, setParameters } from "../src/inference/sampler/sample-tape.ts";
export type { SamplerOptions } from "../src/inference/sampler/sampler.ts";
export { jit } from "../src/jit.ts";
// Functions of numbers, and random ones.
export { exp as expOf, log as logOf } from "../src/math/elementary.ts";
export { lgamma as lgammaOf } from "../src/math/gamma.ts";
export { normalCdf as normalCdfOf, normalQuantile } from "../src/math/normal.ts";
export { cos as cosOf, sin as sinOf } from "../src/math/trigonometric.ts";
export { cheating, gmm, influenza, temperature, textmsg, walk, xornet } from "../src/models/index.ts";
export { INFLUENZA_DEATHS } from "../src/models/influenza-deaths.ts";
export { ROOM_TEMPERATURES } from "../src/models/room-temperatures.ts";
export { TEXT_MESSAGE_COUNTS } from "../src/models/text-messages.ts";
export { SAMPLED } from "../src/objective/entropy.ts";
export type { LaneInputs } from "../src/objective/lane-inputs.ts";
export { buildObjective } from "../src/objective/objective.ts";
export { trace } from "../src/program/trace.ts";
export type { RowFill } from "../src/random/contract.ts";
export {
  fillNormals,
  fillSobolNormals,
  type NoiseRequest,
  type NormalFill,
  noiseRequest,
} from "../src/random/index.ts";
export { beyondTable, normalOfWordInto, wholeNormalTable } from "../src/random/normal-table.ts";
export { wasm, wasmKernels } from "../src/wasm.ts";
export { interpret, plainLogJoint, randomPrograms } from "../test/oracle/random-program.ts";
export { dataOf, isThere, jumpReference, referenceMoments } from "../test/posteriordb/database.ts";
export { ROWS as POSTERIORS } from "../test/posteriordb/models.ts";
export { referenceOf } from "../test/posteriordb/row.ts";
export { verdictOn } from "../test/posteriordb/verdict.ts";
export { cp3, deduct, hyst, mixif, stepreg, switch2 } from "../test/support/study-models.ts";

/** The entries of the package as its users import them; what another build of it exports has the same names. */
export interface Package {
  readonly index: typeof import("../src/index.ts");
  readonly models: typeof import("../src/models/index.ts");
  readonly wasm: typeof import("../src/wasm.ts");
  readonly jit: typeof import("../src/jit.ts");
}
