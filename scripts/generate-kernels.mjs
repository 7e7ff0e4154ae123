// Writes kernels.generated.ts, special- and fast-kernels.generated.ts of src/autodiff: one loop over lanes per op and per
// combination of uniform and per-lane operands, from the text of the primals in the op table; the fast ones are fused ops and,
// with unrolled loops, the short ops. `--check` only compares.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = new URL("..", import.meta.url);

const bundle = await build({
  stdin: {
    contents: `export { BASIC_OPS } from "./src/autodiff/ops.ts"; export { SPECIAL_OPS } from "./src/autodiff/special-ops.ts"; export { FAMILIES, FUSED, RUNS } from "./src/autodiff/fusion.ts";`,
    resolveDir: fileURLToPath(root),
    loader: "ts",
  },
  bundle: true,
  format: "esm",
  write: false,
});
const { BASIC_OPS, SPECIAL_OPS, FAMILIES, FUSED, RUNS } = await import(
  `data:text/javascript;base64,${Buffer.from(bundle.outputFiles[0].text).toString("base64")}`
);

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
  normalCdf: "normal",
  logNormalCdf: "normal",
  normalHazard: "normal",
};
const OPERANDS = [..."abcdefghjuvwx"];

/** Parameter names and expression of an arrow function. */
function parse(primal) {
  const match = /^\(?([\w,\s]*)\)? => ([\s\S]+)$/.exec(primal.toString());
  if (!match) throw new Error(`generate-kernels: expected an arrow function with an expression body; got ${primal}`);
  return { names: match[1].split(",").map((name) => name.trim()), body: match[2] };
}

/** Lanes per turn of an unrolled loop: 8, where a lane reads little. */
const turnsOf = (operands) => (operands.filter(({ lane }) => lane).length <= 3 ? 8 : 4);

/**
 * One loop: `operands` have a name in `body`, a kind and whether they differ between lanes; several lanes per turn if
 * `unrolled`. Integer sums are cut to 32 bits by `| 0`, which spares the engine checks for overflow.
 */
