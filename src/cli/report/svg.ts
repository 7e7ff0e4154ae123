/** Plots are written as SVG files that stand alone, without a script or a style sheet. */
import { type ScaleContinuousNumeric, scaleLinear, scaleLog } from "d3-scale";
import { line } from "d3-shape";
import { escapeMarkup } from "./escape.ts";
import type { PlotData } from "./plots.ts";
import { decades, tickText, tickTexts } from "./scale.ts";

const [WIDTH, HEIGHT] = [640, 400];
const MARGIN = { left: 80, right: 20, top: 56, bottom: 45 };
const LEGEND_STEP = 120;

/** A plot as a standalone SVG. */
export function plotSvg({ title, yLabel, iterations, logX, series, range }: PlotData): string {
  const [left, right, top, bottom] = [MARGIN.left, WIDTH - MARGIN.right, MARGIN.top, HEIGHT - MARGIN.bottom];
  const most = Math.max(1, ...iterations);
  const x: ScaleContinuousNumeric<number, number> = logX
    ? scaleLog([Math.min(most, ...iterations), most], [left, right])
    : scaleLinear([0, most], [left, right]);
  const shown = series.flatMap(({ values }) => values.filter((value) => value !== null));
  const y: ScaleContinuousNumeric<number, number> = range
    ? scaleLinear(range, [bottom, top]).nice(6)
    : scaleLog(shown.length > 0 ? [Math.min(...shown), Math.max(...shown)] : [0.1, 10], [bottom, top]).nice();
  const text = (at: readonly [number, number], content: string, anchor = "middle", extra = ""): string =>
    `<text x="${at[0]}" y="${at[1]}" text-anchor="${anchor}"${extra}>${escapeMarkup(content)}</text>`;
  const grid = (x1: number, x2: number, y1: number, y2: number): string =>
    `<line x1="${round(x1)}" x2="${round(x2)}" y1="${round(y1)}" y2="${round(y2)}" stroke="#e4e4e4"/>`;
  const xTicks = (logX ? decades(x.domain()[0]!, most) : x.ticks(5)).map(
    (tick) => grid(x(tick), x(tick), top, bottom) + text([round(x(tick)), bottom + 17], tickText(tick)),
  );
  const values = range ? y.ticks(6) : decades(y.domain()[0]!, y.domain()[1]!);
  const names = tickTexts(values);
  const yTicks = values.map(
    (tick, i) => grid(left, right, y(tick), y(tick)) + text([left - 7, round(y(tick)) + 4], names[i]!, "end"),
  );
  const path = line<readonly [number, number | null]>(
    ([iteration]) => round(x(iteration)),
    ([, value]) => round(y(value ?? NaN)),
  ).defined(([, value]) => value !== null);
  const drawn = series.map(({ label, colour, dash, values }, j) => {
    const stroke = `stroke="${colour}" stroke-width="2"${dash.length > 0 ? ` stroke-dasharray="${dash.join(" ")}"` : ""}`;
    const d = path(iterations.map((iteration, i) => [iteration, values[i] ?? null])) ?? "";
    const legend = left + LEGEND_STEP * j;
    return {
      curve: `<path d="${d}" fill="none" ${stroke}/>`,
      key: `<line x1="${legend}" x2="${legend + 26}" y1="41" y2="41" ${stroke}/>${text([legend + 31, 45], label, "start")}`,
    };
  });
  const area = `x="${left}" y="${top}" width="${right - left}" height="${bottom - top}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${Math.max(WIDTH, left + LEGEND_STEP * series.length)} ${HEIGHT}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#fff"/>
${[...xTicks, ...yTicks].join("\n")}
<rect ${area} fill="none" stroke="#999"/>
<svg ${area} viewBox="${left} ${top} ${right - left} ${bottom - top}">${drawn
    .toReversed()
    .map(({ curve }) => curve)
    .join("\n")}</svg>
${drawn.map(({ key }) => key).join("\n")}
${text([WIDTH / 2, 20], title, "middle", ' font-size="14"')}
${text([(left + right) / 2, HEIGHT - 9], logX ?? "iteration")}
${text([16, (top + bottom) / 2], yLabel, "middle", ` transform="rotate(-90 16 ${(top + bottom) / 2})"`)}
</svg>
`;
}

function round(value: number): number {
  return Math.round(10 * value) / 10;
}
