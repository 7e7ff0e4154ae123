// Writes the *.generated.ts of the op table and of the interpreter: one loop over lanes per op and per
// combination of uniform and per-lane operands, from the text of the primals in the op table; the fast ones are fused ops and,
// with unrolled loops, the short ops. `--check` only compares.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { GENERATED, INTERPRETER, imported, MATH, OP_TABLES_MODULE, ROOT, specifier } from "./library.mjs";

const { BASIC_OPS, ELEMENTARY_OPS, SPECIAL_OPS, FAMILIES, FUSED, REDUCTIONS, RUNS } = await imported(OP_TABLES_MODULE);

const SPECIAL = {
  exp: "elementary",
  log: "elementary",
  log1p: "elementary",
  expm1: "elementary",
  lgamma: "gamma",
  digamma: "gamma",
  trigamma: "gamma",
  erf: "erf",
  sigmoid: "logistic",
  softplus: "logistic",
  logAddExp: "logistic",
  tanh: "logistic",
  sin: "trigonometric",
  cos: "trigonometric",
  tan: "trigonometric",
  pow: "power",
  normalCdf: "normal-cdf",
  normalCdfInto: "normal-cdf",
  logNormalCdf: "normal",
  normalHazard: "normal",
};
/** Functions of n numbers in a row that stand for a loop over the op. */
const INTO = { normalCdf: "normalCdfInto" };
const OPERANDS = [..."abcdefghjuvwx"];

/** Parameter names and expression of an arrow function. */
function parse(primal) {
  const match = /^\(?([\w,\s]*)\)? => ([\s\S]+)$/.exec(primal.toString());
  if (!match) throw new Error(`generate-kernels: expected an arrow function with an expression body; got ${primal}`);
  return { names: match[1].split(",").map((name) => name.trim()), body: match[2] };
}

/** Lanes per turn of an unrolled loop: 8, where a lane reads little. */
const turnsOf = (operands) => (operands.filter(({ lane }) => lane).length <= 3 ? 8 : 4);

const indexed = (array, text) => `${array}[${text.includes(" ") ? `(${text}) | 0` : text}]`;

/**
 * What loops over lanes are made of: `operands` have a name in `body`, a kind and whether they differ between lanes. The
 * pointers are moved on from lane to lane; integer sums are cut to 32 bits, which spares the engine checks for overflow.
 */
function laneCode(operands, body) {
  const at = (j, i) => (operands[j].lane && i > 0 ? `${OPERANDS[j]} + ${i}` : OPERANDS[j]);
  const load = (j, i) => indexed(operands[j].kind === "m" ? "m" : "s", at(j, i));
  const index = (name) => operands.findIndex((operand) => operand.name === name);
  const skip = new Set();
  const distances = new Set();
  // A selection by a mask becomes an indexed load: no branch to mispredict.
  const expression = (i) =>
    body.replace(/\((\w+) \? (\w+) : (\w+)\)|^(\w+) \? (\w+) : (\w+)$/g, (text, ...names) => {
      const [p, x, y] = names.slice(0, 6).filter(Boolean).map(index);
      if (operands[p]?.kind !== "m" || !operands[p].lane) return text;
      for (const j of [p, x, y]) skip.add(j);
      if (operands[x].lane !== operands[y].lane)
        return indexed("s", `${at(y, i)} + ((${at(x, i)} - (${at(y, i)})) & ${load(p, i)})`);
      // The distance stays the same from lane to lane.
      distances.add(`const d${p} = (${OPERANDS[x]} - ${OPERANDS[y]}) | 0;`);
      return indexed("s", `${at(y, i)} + (d${p} & ${load(p, i)})`);
    });
  expression(0);
  const pointers = operands.flatMap(({ lane }, j) => (lane ? [OPERANDS[j]] : []));
  const declared = operands.map(({ lane }, j) => `${lane ? "let" : "const"} ${OPERANDS[j]} = k[t + ${j + 1}];`);
  const once = operands.flatMap(({ lane, name }, j) => (skip.has(j) || lane ? [] : [`const ${name} = ${load(j, 0)};`]));
  return {
    pointers,
    expression,
    before: [...declared, ...once, ...distances].join(" "),
    loads: (i) =>
      operands
        .flatMap(({ lane, name }, j) => (skip.has(j) || !lane ? [] : [`const ${name} = ${load(j, i)};`]))
        .join(" "),
    next: (names, by) => names.map((name) => `${name} = (${name} + ${by}) | 0;`).join(" "),
  };
}

