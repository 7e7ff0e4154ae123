/** Standard normals: generators and transforms side by side, in JavaScript and in WebAssembly. */
import { fillNormalsWithHelp } from "../src/random/row-fill.ts";
import { fillSobolNormals } from "../src/random/sobol.ts";
import { composed, type Filler, GENERATOR, inWebAssembly, LANES, library, ROWS, SIZE } from "./noise/fillers.ts";
import { checkAnswers, GENERATORS } from "./noise/generators.ts";
import { TABLE, TRANSFORMS } from "./noise/transforms.ts";
import { columns, type Print } from "./print.ts";
import { type Effort, sideBySide } from "./timing.ts";

const PASSES = 16;

/** Throws unless the first four moments of 2¹⁹ numbers lie within 4.5 standard errors of a normal's. */
export function checkMoments({ name, out, fill }: Filler): void {
  const sums = [0, 0, 0, 0];
  const n = 2 ** 19;
  for (let first = 0; first * ROWS < n; first += LANES) {
    fill(first);
    for (const x of out) for (let k = 0; k < 4; k++) sums[k]! += x ** (k + 1);
  }
  const expected = [0, 1, 0, 3];
  const sd = [1, Math.SQRT2, Math.sqrt(15), Math.sqrt(96)];
  sums.forEach((sum, k) => {
    const error = ((sum / n - expected[k]!) / sd[k]!) * Math.sqrt(n);
    if (!(Math.abs(error) < 4.5))
      throw new Error(`${name}: moment ${k + 1} is ${error} standard errors from that of a normal`);
  });
}

/** Throws unless both give the same bits. */
export function checkSame(one: Filler, other: Filler): void {
  for (let first = 0; first < 64 * LANES; first += LANES) {
    one.fill(first);
    other.fill(first);
    if (one.out.some((x, i) => x !== other.out[i])) throw new Error(`${other.name}: not the numbers of ${one.name}`);
  }
}

export function noise(effort: Effort, print: Print): void {
  for (const generator of GENERATORS) checkAnswers(generator);
  const pairs = [
    library("fillNormals", fillNormalsWithHelp, 1),
    ...[8, 32, 512].map((batch) => library(`fillSobolNormals, batches of ${batch}`, fillSobolNormals, batch)),
  ];
  const assembled = [inWebAssembly(GENERATORS[0]!, 20), inWebAssembly(GENERATORS[1]!, 13)];
  const others = GENERATORS.map((generator) => TRANSFORMS.map((transform) => composed(generator, transform)));
  for (const [one, other] of pairs) checkSame(one, other);
  assembled.forEach((filler, index) => {
    checkSame(composed(GENERATORS[index]!, TABLE), filler);
  });
  const ours = pairs.flat();
  const fillers = [...ours, ...assembled, ...others.flat()];
  for (const filler of fillers) checkMoments(filler);

  const words = new Int32Array(SIZE);
  const candidates = [
    ...fillers.map(({ name, out, fill }) => ({ name, fill, last: () => out[SIZE - 1]! })),
    ...GENERATORS.map(({ name, fill }) => ({
      name,
      fill: (first: number) => fill(words, GENERATOR.key, first, 0, 0, 0, LANES, ROWS / 4),
      last: () => words[SIZE - 1]!,
    })),
  ].map(({ name, fill, last }) => ({
    name,
    run: () => {
      for (let pass = 0; pass < PASSES; pass++) fill(pass * LANES);
      return last();
    },
  }));
  const timings = sideBySide(candidates, effort.repeats, effort.milliseconds);
  const time = new Map(timings.map(({ name, median }) => [name, ((median * 1e6) / (PASSES * SIZE)).toFixed(1)]));
  print(`\nStandard normals over ${LANES} lanes × ${ROWS} dimensions: ns per number`);
  for (const { name } of [...ours, ...assembled]) print(columns([name, time.get(name)!], [44, 8]));
  const widths = [44, 8, ...TRANSFORMS.map(() => 10)];
  print(columns(["JavaScript", "words", ...TRANSFORMS.map(({ name }) => name)], widths));
  GENERATORS.forEach(({ name }, index) => {
    print(columns([name, time.get(name)!, ...others[index]!.map((filler) => time.get(filler.name)!)], widths));
  });
}