function kernel(operands, result, body, unrolled) {
  const out = result === "m" ? "m" : "s";
  const at = (j, i) => (operands[j].lane && i > 0 ? `${OPERANDS[j]} + ${i}` : OPERANDS[j]);
  const indexed = (array, text) => `${array}[${text.includes(" ") ? `(${text}) | 0` : text}]`;
  const hoisted = operands.map(({ lane }, j) => `${lane ? "let" : "const"} ${OPERANDS[j]} = k[t + ${j + 1}];`);
  const index = (name) => operands.findIndex((operand) => operand.name === name);
  const skip = new Set();
  const uniform = new Set();
  // A selection by a mask becomes an indexed load: no branch to mispredict.
  const expression = (i) =>
    body.replace(/\((\w+) \? (\w+) : (\w+)\)|^(\w+) \? (\w+) : (\w+)$/g, (text, ...names) => {
      const [p, x, y] = names.slice(0, 6).filter(Boolean).map(index);
      if (operands[p]?.kind !== "m" || !operands[p].lane) return text;
      for (const j of [p, x, y]) skip.add(j);
      const chosen = indexed("m", at(p, i));
      if (operands[x].lane === operands[y].lane) {
        // The distance stays the same from lane to lane.
        uniform.add(`const d${p} = (${OPERANDS[x]} - ${OPERANDS[y]}) | 0;`);
        return indexed("s", `${at(y, i)} + (d${p} & ${chosen})`);
      }
      return indexed("s", `${at(y, i)} + ((${at(x, i)} - (${at(y, i)})) & ${chosen})`);
    });
  expression(0);
  operands.forEach(({ lane, name, kind }, j) => {
    if (!skip.has(j) && !lane) hoisted.push(`const ${name} = ${indexed(kind === "m" ? "m" : "s", at(j, 0))};`);
  });
  const step = (i) => {
    const loads = operands.flatMap(({ lane, name, kind }, j) =>
      skip.has(j) || !lane ? [] : [`const ${name} = ${indexed(kind === "m" ? "m" : "s", at(j, i))};`],
    );
    return `{ ${loads.join(" ")} ${indexed(out, i > 0 ? `o + ${i}` : "o")} = ${expression(i)}; }`;
  };
  const pointers = ["o", ...operands.flatMap(({ lane }, j) => (lane ? [OPERANDS[j]] : []))];
  const next = (by) => pointers.map((name) => `${name} = (${name} + ${by}) | 0;`).join(" ");
  const turns = unrolled ? turnsOf(operands) : 1;
  const loop = (lanes, end) =>
    `for (const end = ${end}; o < end; ) { ${Array.from({ length: lanes }, (_, i) => step(i)).join(" ")} ${next(lanes)} }`;
  const loops = turns > 1 ? `${loop(turns, `(last - ${turns - 1}) | 0`)} ${loop(1, "last")}` : loop(1, "last");
  const text = `let o = k[t]; const last = (o + n) | 0; ${hoisted.join(" ")} ${[...uniform].join(" ")} ${loops}`;
  const unused = (name) => (text.includes(`${name}[`) ? name : `_${name}`);
  return `(${unused("s")}, ${unused("m")}, n, k, t) => { ${text} }`;
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

/** A sum of `count` more terms: variants for a uniform and a per-lane sum so far. */
function runs({ kinds, term, lanes }, count) {
  const { names, body } = parse(term);
  const operands = [];
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
  return [false, true].map((lane) => kernel([{ kind: "r", name: "r", lane }, ...operands], "r", expression, true));
}

/** Names and kernels of rows of the op table. */
const kernelsOf = (ops, unrolled) =>
  Object.entries(ops).map(([name, { kinds, domain, primal }]) => [
    name,
    variants({ kinds: kinds ?? `${"r".repeat(domain.length)}>r`, primal }, unrolled),
  ]);

/** The rows whose arithmetic is short beside the loop around it. */
const short = (ops) => Object.fromEntries(Object.entries(ops).filter(([, { primal }]) => !/\w\(|\*\*/.test(primal)));

/** The text of a module with kernels: what it imports and declares, and the name and type of its table. */
function moduleOf(rows, { imports = "", declarations = "", table }) {
  const body = rows
    .map(([name, kernels]) => `  ${name}: [\n${kernels.map((line) => `    ${line},`).join("\n")}\n  ],`)
    .join("\n");
  const used = Object.keys(SPECIAL).filter((name) => new RegExp(`\\b${name}\\(`).test(body));
  const files = [...new Set(used.map((name) => SPECIAL[name]))].sort();
  const functionsOf = (file) => used.filter((name) => SPECIAL[name] === file).sort();
  const text = `// Generated by scripts/generate-kernels.mjs from the op table; do not edit.
${imports}${files.map((file) => `import { ${functionsOf(file).join(", ")} } from "./special/${file}.ts";`).join("\n")}

${declarations}export const ${table}: Kernels = {
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
  ...kernelsOf(short(BASIC_OPS), true),
  ...FUSED.map((row) => [row.name, variants(row, true)]),
  ...FAMILIES.flatMap((family) =>
    RUNS.filter((count) => count > 1 || family.name !== "dot").map((count) => [
      `${family.name}${count}`,
      runs(family, count),
    ]),
  ),
];
const imports = 'import type { Kernels } from "./kernels.generated.ts";\n';
const modules = {
  kernels: moduleOf(kernelsOf(BASIC_OPS), { declarations, table: "KERNELS" }),
  "fast-kernels": moduleOf(fast, { imports, table: "FAST_KERNELS" }),
  "special-kernels": moduleOf(kernelsOf(SPECIAL_OPS), { imports, table: "SPECIAL_KERNELS" }),
};

for (const [name, text] of Object.entries(modules)) {
  const target = new URL(`src/autodiff/${name}.generated.ts`, root);
  if (!process.argv.includes("--check")) await writeFile(target, text);
  else if ((await readFile(target, "utf8")) !== text) {
    console.error(`${name}.generated.ts is stale: run node scripts/generate-kernels.mjs`);
    process.exitCode = 1;
  }
}
