// Writes the *.generated.ts of the op table and of the interpreter: a loop over lanes for each basic op, and for each other instruction and
// each choice of operands that are lanes, from the text of the instruction's formula. The fast kernels are those of fused ops and of sums and, with unrolled
// loops, of the short ops. `--check` only compares.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { GENERATED, INSTRUCTIONS_MODULE, INTERPRETER, imported, MATH, ROOT, specifier } from "./library.mjs";

const { BASIC_OPS, ELEMENTARY_OPS, SPECIAL_OPS, INSTRUCTIONS, permits, variantsOf, EVEN_PART, ODD_PART, SUM_PARTS } =
  await imported(INSTRUCTIONS_MODULE);

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
  peak: "logistic",
  tanh: "logistic",
  sin: "trigonometric",
  cos: "trigonometric",
  tan: "trigonometric",
  atan: "trigonometric",
  pow: "power",
  normalCdf: "normal-cdf",
  normalCdfInto: "normal-cdf",
  logNormalCdf: "normal",
  normalHazard: "normal",
  normalQuantileOfSurprisal: "normal",
};
/** Functions of n numbers in a row that stand for a loop over the op. */
const INTO = { normalCdf: "normalCdfInto" };
const OPERANDS = [..."abcdefghjuvwx"];

/** Parameter names and expression of an arrow function. */
function parse(formula) {
  const match = /^\(?([\w,\s]*)\)? => ([\s\S]+)$/.exec(formula.toString());
  if (!match) throw new Error(`generate-kernels: expected an arrow function with an expression body; got ${formula}`);
  return { names: match[1].split(",").map((name) => name.trim()), body: match[2] };
}

/** Lanes per turn of an unrolled loop: 8, where a lane reads little. */
const turnsOf = (operands) => (operands.filter(({ lane }) => lane).length <= 3 ? 8 : 4);

const arrayOf = (kind) => (kind === "mask" ? "m" : "s");
const indexed = (array, text) => `${array}[${text.includes(" ") ? `(${text}) | 0` : text}]`;

/**
 * What loops over lanes are made of: `operands` have a name in `body`, a kind and whether they differ between lanes. The
 * pointers are moved on from lane to lane; integer sums are cut to 32 bits, which spares the engine checks for overflow.
 */
