// Writes docs/gallery.md and the pictures docs/gallery/NAME.svg from gallery/*.json and the programs; with --check it compares and writes nothing.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { pictureOf } from "./picture.mjs";

const root = new URL("../../", import.meta.url);
const read = (path) => readFileSync(new URL(path, root), "utf8");
const json = (path) => JSON.parse(read(path));
const number = (x) => (x === 0 ? "0" : String(Number(x.toPrecision(3)))).replace("-", "−");
const moments = ({ mean, sd }) => `${number(mean)} ± ${number(sd)}`;

/** Whether what was found agrees with what is exact. */
const agrees = (found, { mean, sd }) =>
  Math.abs(found.mean - mean) < 0.15 * sd && Math.abs(Math.log(found.sd / sd)) < 0.25;

/** The data of a program, whose file is a module without what it imports. */
async function dataOf(name) {
  const text = /export const data = (\{[\s\S]*?\});\n/.exec(read(`gallery/${name}.js`))[1];
  return (await import(`data:text/javascript,export default ${encodeURIComponent(text)}`)).default;
}

function told({ status, warnings }) {
  const words = [...(status === "converged" ? [] : [status]), ...warnings];
  return words.length === 0 ? "" : ` The fit says of itself: ${words.join(", ")}.`;
}

function sentenceOn(exact, { numbers, reparam }) {
  if (reparam.error) return `A plain reparameterised fit ends with an error: ${reparam.error}.`;
  const off = Object.entries(exact).filter(([name, reference]) => !agrees(reparam.numbers[name], reference));
  if (off.length === 0) return "Nothing jumps, and a plain reparameterised fit is right too.";
  const distance = ([name, { mean, sd }]) => Math.abs(reparam.numbers[name].mean - mean) / sd;
  const [worst] = off.toSorted((p, q) => distance(q) - distance(p));
  const right = Object.entries(exact).every(([name, reference]) => agrees(numbers[name], reference));
  return `A plain reparameterised fit is off in ${off.map(([name]) => name).join(", ")}, most in ${worst[0]}: ${number(distance(worst))} sds${right ? "; `corrected` is right in all" : ""}.`;
}

const problems = json("gallery/problems.json");
const files = new Map();
const parts = [];
for (const { name, asks, jumps, source, licence } of problems) {
  const { method, numbers: exact } = json(`gallery/references/${name}.json`);
  const answer = json(`gallery/answers/${name}.json`);
  files.set(`docs/gallery/${name}.svg`, pictureOf({ title: name, data: await dataOf(name), exact, answer }));
  const rows = Object.entries(exact).map(([number, reference]) => {
    const reparam = answer.reparam.numbers ? moments(answer.reparam.numbers[number]) : "–";
    return `| ${number} | ${moments(reference)} | ${moments(answer.numbers[number])} | ${reparam} |`;
  });
  const program = /^export default [\s\S]*$/m.exec(read(`gallery/${name}.js`))[0].trimEnd();
  parts.push(`## ${name}

${asks[0].toUpperCase()}${asks.slice(1)} What jumps: ${jumps}.

\`\`\`plain
${program}
\`\`\`

![The data of ${name} and the posterior of each number, exact and as fitted](gallery/${name}.svg)

| number | exact | nondiff | reparameterised |
|---|---|---|---|
${rows.join("\n")}

${sentenceOn(exact, answer)}${told(answer)} The exact numbers: ${method}. Data: ${source} (${licence}). The program: [gallery/${name}.js](../gallery/${name}.js).
`);
}
files.set(
  "docs/gallery.md",
  `# Gallery

Real problems whose densities jump, as plain programs, each with the exact answer beside what \`nondiff\` says and what a plain reparameterised fit does.

\`\`\`sh
npx nondiff models                         # lists them
npx nondiff run coal-mining                # fits one
npx nondiff run coal-mining --out report   # and writes a report
\`\`\`

- **exact**: mean ± sd by enumeration or quadrature, in code that shares nothing with the library (\`gallery/scripts/exact.mjs\`).
- **nondiff**: a default fit, seed 1.
- **reparameterised**: the same model with the gradient that most libraries use, \`reparam()\`, which is blind to jumps: independent normals, Adam with step size
  0.02, 20,000 steps of 16 samples, nothing summed out. Where a latent is discrete, which it cannot treat at all, a uniform number below a threshold stands for it.

In the pictures the data come first; the grey area is the exact posterior, the blue line what a default fit says, the broken red one the reparameterised fit. \`npm run gallery\` fits all of them
anew, \`node gallery/scripts/make-page.mjs\` writes this page and its pictures. Programs are called plain because operators and ifs in them are those of JavaScript: [plain programs](plain.md).

${parts.join("\n")}`,
);

const isCheck = process.argv.includes("--check");
mkdirSync(new URL("docs/gallery", root), { recursive: true });
for (const [path, text] of files) {
  if (!isCheck) writeFileSync(new URL(path, root), text);
  else if (!existsSync(new URL(path, root)) || read(path) !== text) {
    console.error(`${path} is not what gallery/scripts/make-page.mjs writes`);
    process.exitCode = 1;
  }
}
