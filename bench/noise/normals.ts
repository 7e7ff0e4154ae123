/** Standard normals: generators and transforms side by side, in JavaScript and in WebAssembly. */
import { fillNormals, fillSobolNormals } from "../library.ts";
import { columns, type Print } from "../tools/print.ts";
import { type Effort, sideBySide } from "../tools/timing.ts";
import { composed, type Filler, GENERATOR, LANES, library, type Numbers, ROWS, SIZE } from "./fillers.ts";
import { checkAnswers, GENERATORS, type Generator, type WordFill } from "./generators.ts";
import { TRANSFORMS, type Transform } from "./transforms.ts";
import { inWebAssembly, memoryOfLibrary, wordsInWebAssembly } from "./wasm-fillers.ts";

const PASSES = 16;

/** Throws unless the first four moments of so many numbers lie within 4.5 standard errors of a normal's. */
export function checkMoments({ name, out, fill }: Filler<Numbers>, n = 2 ** 19): void {
  const sums = [0, 0, 0, 0];
  for (let first = 0; first * ROWS < n; first += LANES) {
    fill(first);
    for (const x of out) for (let k = 0, power = x; k < 4; k++, power *= x) sums[k]! += power;
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
export function checkSame(one: Filler<Numbers>, other: Filler<Numbers>): void {
  for (let first = 0; first < 64 * LANES; first += LANES) {
    one.fill(first);
    other.fill(first);
    for (let i = 0; i < SIZE; i++)
      if (one.out[i] !== other.out[i]) throw new Error(`${other.name}: not the numbers of ${one.name}`);
  }
}

/** The words of a generator alone, then its numbers by each transform. */
interface Row {
  readonly name: string;
  readonly fillers: readonly [Filler<Int32Array>, ...Filler[]];
}

function rowsOf(
  wordsOf: (generator: Generator) => WordFill,
  fillerOf: (generator: Generator, transform: Transform) => Filler,
): Row[] {
  return GENERATORS.map((generator) => {
    const { name } = generator;
    const fill = wordsOf(generator);
    checkAnswers({ ...generator, fill });
    const out = new Int32Array(SIZE);
    const words = {
      name: `${name}, words`,
      out,
      fill: (first: number) => fill(out, GENERATOR.key, first, 0, 0, 0, LANES, ROWS / 4),
    };
    return { name, fillers: [words, ...TRANSFORMS.map((transform) => fillerOf(generator, transform))] };
  });
}

export function noise(effort: Effort & { readonly moments: number }, print: Print): void {
  const memory = memoryOfLibrary();
  const ours = [
    library("fillNormals", fillNormals, 1, memory),
    ...[8, 32, 512].map((batch) => library(`fillSobolNormals, batches of ${batch}`, fillSobolNormals, batch, memory)),
  ];
  const tables = [
    { place: "JavaScript", rows: rowsOf(({ fill }) => fill, composed) },
    { place: "WebAssembly", rows: rowsOf(wordsInWebAssembly, inWebAssembly) },
  ];
  const [inJavaScript, inWasm] = tables.map(({ rows }) => rows.flatMap(({ fillers }) => fillers));
  for (const [one, other] of ours) checkSame(one, other);
  inJavaScript!.forEach((filler, index) => {
    checkSame(filler, inWasm![index]!);
  });
  const fillers: Filler<Numbers>[] = [...ours.flat(), ...inJavaScript!, ...inWasm!];
  for (const filler of fillers) if (filler.out instanceof Float64Array) checkMoments(filler, effort.moments);

  const timings = sideBySide(
    fillers.map(({ name, out, fill }) => ({
      name,
      run: () => {
        for (let pass = 0; pass < PASSES; pass++) fill(pass * LANES);
        return out[SIZE - 1]!;
      },
    })),
    effort.repeats,
    effort.milliseconds,
  );
  const time = (filler: Filler<Numbers>): string =>
    ((timings[fillers.indexOf(filler)]!.median * 1e6) / (PASSES * SIZE)).toFixed(1);
  print(`\nStandard normals over ${LANES} lanes × ${ROWS} dimensions: ns per number`);
  for (const filler of ours.flat()) print(columns([filler.name, time(filler)], [44, 8]));
  const widths = [44, 8, ...TRANSFORMS.map(() => 10)];
  for (const { place, rows } of tables) {
    print(columns([place, "words", ...TRANSFORMS.map(({ name }) => name)], widths));
    for (const row of rows) print(columns([row.name, ...row.fillers.map(time)], widths));
  }
}
