/**
 * Dense linear algebra on row-major Float64Array, as far as the estimators need it.
 *
 * Functions whose name ends in Into write to their first argument and allocate nothing. Products and right-hand sides
 * follow IEEE arithmetic; factorisations throw at the first entry that is not finite and name the pivot at which they fail.
 */
export { axpyInto } from "./axpy.ts";
export { choleskyInto, choleskyInverseInto, choleskyLogDeterminant, choleskySolveInto } from "./cholesky.ts";
export { choleskyDowndateInto, choleskyUpdateInto } from "./cholesky-update.ts";
export {
  accumulateCovariance,
  type CovarianceSums,
  covarianceInto,
  type LaneRow,
  makeCovarianceSums,
} from "./covariance.ts";
export { dot } from "./dot.ts";
export { gemmInto, gemmTransposedInto } from "./gemm.ts";
export { gemvInto, gemvTransposedInto } from "./gemv.ts";
export { lanesCovarianceInto, lanesMeanInto } from "./lanes.ts";
export { type LeastSquares, leastSquares } from "./least-squares.ts";
export { applyQTransposedInto, qrInto } from "./qr.ts";
export {
  solveLowerInto,
  solveLowerTransposedInto,
  solveUpperInto,
  solveUpperTransposedInto,
} from "./triangular.ts";
