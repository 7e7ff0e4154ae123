/**
 * Small charts as SVG that need no script: densities, bars, points, lines. Colours are classes, so that a chart follows the colour scheme
 * of the page that it stands in, and as a file of its own that of its viewer.
 */
import { type ScaleLinear, scaleLinear } from "d3-scale";
import { escapeMarkup } from "./escape.ts";
import { tickTexts } from "./scale.ts";

/** The look of all charts, light and dark. */
export const CHART_STYLE = `.chart{font:12px system-ui,sans-serif}.chart text{fill:#444}.chart .grid-line{stroke:#e4e4e4}.chart .axis{stroke:#999}
.chart .area{fill:#3b8fd6;fill-opacity:.3}.chart .inner{fill:#3b8fd6;fill-opacity:.4}.chart .curve{fill:none;stroke:#1f6fb2;stroke-width:1.7}.chart .mark{stroke:#c4432b;stroke-width:1.7;stroke-dasharray:4 3}
.chart .bar{fill:#3b8fd6}.chart .dot{fill:#1f6fb2;fill-opacity:.35}.chart .search{fill:#8a8a8a}.chart .polish{fill:#1f6fb2}.chart .gap{fill:#2ba84a}
@media (prefers-color-scheme:dark){.chart text{fill:#bbb}.chart .grid-line{stroke:#3a3a3a}.chart .axis{stroke:#777}.chart .curve{stroke:#6db3ee}.chart .mark{stroke:#ff8a70}.chart .dot{fill:#8cc4f2}.chart .polish{fill:#6db3ee}.chart .gap{fill:#5fd47e}}`;

/** A chart: markup to stand in a page, and what it shows in words. */
export interface Chart {
  readonly name: string;
  readonly caption: string;
  readonly svg: string;
}

export interface Frame {
  readonly title: string;
  /** What is to be seen, for those who do not see it. */
  readonly alternative: string;
  readonly x: readonly [low: number, high: number];
  readonly y: readonly [low: number, high: number];
  readonly xLabel?: string;
  readonly yLabel?: string;
  readonly width?: number;
  readonly height?: number;
  /** Without it the y axis has no numbers, as that of a density. */
  readonly hasYTicks?: boolean;
  /** Texts at given places of the x axis, instead of numbers. */
  readonly xTicks?: readonly (readonly [at: number, text: string])[];
}

export interface Scales {
  readonly x: ScaleLinear<number, number>;
  readonly y: ScaleLinear<number, number>;
  readonly bottom: number;
  readonly top: number;
}

/** The frame of a chart with its axes, around what `inside` draws. */
export function chartSvg(frame: Frame, inside: (scales: Scales) => string): string {
  const { title, alternative, width = 360, height = 210, hasYTicks = false, xLabel, yLabel } = frame;
  const left = hasYTicks ? (yLabel ? 64 : 48) : 12;
  const [right, top, bottom] = [width - 12, 28, height - (xLabel ? 40 : 26)];
  const x = scaleLinear([...frame.x], [left, right]);
  const y = scaleLinear([...frame.y], [bottom, top]);
  const text = (at: readonly [number, number], content: string, anchor: string, extra = ""): string =>
    `<text x="${round(at[0])}" y="${round(at[1])}" text-anchor="${anchor}"${extra}>${escapeMarkup(content)}</text>`;
  const grid = (from: readonly [number, number], to: readonly [number, number]): string =>
    `<line class="grid-line" x1="${round(from[0])}" y1="${round(from[1])}" x2="${round(to[0])}" y2="${round(to[1])}"/>`;
  const named = (values: readonly number[]): (readonly [number, string])[] => {
    const texts = tickTexts(values);
    return values.map((at, i) => [at, texts[i]!] as const);
  };
  const ticks = frame.xTicks ?? named(x.ticks(Math.max(2, Math.floor(width / 90))));
  const below = ticks.map(([at, content]) => text([x(at), bottom + 16], content, "middle"));
  const lines = frame.xTicks ? [] : ticks.map(([at]) => grid([x(at), top], [x(at), bottom]));
  const beside = hasYTicks
    ? named(y.ticks(5)).map(
        ([at, content]) => grid([left, y(at)], [right, y(at)]) + text([left - 6, y(at) + 4], content, "end"),
      )
    : [];
  const middle = (top + bottom) / 2;
  return `<svg class="chart" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeMarkup(alternative)}"><title>${escapeMarkup(alternative)}</title>
${[...lines, ...beside].join("")}${inside({ x, y, bottom, top })}
<line class="axis" x1="${left}" x2="${right}" y1="${bottom}" y2="${bottom}"/>${below.join("")}
${text([width / 2, 16], shortened(title, Math.floor(width / 8)), "middle", ' font-weight="600"')}${xLabel ? text([(left + right) / 2, height - 8], xLabel, "middle") : ""}${yLabel ? text([14, middle], yLabel, "middle", ` transform="rotate(-90 14 ${middle})"`) : ""}
</svg>`;
}

/** The chart as a file: it brings its look and its paper with it. */
export function standaloneSvg(svg: string): string {
  const paper = ".paper{fill:#fff}@media (prefers-color-scheme:dark){.paper{fill:#161616}}";
  return `${svg.replace("</title>", `</title><style>${CHART_STYLE}${paper}</style><rect class="paper" width="100%" height="100%"/>`)}\n`;
}

/** A line through points, or the area below it. */
export function pathOf(points: readonly (readonly [number, number])[], closedAt?: number): string {
  const [first, last] = [points[0], points[points.length - 1]];
  if (!first || !last) return "";
  const line = points.map(([x, y]) => `${round(x)} ${round(y)}`).join("L");
  return closedAt === undefined
    ? `M${line}`
    : `M${round(first[0])} ${round(closedAt)}L${line}L${round(last[0])} ${round(closedAt)}Z`;
}

export function round(value: number): number {
  return Math.round(10 * value) / 10;
}

function shortened(text: string, most: number): string {
  const letters = Array.from(text);
  return letters.length > most ? `${letters.slice(0, most - 1).join("")}…` : text;
}
