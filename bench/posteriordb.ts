/**
 * What `npm run bench:posteriordb` prints: default `fit` of the models of posteriordb against its reference posteriors. A fit is right if every mean lies
 * within 0.1 sd of the reference's and every sd within 25 %; where it is not, its user should have been told.
 */
import { dataOf, defineModel, fit, isThere, POSTERIORS, referenceMoments, referenceOf, verdictOn } from "./library.ts";
import type { Length } from "./main.ts";
import { columns, type Print } from "./tools/print.ts";

const WIDTHS = [44, 7, 9, 16, 9, 16, 10, 9, 8];

/** Runs all of it. */
export async function bench(_length: Length, print: Print): Promise<void> {
  if (!isThere) return;
  const counts = { right: 0, told: 0, wrong: 0 };
  const only = process.env.ONLY_POSTERIOR;
  print(
    columns(["posterior", "is", "mean off", "of", "sd ratio", "of", "guide", "samples", "seconds", "told"], WIDTHS),
  );
  for (const row of POSTERIORS) {
    if (only && !referenceOf(row).includes(only)) continue;
    const model = defineModel(row.name, row.program(dataOf(row.file)));
    const before = performance.now();
    const posterior = fit(model, { seed: 1, onWarning() {} });
    const seconds = (performance.now() - before) / 1000;
    const verdict = verdictOn(posterior, referenceMoments(referenceOf(row)));
    counts[verdict.is]++;
    const { guide, samples } = posterior.report!;
    const { is, mean, meanOf, sd, sdOf, told } = verdict;
    print(
      columns(
        [
          referenceOf(row),
          is,
          mean.toFixed(3),
          meanOf,
          sd.toFixed(3),
          sdOf,
          guide,
          `${samples}`,
          seconds.toFixed(1),
          told.join(" "),
        ],
        WIDTHS,
      ),
    );
  }
  print(`right ${counts.right}, told ${counts.told}, wrong ${counts.wrong}`);
}
