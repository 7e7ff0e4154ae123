/** How a fit compares with reference moments: right, or wrong and its user told, or wrong in silence. */
import type { Posterior } from "../../src/index.ts";
import type { Moments } from "./database.ts";

/** How far a mean may lie off, in sds of the reference, and by how much an sd may differ. */
const MEAN = 0.1;
const SD = 0.25;

export interface Verdict {
  readonly is: "right" | "told" | "wrong";
  /** The largest |mean − reference| in sds of the reference, and the number whose it is. */
  readonly mean: number;
  readonly meanOf: string;
  /** The sd that differs most from that of the reference, as a ratio to it. */
  readonly sd: number;
  readonly sdOf: string;
  /** The codes of what the user is told, with the status unless that is "converged". */
  readonly told: readonly string[];
}

/** Warnings that contradict no result: of latents that no data reaches the posterior is the prior. */
const HARMLESS: readonly string[] = ["untouched-latent"];

/** Compares the numbers that the reference has. */
export function verdictOn(posterior: Posterior, reference: ReadonlyMap<string, Moments>): Verdict {
  let worst = { mean: 0, meanOf: "", sd: 1, sdOf: "" };
  for (const [name, { mean, sd }] of reference) {
    const off = Math.abs(posterior.mean(name) - mean) / sd;
    const ratio = posterior.sd(name) / sd;
    // A number that is not finite is as far off as can be.
    if (!(off <= worst.mean)) worst = { ...worst, mean: off, meanOf: name };
    if (!(Math.abs(Math.log(ratio)) <= Math.abs(Math.log(worst.sd)))) worst = { ...worst, sd: ratio, sdOf: name };
  }
  const { status, report } = posterior;
  const codes = [...new Set(report?.warnings.map(({ code }) => code as string))];
  const told = [
    ...(status === "converged" ? [] : [String(status)]),
    ...codes.filter((code) => !HARMLESS.includes(code)),
  ];
  const isRight = worst.mean <= MEAN && worst.sd >= 1 - SD && worst.sd <= 1 + SD;
  return { ...worst, told, is: isRight ? "right" : told.length > 0 ? "told" : "wrong" };
}