function kernelOf(text) {
  const unused = (name) => (text.includes(`${name}[`) ? name : `_${name}`);
  return `(${unused("s")}, ${unused("m")}, n, k, t) => { ${text} }`;
}

/** One loop, of several lanes per turn if `unrolled`. */
function kernel(operands, result, body, unrolled) {
  const { pointers, expression, before, loads, next } = laneCode(operands, body);
  const out = result === "m" ? "m" : "s";
  const step = (i) => `{ ${loads(i)} ${indexed(out, i > 0 ? `o + ${i}` : "o")} = ${expression(i)}; }`;
  const loop = (lanes, end) =>
    `for (const end = ${end}; o < end; ) { ${Array.from({ length: lanes }, (_, i) => step(i)).join(" ")} ${next(["o", ...pointers], lanes)} }`;
  const turns = unrolled ? turnsOf(operands) : 1;
  const single = `while (o < last) { ${step(0)} ${next(["o", ...pointers], 1)} }`;
  const loops = turns > 1 ? `${loop(turns, `(last - ${turns - 1}) | 0`)} ${single}` : single;
  return kernelOf(`let o = k[t]; const last = (o + n) | 0; ${before} ${loops}`);
}

/** Every combination of uniform and per-lane operands; none for uniform operands alone, which run as one lane. */
function variants({ kinds, primal, lanes = 0 }, unrolled) {
  const [operands, result] = kinds.split(">");
  const { names, body } = parse(primal);
  return Array.from({ length: (1 << operands.length) - 1 }, (_, index) => {
    const variant = index + 1;
    if ((variant & lanes) !== lanes) return "undefined";
    const typed = [...operands].map((kind, j) => ({ kind, name: names[j], lane: ((variant >> j) & 1) === 1 }));
    return kernel(typed, result, body, unrolled);
  });
}

/** Operands and expression of a sum of `count` more terms. */
function runOf({ kinds, term, lanes }, count) {
  const { names, body } = parse(term);
  const operands = [{ kind: "r", name: "r", lane: false }];
  const terms = [];
  for (let t = 0; t < count; t++) {
    [...kinds].forEach((kind, j) => {
      operands.push({ kind, name: `${names[j]}${t}`, lane: ((lanes >> j) & 1) === 1 });
    });
    terms.push(body.replace(/\b[pxyz]\b/g, (name) => `${name}${t}`));
  }
  const expression = terms.reduce(
    (sum, text) => `${sum} + ${text.includes("?") ? `(${text.replace(/^\(|\)$/g, "")})` : text}`,
    "r",
  );
  return { operands, body: expression };
}

/** A sum of `count` more terms: variants for a uniform and a per-lane sum so far. */
function runs(family, count) {
  const { operands, body } = runOf(family, count);
  const [sum, ...terms] = operands;
  return [false, true].map((lane) => kernel([{ ...sum, lane }, ...terms], "r", body, true));
}

/** Operands and terms of `count` sums over the lanes. */
function summandsOf({ kinds, term, lanes }, count) {
  const { names, body } = parse(term);
  const sums = Array.from({ length: count }, (_, t) => t);
  const operands = sums.flatMap((t) =>
    [...kinds].map((kind, j) => ({ kind, name: `${names[j]}${t}`, lane: ((lanes >> j) & 1) === 1 })),
  );
  const terms = sums.map((t) => `(${body.replace(/^\(|\)$/g, "").replace(/\b[pxyz]\b/g, (name) => `${name}${t}`)})`);
  return { operands, terms };
}

