// Writes kernels.generated.ts, special- and fused-kernels.generated.ts of src/autodiff: one loop over lanes per op and per
// combination of uniform and per-lane operands, from the text of the primals in the op table. `--check` only compares.
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

/** Rows whose arithmetic is short beside the loop around it and which models use most: four lanes per turn. */
const SHORT = ["add", "sub", "mul", "square", "mulAdd", "subMul", "addPositive"];

/** One loop: `operands` have a name in `body`, a kind and whether they differ between lanes. */
function kernel(operands, result, body, short) {
  const out = result === "m" ? "m" : "s";
  const at = (j) => `${OPERANDS[j]}${operands[j].lane ? " + i" : ""}`;
  const load = (j) => `${operands[j].kind === "m" ? "m" : "s"}[${at(j)}]`;
  const hoisted = operands.map((_, j) => `const ${OPERANDS[j]} = k[t + ${j + 1}];`);
  const inLoop = [];
  const skip = new Set();
  const index = (name) => operands.findIndex((operand) => operand.name === name);
  // A selection by a mask becomes an indexed load: no branch to mispredict.
  const expression = body.replace(/\((\w+) \? (\w+) : (\w+)\)|^(\w+) \? (\w+) : (\w+)$/g, (text, ...names) => {
    const [p, x, y] = names.slice(0, 6).filter(Boolean).map(index);
    if (operands[p]?.kind !== "m" || !operands[p].lane) return text;
    const difference = `${OPERANDS[x]} - ${OPERANDS[y]}`;
    for (const j of [p, x, y]) skip.add(j);
    if (operands[x].lane !== operands[y].lane)
      return `s[${at(y)} + ((${difference} ${operands[x].lane ? "+" : "-"} i) & ${load(p)})]`;
    hoisted.push(`const k${p} = ${difference};`);
    return `s[${at(y)} + (k${p} & ${load(p)})]`;
  });
  operands.forEach(({ lane, name }, j) => {
    if (!skip.has(j)) (lane ? inLoop : hoisted).push(`const ${name} = ${load(j)};`);
  });
  const step = `{ ${inLoop.join(" ")} ${out}[o + i] = ${expression}; }`;
  const later = (lane) => step.replace(/\bi\b/g, `(i + ${lane})`);
  const turns = short ? `for (; i < n - 3; i += 4) { ${step} ${later(1)} ${later(2)} ${later(3)} }` : "";
  const text = `const o = k[t]; ${hoisted.join(" ")} let i = 0; ${turns} for (; i < n; i++) ${step}`;
  const unused = (name) => (text.includes(`${name}[`) ? name : `_${name}`);
  return `(${unused("s")}, ${unused("m")}, n, k, t) => { ${text} }`;
}

/** Every combination of uniform and per-lane operands; none for uniform operands alone, which run as one lane. */
function variants({ name, kinds, primal, lanes = 0 }) {
  const [operands, result] = kinds.split(">");
  const { names, body } = parse(primal);
  return Array.from({ length: (1 << operands.length) - 1 }, (_, index) => {
    const variant = index + 1;
    if ((variant & lanes) !== lanes) return "undefined";
    const typed = [...operands].map((kind, j) => ({ kind, name: names[j], lane: ((variant >> j) & 1) === 1 }));
    return kernel(typed, result, body, SHORT.includes(name));
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
  return [false, true].map((lane) => kernel([{ kind: "r", name: "r", lane }, ...operands], "r", expression, count < 4));
}

/** Names and kernels of rows of the op table. */
const kernelsOf = (ops) =>
  Object.entries(ops).map(([name, row]) => [
    name,
    variants({ name, kinds: row.kinds ?? `${"r".repeat(row.domain.length)}>r`, primal: row.primal }),
  ]);

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
const fused = [
  ...FUSED.map((row) => [row.name, variants(row)]),
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
  "fused-kernels": moduleOf(fused, { imports, table: "FUSED_KERNELS" }),
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
