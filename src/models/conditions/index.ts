/** Small models for each kind of condition, whose ELBO and gradient are known exactly. */
import { AFFINE, NETWORK, PRODUCT } from "./affine.ts";
import { COINCIDENT, LOGIC, NESTED } from "./combined.ts";
import { CURVED } from "./curved.ts";
import { type KnownModel, known, type Table } from "./known.ts";
import { FOLDED, MONOTONE } from "./monotone.ts";
import { QUOTIENT } from "./quotient.ts";
import { ROUNDING } from "./rounding.ts";
import { CONTINUOUS, DECIDED } from "./smooth.ts";
import { UNREACHED } from "./unreached.ts";

type Tables = typeof AFFINE &
  typeof PRODUCT &
  typeof NETWORK &
  typeof MONOTONE &
  typeof FOLDED &
  typeof CURVED &
  typeof COINCIDENT &
  typeof NESTED &
  typeof LOGIC &
  typeof ROUNDING &
  typeof DECIDED &
  typeof CONTINUOUS &
  typeof QUOTIENT &
  typeof UNREACHED;
type Conditions = { readonly [Name in keyof Tables]: KnownModel };

/**
 * A model per condition, each with its answer.
 *
 *     conditions.circle.elbo({ mu: [0, 0], rho: [0.5, 0.5] });
 *     conditions.circle.gradient({ mu: [0, 0], rho: [0.5, 0.5] }); // [∂μ…, ∂ρ…]
 */
export const conditions: Conditions = /* @__PURE__ */ makeConditions();

function makeConditions(): Conditions {
  const all = <Name extends string>(kind: string, table: Table<Name>, jumps = true): { [N in Name]: KnownModel } => {
    const entries = Object.entries<Table[string]>(table);
    return Object.fromEntries(entries.map(([name, row]) => [name, known(kind, jumps, name, row)])) as {
      [N in Name]: KnownModel;
    };
  };
  return {
    ...all("affine", AFFINE),
    ...all("product", PRODUCT),
    ...all("network", NETWORK),
    ...all("monotone", MONOTONE),
    ...all("folded", FOLDED),
    ...all("curved", CURVED),
    ...all("coincident", COINCIDENT),
    ...all("nested", NESTED),
    ...all("logic", LOGIC),
    ...all("rounding", ROUNDING),
    ...all("decided", DECIDED, false),
    ...all("continuous", CONTINUOUS, false),
    ...all("quotient", QUOTIENT),
    ...all("unreached", UNREACHED),
  };
}