function laneCode(operands, body) {
  const at = (j, i) => (operands[j].lane && i > 0 ? `${OPERANDS[j]} + ${i}` : OPERANDS[j]);
  const load = (j, i) => indexed(arrayOf(operands[j].kind), at(j, i));
  const index = (name) => operands.findIndex((operand) => operand.name === name);
  const skip = new Set();
  const distances = new Set();
  // A selection by a mask becomes an indexed load: no branch to mispredict.
  const expression = (i) =>
    body.replace(/\((\w+) \? (\w+) : (\w+)\)|^(\w+) \? (\w+) : (\w+)$/g, (text, ...names) => {
      const [p, x, y] = names.slice(0, 6).filter(Boolean).map(index);
      if (operands[p]?.kind !== "mask" || !operands[p].lane) return text;
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
function kernel(operands, makes, body, unrolled) {
  const { pointers, expression, before, loads, next } = laneCode(operands, body);
  const out = arrayOf(makes);
  const step = (i) => `{ ${loads(i)} ${indexed(out, i > 0 ? `o + ${i}` : "o")} = ${expression(i)}; }`;
  const loop = (lanes, end) =>
    `for (const end = ${end}; o < end; ) { ${Array.from({ length: lanes }, (_, i) => step(i)).join(" ")} ${next(["o", ...pointers], lanes)} }`;
  const turns = unrolled ? turnsOf(operands) : 1;
  const single = `while (o < last) { ${step(0)} ${next(["o", ...pointers], 1)} }`;
  const loops = turns > 1 ? `${loop(turns, `(last - ${turns - 1}) | 0`)} ${single}` : single;
  return kernelOf(`let o = k[t]; const last = (o + n) | 0; ${before} ${loops}`);
}

/**
 * One loop for every choice of lane operands: after the offsets of the operands stand their steps from lane to lane, 1 for lanes and 0
 * for uniform ones, which are loaded again for each lane. These are the kernels of few bytes.
 */
function steppingKernel({ reads, makes, effect }) {
  const { names, body } = parse(effect.formula);
  const arrays = reads.map(({ kind }) => arrayOf(kind));
  const [pointers, steps] = [OPERANDS.slice(0, arrays.length), OPERANDS.slice(arrays.length, 2 * arrays.length)];
  // A unary op of a uniform operand is uniform itself, and runs for one lane.
  const isUnary = arrays.length === 1;
  const declared = pointers.map((pointer, j) => `let ${pointer} = k[t + ${j + 1}];`).join(" ");
  const stepped = isUnary ? "" : steps.map((step, j) => `const ${step} = k[t + ${arrays.length + j + 1}];`).join(" ");
  const next = pointers.map((pointer, j) => `${pointer} = (${pointer} + ${isUnary ? 1 : steps[j]}) | 0`).join(", ");
  const selection = /^\(?(\w+) \? (\w+) : (\w+)\)?$/.test(body) && makes !== "mask" && arrays[0] === "m";
  const loads = names.map((operand, j) => `const ${operand} = ${arrays[j]}[${pointers[j]}];`).join(" ");
  const [p, x, y] = pointers;
  // A selection by a mask becomes an indexed load: no branch to mispredict.
  const step = selection
    ? `s[o] = s[(${y} + ((${x} - ${y}) & m[${p}])) | 0];`
    : `${loads} ${arrayOf(makes)}[o] = ${body};`;
  return kernelOf(
    `let o = k[t]; ${declared} ${stepped} for (const last = (o + n) | 0; o < last; o = (o + 1) | 0, ${next}) { ${step} }`,
  );
}

/** The operands of an instruction for a choice of lanes, with the names that `body` calls them. */
const named = (reads, names, lanes) => reads.map(({ kind }, j) => ({ kind, name: names[j], lane: lanes[j] }));

/** The text of a formula and the names of its operands, for term number t. */
function termOf({ formula }, t) {
  const { names, body } = parse(formula);
  return {
    names: names.map((name) => `${name}${t}`),
    body: body.replace(/\b[pxyz]\b/g, (name) => `${name}${t}`),
  };
}

const without = (text) => text.replace(/^\(|\)$/g, "");
const upTo = (count) => Array.from({ length: count }, (_, t) => t);

/** Names of an instruction's operands, and an expression for what it makes; for sums over the lanes one for each sum. */
function expressionsOf({ effect }) {
  if (effect.does === "op") {
    const { names, body } = parse(effect.formula);
    return { names, bodies: [body] };
  }
  const terms = upTo(effect.count).map((t) => termOf(effect, t));
  const names = terms.flatMap((term) => term.names);
  if (effect.does === "addLanes") return { names, bodies: terms.map(({ body }) => `(${without(body)})`) };
  const sum = terms.reduce((text, { body }) => `${text} + ${body.includes("?") ? `(${without(body)})` : body}`, "r");
  return { names: ["r", ...names], bodies: [sum] };
}

/** `count` sums over the lanes, each in two parts. */
function sumKernel({ reads, effect }, names, bodies, lanes) {
  const sums = upTo(effect.count);
  // One expression for all, so that the code of each is found by splitting it.
  const { pointers, expression, before, loads, next } = laneCode(named(reads, names, lanes), bodies.join("; "));
  const step = (i) => {
    const terms = expression(i).split("; ");
    return `{ ${loads(i)} ${sums.map((t) => `${i % 2 === 0 ? "even" : "odd"}${t} += ${terms[t]};`).join(" ")} }`;
  };
  const loop = (turns) =>
    `for (const end = (last - ${turns - 1}) | 0; ${pointers[0]} < end; ) { ${Array.from({ length: turns }, (_, i) => step(i)).join(" ")} ${next(pointers, turns)} }`;
  const [even, odd] = [EVEN_PART, ODD_PART].map((part) => (t) => `s[o + ${SUM_PARTS * t + part}]`);
  const start = sums.map((t) => `let even${t} = ${even(t)}; let odd${t} = ${odd(t)};`).join(" ");
  const store = sums.map((t) => `${even(t)} = even${t}; ${odd(t)} = odd${t};`).join(" ");
  const loops = `${effect.count < 4 ? loop(4) : ""} ${loop(2)} if (${pointers[0]} < last) ${step(0)}`;
  return kernelOf(`const o = k[t]; ${before} const last = (${pointers[0]} + n) | 0; ${start} ${loops} ${store}`);
}

/**
 * The kernels of an instruction. An op has a place for every choice of lane operands but none, "undefined" where the row permits no
 * such choice; instructions for sums have those that are permitted.
 */
function kernelsOf(row, unrolled) {
  const { reads, makes, effect } = row;
  if (INTO[row.name]) return [`(s, _m, n, k, t) => ${INTO[row.name]}(s, k[t], k[t + 1], n)`];
  const { names, bodies } = expressionsOf(row);
  if (effect.does === "addLanes") return variantsOf(row).map((lanes) => sumKernel(row, names, bodies, lanes));
  const of = (lanes) => kernel(named(reads, names, lanes), makes, bodies[0], unrolled);
  if (effect.does === "addTerms") return variantsOf(row).map(of);
  return upTo((1 << reads.length) - 1)
    .map((index) => reads.map((_, j) => (((index + 1) >> j) & 1) === 1))
    .map((lanes) => (permits(row, lanes) ? of(lanes) : "undefined"));
}

const OPS = { ...BASIC_OPS, ...ELEMENTARY_OPS, ...SPECIAL_OPS };
const rowsOf = (ops) => Object.keys(ops).map((name) => INSTRUCTIONS[name]);
/** Fused ops and sums. */
const BEYOND_OPS = Object.values(INSTRUCTIONS).filter(({ name, effect }) => effect.formula && !(name in OPS));
const kernelRows = (rows, unrolled) => rows.map((row) => [row.name, kernelsOf(row, unrolled && isShort(row))]);
/** The core has few bytes for its kernels, and few cycles to lose: its fits are 3 % slower than by a loop for every choice. */
const steppingRows = (ops) => rowsOf(ops).map((row) => [row.name, [steppingKernel(row)]]);

/**
 * Whether the arithmetic of an op is short beside the loop around it. An engine inlines exp into a loop that calls it once, which halves the time of a
 * lane, and not into one that calls it eight times.
 */
const isShort = ({ effect }) => !/\w\(|\*\*/.test(effect.formula);

/** Names, operands and statements of instructions that run for one lane. */
function scalars() {
  const found = [...rowsOf({ ...BASIC_OPS, ...ELEMENTARY_OPS }), ...BEYOND_OPS].map((row) => {
    const { name, reads, makes, effect } = row;
    const { names, bodies } = expressionsOf(row);
    // The one lane is the first, which is an even one.
    const statements =
      effect.does === "addLanes"
        ? bodies.map((term, t) => `s[k[t] + ${SUM_PARTS * t + EVEN_PART}] += ${term};`).join(" ")
        : `${arrayOf(makes)}[k[t]] = ${bodies[0]};`;
    return { name, operands: named(reads, names, []), statements };
  });
  // A function so large inlines no calls: their numbers would be boxed. Kernels do them better.
  const calls = new RegExp(`\\b(${Object.keys(SPECIAL).join("|")})\\(`);
  return found.filter(({ statements }) => !calls.test(statements));
}

/** The text of the module that runs instructions for one lane: a switch instead of a call for each. */
function scalarModule() {
  const rows = scalars();
  const cases = rows.map(({ operands, statements }, index) => {
    const loads = operands.map(({ kind, name }, j) => `const ${name} = ${arrayOf(kind)}[k[t + ${j + 1}]];`).join(" ");
    return `      case ${index + 1}: { ${loads} ${statements} break; }`;
  });
  return `// Generated by scripts/generate-kernels.mjs from the table of instructions; do not edit.
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
  const text = `// Generated by scripts/generate-kernels.mjs from the table of instructions; do not edit.
${imports}${importsFor(path, body)}

${declarations ?? ""}export const ${table}: Kernels = {
${body}
};
`;
  return text.replace(/ {2,}(?=\S)(?<!^ +)/gm, " ");
}

const declarations = `/** One instruction over n lanes: real slots \`s\`, mask slots \`m\`; code \`k\` holds from \`t\` on the offsets of result and operands. */
export type Kernel = (s: Float64Array, m: Int32Array, n: number, k: Int32Array, t: number) => void;

/**
 * Kernels of each instruction. One alone takes the steps of the operands from lane to lane, after their offsets. Of several, variant v − 1 of
 * an op has bit j of v set for every operand j that is a lane; a sum of terms has two variants, for a uniform and for a lane first operand.
 */
export type Kernels = { readonly [name: string]: readonly (Kernel | undefined)[] };

`;
const fast = [
  ...kernelRows(rowsOf({ ...BASIC_OPS, ...ELEMENTARY_OPS }).filter(isShort), true),
  ...kernelRows(BEYOND_OPS, true),
];
const { kernels, fastKernels, scalars: scalarKernels, elementaryKernels, specialKernels } = GENERATED;
const modules = {
  [kernels]: moduleOf(kernels, steppingRows(BASIC_OPS), "KERNELS", declarations),
  [fastKernels]: moduleOf(fastKernels, fast, "FAST_KERNELS"),
  [scalarKernels]: scalarModule(),
  [elementaryKernels]: moduleOf(elementaryKernels, kernelRows(rowsOf(ELEMENTARY_OPS)), "ELEMENTARY_KERNELS"),
  [specialKernels]: moduleOf(specialKernels, kernelRows(rowsOf(SPECIAL_OPS)), "SPECIAL_KERNELS"),
};

for (const [path, text] of Object.entries(modules)) {
  const target = join(ROOT, path);
  if (!process.argv.includes("--check")) await writeFile(target, text);
  else if ((await readFile(target, "utf8")) !== text) {
    console.error(`${path} is stale: run node scripts/generate-kernels.mjs`);
    process.exitCode = 1;
  }
}
