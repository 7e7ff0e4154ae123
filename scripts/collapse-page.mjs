// The table of docs/collapse.md, made of test/fixtures/collapse.json: what is summed out of eight models, and what that gives.

/** Each model with the log of its evidence, by quadrature or enumeration that shares nothing with the library, or by long sequential Monte Carlo runs. */
export const MODELS = [
  { name: "textmsg", title: "textmsg", evidence: "−291.96" },
  { name: "cp3", title: "two change points in 60 counts", evidence: "−150.20" },
  { name: "switch2", title: "a chain of 25 switches", evidence: "−27.25" },
  { name: "mixif", title: "a mixture of 30 values", evidence: "−47.00" },
  { name: "hyst", title: "a thermostat with 2 thresholds", evidence: "−4.50" },
  { name: "stepreg", title: "a step in a line", evidence: "−51.57" },
  { name: "influenza", title: "influenza", evidence: "−7.01" },
  { name: "temperature", title: "temperature", evidence: "−33.12" },
];

/** What `explain(model, { collapse: "auto" })` says, as the fixture keeps it. */
export function summedOut({ latents, collapsed, cost, conditions }) {
  return {
    latents: latents.length + collapsed.collapsed.length,
    collapsed: collapsed.collapsed.length,
    cells: [...new Set(collapsed.collapsed.map(({ cells }) => cells))].sort((a, b) => a - b),
    conditions: conditions.length,
    before: collapsed.before,
    after: cost.corrected,
  };
}

const number = (x) => (x >= 1e4 ? x.toLocaleString("en") : String(x));
const elbo = (x) => x.toFixed(2).replace("-", "−");

function row({ title, evidence }, { latents, collapsed, cells, conditions, before, after, elbos, guide }) {
  const each = cells.length === 1 ? `, ${cells[0]} cells${collapsed > 1 ? " each" : ""}` : "";
  const stay = conditions > 0 ? `; ${conditions} conditions stay` : "";
  const correlated = guide === "full-rank" ? ", correlated" : "";
  return `| ${title} | ${collapsed} of ${latents} latents${each}${stay} | ${number(before)} → ${number(after)} | ${elbo(elbos[0])} → ${elbo(elbos[1])}${correlated} | ${evidence} |`;
}

/** The page with its table made anew. */
export function collapsePage(page, recorded) {
  const pattern = /^\| model \| summed out \|.*\n(?:\|.*\n)+/m;
  if (!pattern.test(page)) throw new Error(`collapsePage: no such table; expected one like ${pattern}`);
  const rows = MODELS.map((model) => row(model, recorded[model.name]));
  return page.replace(
    pattern,
    () => `| model | summed out | operations | ELBO | log evidence |\n|---|---|---|---|---|\n${rows.join("\n")}\n`,
  );
}
