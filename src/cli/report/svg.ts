import { scaleLinear } from "d3-scale";
import { line } from "d3-shape";
import type { Experiment } from "../experiment.ts";
import { COLOURS, elboRange } from "./scale.ts";

const [WIDTH, HEIGHT] = [640, 400];
const MARGIN = { left: 80, right: 110, top: 30, bottom: 45 };

/** ELBO against iteration for each estimator, as a standalone SVG. */
export function elboSvg(experiment: Experiment, samples: number): string {
  const curves = experiment.curves.filter((curve) => curve.samples === samples);
  const x = scaleLinear([0, experiment.steps], [MARGIN.left, WIDTH - MARGIN.right]);
  const y = scaleLinear(elboRange(experiment), [HEIGHT - MARGIN.bottom, MARGIN.top]).nice();
  const path = line<[number, number]>(
    ([iteration]) => x(iteration),
    ([, elbo]) => y(elbo),
  );
  const text = (at: [number, number], content: string, anchor = "middle", extra = ""): string =>
    `<text x="${at[0]}" y="${at[1]}" text-anchor="${anchor}"${extra}>${content}</text>`;
  const xTicks = x
    .ticks(5)
    .map(
      (tick) =>
        `<line x1="${x(tick)}" x2="${x(tick)}" y1="${MARGIN.top}" y2="${HEIGHT - MARGIN.bottom}" stroke="#eee"/>${text([x(tick), HEIGHT - MARGIN.bottom + 16], String(tick))}`,
    );
  const yTicks = y
    .ticks(6)
    .map(
      (tick) =>
        `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${y(tick)}" y2="${y(tick)}" stroke="#eee"/>${text([MARGIN.left - 6, y(tick) + 4], String(tick), "end")}`,
    );
  const drawn = curves.map(({ estimator, iterations, elbo }, j) => {
    const colour = COLOURS[estimator] ?? "#000";
    const d = path(iterations.map((iteration, i) => [iteration, elbo[i]!]));
    const legendY = MARGIN.top + 18 * j + 10;
    return `<path d="${d}" fill="none" stroke="${colour}" stroke-width="1.6" clip-path="url(#plot)"/><line x1="${WIDTH - MARGIN.right + 8}" x2="${WIDTH - MARGIN.right + 28}" y1="${legendY - 4}" y2="${legendY - 4}" stroke="${colour}" stroke-width="2"/>${text([WIDTH - MARGIN.right + 33, legendY], estimator, "start")}`;
  });
  const area = `x="${MARGIN.left}" y="${MARGIN.top}" width="${WIDTH - MARGIN.left - MARGIN.right}" height="${HEIGHT - MARGIN.top - MARGIN.bottom}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#fff"/><clipPath id="plot"><rect ${area}/></clipPath>
${[...xTicks, ...yTicks].join("\n")}
<rect ${area} fill="none" stroke="#999"/>
${drawn.join("\n")}
${text([WIDTH / 2, 18], `${experiment.model}: ELBO with ${samples} sample${samples > 1 ? "s" : ""} per gradient`)}
${text([(MARGIN.left + WIDTH - MARGIN.right) / 2, HEIGHT - 10], "iteration")}
${text([16, HEIGHT / 2], "ELBO", "middle", ` transform="rotate(-90 16 ${HEIGHT / 2})"`)}
</svg>
`;
}
