/**
 * What `npm run bench:posteriordb` prints: default `fit` of the models of posteriordb against its reference posteriors, and of those of posteriordb-jumps. A fit is right if every mean lies
 * within 0.1 sd of the reference's and every sd within 25 %; where it is not, its user should have been told.
 */
import {
  dataOf,
  defineModel,
  fit,
  isThere,
  JUMPS,
  jumpReference,
  type Model,
  POSTERIORS,
  type Posterior,
  referenceMoments,
  referenceOf,
  verdictOn,
} from "./library.ts";
import type { Length } from "./main.ts";
import { columns, type Print } from "./tools/print.ts";

const WIDTHS = [44, 7, 9, 16, 9, 16, 10, 9, 8];

/** Runs all of it. */
export async function bench(_length: Length, print: Print): Promise<void> {
  const only = process.env.ONLY_POSTERIOR ?? "";
  const jumps = JUMPS.map((model): Case => ({ name: model.name, model: () => model, reference: jumpReference }));
  const others = (isThere ? POSTERIORS : []).map(
    (row): Case => ({
      name: referenceOf(row),
      model: () => defineModel(row.name, row.program(dataOf(row.file))),
      reference: referenceMoments,
    }),
  );
  for (const [title, cases] of [
    ["posteriordb-jumps", jumps],
    ["posteriordb", others],
  ] as const)
    table(
      title,
      cases.filter(({ name }) => name.includes(only)),
      print,
    );
}

interface Case {
  readonly name: string;
  readonly model: () => Model;
  readonly reference: (name: string) => Parameters<typeof verdictOn>[1];
}

function table(title: string, cases: readonly Case[], print: Print): void {
  const counts = { right: 0, told: 0, wrong: 0, refused: 0 };
  print(columns([title, "is", "mean off", "of", "sd ratio", "of", "guide", "samples", "seconds", "told"], WIDTHS));
  for (const { name, model, reference } of cases) {
    const before = performance.now();
    const posterior = fitted(model());
    if (!posterior) {
      counts.refused++;
      print(columns([name, "refused"], WIDTHS.slice(0, 2)));
      continue;
    }
    const seconds = (performance.now() - before) / 1000;
    const { is, mean, meanOf, sd, sdOf, told } = verdictOn(posterior, reference(name));
    counts[is]++;
    const { guide, samples } = posterior.report!;
    const numbers = [mean.toFixed(3), meanOf, sd.toFixed(3), sdOf, guide, `${samples}`, seconds.toFixed(1)];
    print(columns([name, is, ...numbers, told.join(" ")], WIDTHS));
  }
  print(`right ${counts.right}, told ${counts.told}, wrong ${counts.wrong}, refused ${counts.refused}\n`);
}

// Undefined where the model is refused, as one whose conditions cannot be told apart.
function fitted(model: Model): Posterior | undefined {
  try {
    return fit(model, { seed: 1, onWarning() {} });
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) return undefined;
    throw error;
  }
}
