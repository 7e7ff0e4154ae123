/**
 * A report as one HTML file that needs nothing else: how every page of nondiff is put together. Above all stands a verdict in a sentence,
 * then how to make the page again, then sections, at the end the licences of what is bundled.
 */
import { notices, script, style } from "virtual:report-assets";
import { CHART_STYLE } from "./chart.ts";
import { escapeMarkup } from "./escape.ts";

/** What a page is made of; `sections` are markup. */
export interface Document {
  readonly title: string;
  /** What the page says, in a sentence, and whether it is good news. */
  readonly verdict: string;
  readonly mood: "good" | "doubtful";
  /** Things to know below the verdict, each a sentence. */
  readonly remarks?: readonly string[];
  readonly made: Made;
  readonly sections: readonly string[];
  /** Files that the page lets its reader save: name and text. */
  readonly files?: readonly { readonly name: string; readonly text: string; readonly label: string }[];
}

/** How a page was made. */
export interface Made {
  readonly version: string;
  readonly date: Date;
  readonly command: string;
  readonly seed: number;
}

// The policy lets nothing in from outside, whatever a model's name or an error's text contains.
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

const STYLE = `:root{color-scheme:light dark;--ink:#222;--paper:#fff;--faint:#666;--line:#8884;--good:#1b7f3b;--doubt:#a15c00;--card:#f6f7f8}
*{box-sizing:border-box}
body{font:15px/1.5 system-ui,sans-serif;max-width:960px;margin:2em auto;padding:0 1em;color:var(--ink);background:var(--paper)}
h1{font-size:1.6em;line-height:1.2;overflow-wrap:anywhere}h2{margin:1.8em 0 .4em;font-size:1.25em;overflow-wrap:anywhere}h3{margin:1.4em 0 .3em;font-size:1em}
table{border-collapse:collapse;margin:0 0 1.2em}.scroll{overflow-x:auto}.scroll:focus-visible{outline:2px solid var(--good)}
td,th{padding:.2em .8em;text-align:right;white-space:nowrap;border-bottom:1px solid var(--line)}td:first-child,th:first-child{text-align:left;padding-left:0}
td.words,th.words{text-align:left;white-space:normal;min-width:12em}
.verdict{font-size:1.15em;font-weight:600;border-left:5px solid var(--good);background:var(--card);padding:.6em .9em;margin:1em 0;overflow-wrap:anywhere}
.verdict.doubtful{border-color:var(--doubt)}
.remarks{margin:.6em 0;padding-left:1.2em;overflow-wrap:anywhere}.made{color:var(--faint);font-size:.87em;overflow-wrap:anywhere}
code,pre{font:.92em/1.45 ui-monospace,monospace}pre{overflow-x:auto;background:var(--card);padding:.8em}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(270px,1fr));gap:1em}
figure{margin:0 0 1.2em;min-width:0}.grid figure{margin:0}.grid+h2{margin-top:1.8em}figure svg{width:100%;height:auto;display:block}
figcaption{font-size:.87em;color:var(--faint);overflow-wrap:anywhere}
button{font:inherit;font-size:.85em;padding:.15em .7em;margin:.2em .4em .2em 0;color:inherit;background:var(--card);border:1px solid var(--line);border-radius:4px;cursor:pointer}
button:focus-visible,summary:focus-visible{outline:2px solid var(--good)}
.u-title{font-size:15px}.u-legend{font-size:13px}details{margin:1em 0}summary{cursor:pointer}footer{margin-top:3em;border-top:1px solid var(--line);font-size:.87em}
@media (prefers-color-scheme:dark){:root{--ink:#ddd;--paper:#161616;--faint:#a2a2a2;--good:#4cc26e;--doubt:#e0a030;--card:#222427}.u-select{background:#fff2}}
@media print{button,.save{display:none}}`;

/** The page as text. */
export function documentHtml({ title, verdict, mood, remarks = [], made, sections, files = [] }: Document): string {
  const { version, date, command, seed } = made;
  const when = date.toISOString();
  const saving = files.map(
    ({ name, text, label }, i) =>
      `<button type="button" data-save="file-${i}" data-name="${escapeMarkup(name)}">${escapeMarkup(label)}</button><script type="application/json" id="file-${i}">${inScript(text)}</script>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>${escapeMarkup(title)}</title><style>${style}${STYLE}${CHART_STYLE}</style></head>
<body><main><h1>${escapeMarkup(title)}</h1>
<p class="verdict ${mood}" role="status">${escapeMarkup(verdict)}</p>
${remarks.length > 0 ? `<ul class="remarks">${remarks.map((text) => `<li>${escapeMarkup(text)}</li>`).join("")}</ul>` : ""}
<p class="made">nondiff ${escapeMarkup(version)}, <time datetime="${when}">${when.slice(0, 16).replace("T", " ")} UTC</time>, seed ${seed}, made by <code>${escapeMarkup(command)}</code></p>
${saving.length > 0 ? `<p class="save">${saving.join("")}</p>` : ""}
${sections.join("\n")}</main>
<footer><details><summary>Licences of what this page contains</summary><pre>nondiff ${escapeMarkup(version)}: MIT\n\n${escapeMarkup(notices)}</pre></details></footer>
<script>${script}</script></body></html>
`;
}

/** A value as JSON within an element of script: "<" is escaped so that no text can end the element. */
export function inScript(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}

/** A table; columns in `words` hold sentences. Wide ones scroll by themselves, by keyboard too. */
export function tableHtml(
  caption: string,
  headers: readonly string[],
  rows: readonly (readonly string[])[],
  words: readonly number[] = [],
): string {
  const kind = (j: number): string => (words.includes(j) ? ' class="words"' : "");
  const head = headers.map((text, j) => `<th scope="col"${kind(j)}>${escapeMarkup(text)}</th>`).join("");
  const body = rows.map(
    (row) => `<tr>${row.map((text, j) => `<td${kind(j)}>${escapeMarkup(text)}</td>`).join("")}</tr>`,
  );
  return `<div class="scroll" role="region" tabindex="0" aria-label="${escapeMarkup(caption)}"><table><thead><tr>${head}</tr></thead><tbody>${body.join("")}</tbody></table></div>`;
}