/** `count` sums over the lanes, each in two parts. */
function reduction(row, count) {
  const sums = Array.from({ length: count }, (_, t) => t);
  const { operands, terms: bodies } = summandsOf(row, count);
  // One expression for all, so that the code of each is found by splitting it.
  const { pointers, expression, before, loads, next } = laneCode(operands, bodies.join("; "));
  const step = (i) => {
    const terms = expression(i).split("; ");
    return `{ ${loads(i)} ${sums.map((t) => `${i % 2 === 0 ? "even" : "odd"}${t} += ${terms[t]};`).join(" ")} }`;
  };
  const loop = (turns) =>
    `for (const end = (last - ${turns - 1}) | 0; ${pointers[0]} < end; ) { ${Array.from({ length: turns }, (_, i) => step(i)).join(" ")} ${next(pointers, turns)} }`;
  const start = sums.map((t) => `let even${t} = s[o + ${2 * t}]; let odd${t} = s[o + ${2 * t + 1}];`).join(" ");
  const store = sums.map((t) => `s[o + ${2 * t}] = even${t}; s[o + ${2 * t + 1}] = odd${t};`).join(" ");
  const loops = `${count < 4 ? loop(4) : ""} ${loop(2)} if (${pointers[0]} < last) ${step(0)}`;
  return kernelOf(`const o = k[t]; ${before} const last = (${pointers[0]} + n) | 0; ${start} ${loops} ${store}`);
}

/** Names and kernels of rows of the op table. */
const kernelsOf = (ops, unrolled) =>
  Object.entries(ops).map(([name, { kinds, domain, primal }]) => [
    name,
    INTO[name]
      ? [`(s, _m, n, k, t) => ${INTO[name]}(s, k[t], k[t + 1], n)`]
      : variants({ kinds: kinds ?? `${"r".repeat(domain.length)}>r`, primal }, unrolled),
  ]);

/** The rows whose arithmetic is short beside the loop around it. */
const short = (ops) => Object.fromEntries(Object.entries(ops).filter(([, { primal }]) => !/\w\(|\*\*/.test(primal)));

/** Names, operands and statements of instructions that run for one lane. */
function scalars() {
  const single = [
    ...Object.entries({ ...BASIC_OPS, ...ELEMENTARY_OPS }).map(([name, row]) => ({ name, ...row })),
    ...FUSED,
  ].map(({ name, primal, domain, kinds = `${"r".repeat(domain.length)}>r` }) => {
    const [operands, result] = kinds.split(">");
    const { names, body } = parse(primal);
    const array = result === "m" ? "m" : "s";
    const typed = [...operands].map((kind, j) => ({ kind, name: names[j] }));
    return { name, operands: typed, statements: `${array}[k[t]] = ${body};` };
  });
  const runsOfTerms = FAMILIES.flatMap((family) =>
    RUNS.map((count) => {
      const { operands, body } = runOf(family, count);
      return { name: `${family.name}${count}`, operands, statements: `s[k[t]] = ${body};` };
    }),
  );
  const sums = REDUCTIONS.flatMap((row) =>
    RUNS.map((count) => {
      const { operands, terms } = summandsOf(row, count);
      // The sum over even lanes, of which the one lane is the first.
      const statements = terms.map((term, i) => `s[k[t] + ${2 * i}] += ${term};`).join(" ");
      return { name: `${row.name}${count}`, operands, statements };
    }),
  );
  // A function so large inlines no calls: their numbers would be boxed. Kernels do them better.
  const calls = new RegExp(`\\b(${Object.keys(SPECIAL).join("|")})\\(`);
  return [...single, ...runsOfTerms, ...sums].filter(({ statements }) => !calls.test(statements));
}

/** The text of the module that runs instructions for one lane: a switch instead of a call for each. */
function scalarModule() {
  const rows = scalars();
  const array = (kind) => (kind === "m" ? "m" : "s");
  const cases = rows.map(({ operands, statements }, index) => {
    const loads = operands.map(({ kind, name }, j) => `const ${name} = ${array(kind)}[k[t + ${j + 1}]];`).join(" ");
    return `      case ${index + 1}: { ${loads} ${statements} break; }`;
  });
  return `// Generated by scripts/generate-kernels.mjs from the op table; do not edit.
import type { Code } from "${specifier(GENERATED.scalars, INTERPRETER)}";
${importsFor(GENERATED.scalars, cases.join("\n"))}

/** The instructions that \`runScalars\` knows, by name. */
export const SCALAR_CODES: { readonly [name: string]: number } = { ${rows.map(({ name }, index) => `${name}: ${index + 1}`).join(", ")} };

/** Runs every instruction once; those whose code is 0 by their kernels, for as many lanes as \`counts\` says. Allocates nothing. */
export function runScalars(codes: Uint8Array, counts: Int32Array, { kernels, offsets: k, starts }: Code, s: Float64Array, m: Int32Array): void {
  for (let index = 0; index < codes.length; index++) {
    const t = starts[index];
    switch (codes[index]) {
${cases.join("\n")}
      default: kernels[index](s, m, counts[index], k, t);
    }
  }
}
`;
}

/** What the text of a file calls of the special functions, as imports. */
function importsFor(path, text) {
  const used = Object.keys(SPECIAL).filter((name) => new RegExp(`\\b${name}\\(`).test(text));
  const files = [...new Set(used.map((name) => SPECIAL[name]))].sort();
  const functionsOf = (file) => used.filter((name) => SPECIAL[name] === file).sort();
  return files
    .map((file) => `import { ${functionsOf(file).join(", ")} } from "${specifier(path, `${MATH}/${file}.ts`)}";`)
    .join("\n");
}

/** The text of a file with kernels: what it declares before its table, or else where it takes their type from, and the table's name. */
function moduleOf(path, rows, table, declarations) {
  const body = rows
    .map(([name, kernels]) => `  ${name}: [\n${kernels.map((line) => `    ${line},`).join("\n")}\n  ],`)
    .join("\n");
  const imports = declarations ? "" : `import type { Kernels } from "${specifier(path, GENERATED.kernels)}";\n`;
  const text = `// Generated by scripts/generate-kernels.mjs from the op table; do not edit.
${imports}${importsFor(path, body)}

${declarations ?? ""}export const ${table}: Kernels = {
${body}
};
`;
  return text.replace(/ {2,}(?=\S)(?<!^ +)/gm, " ");
}

const declarations = `/** One op over n lanes: real slots \`s\`, mask slots \`m\`; code \`k\` holds from \`t\` on the offsets of result and operands. */
export type Kernel = (s: Float64Array, m: Int32Array, n: number, k: Int32Array, t: number) => void;

/**
 * Kernels of each op. Variant v − 1 has bit j of v set for every operand j that differs between lanes; a running sum has
 * two variants, for a uniform and for a per-lane first operand.
 */
export type Kernels = { readonly [name: string]: readonly (Kernel | undefined)[] };

`;
const fast = [
  ...kernelsOf(short({ ...BASIC_OPS, ...ELEMENTARY_OPS }), true),
  ...FUSED.map((row) => [row.name, variants(row, true)]),
  ...FAMILIES.flatMap((family) =>
    RUNS.filter((count) => count > 1 || family.name !== "dot").map((count) => [
      `${family.name}${count}`,
      runs(family, count),
    ]),
  ),
  ...REDUCTIONS.flatMap((row) => RUNS.map((count) => [`${row.name}${count}`, [reduction(row, count)]])),
];
const { kernels, fastKernels, scalars: scalarKernels, elementaryKernels, specialKernels } = GENERATED;
const modules = {
  [kernels]: moduleOf(kernels, kernelsOf(BASIC_OPS), "KERNELS", declarations),
  [fastKernels]: moduleOf(fastKernels, fast, "FAST_KERNELS"),
  [scalarKernels]: scalarModule(),
  [elementaryKernels]: moduleOf(elementaryKernels, kernelsOf(ELEMENTARY_OPS), "ELEMENTARY_KERNELS"),
  [specialKernels]: moduleOf(specialKernels, kernelsOf(SPECIAL_OPS), "SPECIAL_KERNELS"),
};

for (const [path, text] of Object.entries(modules)) {
  const target = join(ROOT, path);
  if (!process.argv.includes("--check")) await writeFile(target, text);
  else if ((await readFile(target, "utf8")) !== text) {
    console.error(`${path} is stale: run node scripts/generate-kernels.mjs`);
    process.exitCode = 1;
  }
}
