// The picture of the README, docs/gmm.svg: the density of the model gmm, which jumps, and its ELBO with the slopes that two estimators give it.

const WIDTH = 770;
const HEIGHT = 300;
const FONT = 'font-family="system-ui, sans-serif"';
const COLOURS = { ink: "#1f2328", faint: "#8c959f", wrong: "#cf222e", right: "#0969da" };

/** A plot's frame: from values to places on the page. */
function frame(left, [xLow, xHigh], [yLow, yHigh]) {
  const [width, top, bottom] = [320, 40, 240];
  const x = (value) => left + ((value - xLow) / (xHigh - xLow)) * width;
  const y = (value) => bottom - ((value - yLow) / (yHigh - yLow)) * (bottom - top);
  return { left, width, top, bottom, x, y };
}
const number = (value) => value.toFixed(1);
const line = (points, colour, width) =>
  `<polyline points="${points.map(([x, y]) => `${number(x)},${number(y)}`).join(" ")}" fill="none" stroke="${colour}" stroke-width="${width}"/>`;
const text = (x, y, words, { colour = COLOURS.ink, anchor = "start", size = 13 } = {}) =>
  `<text x="${number(x)}" y="${number(y)}" ${FONT} font-size="${size}" fill="${colour}" text-anchor="${anchor}">${words}</text>`;
const range = (from, to, steps) => Array.from({ length: steps + 1 }, (_, i) => from + ((to - from) * i) / steps);

function axes({ left, width, bottom, x }, ticks, name) {
  return [
    line(
      [
        [left, bottom],
        [left + width, bottom],
      ],
      COLOURS.faint,
      1,
    ),
    ...ticks.map((tick) =>
      text(x(tick), bottom + 17, String(tick).replace("-", "−"), { colour: COLOURS.faint, anchor: "middle", size: 12 }),
    ),
    text(left + width / 2, bottom + 36, name, { colour: COLOURS.faint, anchor: "middle" }),
  ];
}

/** log p(x, z), which is 10.5 lower on the right of z = 0. */
function density({ gmm, logJoint }) {
  const plot = frame(30, [-3, 3], [-21, -2]);
  const half = (zs) =>
    line(
      zs.map((z) => [plot.x(z), plot.y(logJoint(gmm, [z]))]),
      COLOURS.ink,
      2,
    );
  const jump = [logJoint(gmm, [0]), logJoint(gmm, [1e-9])].map((value) => [plot.x(0), plot.y(value)]);
  return [
    ...axes(plot, [-2, 0, 2], "z"),
    half(range(-3, 0, 60)),
    half(range(1e-9, 3, 60)),
    `<g stroke-dasharray="3 4">${line(jump, COLOURS.faint, 1)}</g>`,
    text(plot.left, 22, "log p(x, z) jumps at the if, z = 0", { size: 14 }),
  ];
}

/** The ELBO under N(μ, 1), exactly: −½μ² − 12.5 Φ(μ) − 2 Φ(−μ) + constant; and its slope at some μ by two estimators. */
function elbo({ corrected, estimateGradient, gmm, normalCdf, reparam, rhoOfSd }) {
  const plot = frame(410, [-3, 2], [-17, -3]);
  const exact = (mu) => -0.5 * mu * mu - 12.5 * normalCdf(mu) - 2 * normalCdf(-mu) - 0.9189385332046728;
  const slope = (estimator, mu) =>
    estimateGradient(gmm, { estimator, params: { mu: [mu], rho: [rhoOfSd(1)] }, samples: 4096, seed: 1 }).gradient[0];
  const tangent = (mu, estimator, colour) => {
    const d = slope(estimator, mu);
    const run = 22 / Math.hypot(plot.x(1) - plot.x(0), d * (plot.y(1) - plot.y(0)));
    return line(
      [-run, run].map((h) => [plot.x(mu + h), plot.y(exact(mu) + d * h)]),
      colour,
      3,
    );
  };
  const places = [-2.5, -1.7, -0.9, -0.3, 0.3, 0.9, 1.5];
  return [
    ...axes(plot, [-2, 0, 2], "μ, the guide’s mean (its sd is 1)"),
    line(
      range(-3, 2, 100).map((mu) => [plot.x(mu), plot.y(exact(mu))]),
      COLOURS.ink,
      2,
    ),
    ...places.map((mu) => tangent(mu, reparam(), COLOURS.wrong)),
    ...places.map((mu) => tangent(mu, corrected(), COLOURS.right)),
    text(
      plot.left,
      22,
      `Slopes of ELBO(μ): <tspan fill="${COLOURS.wrong}">reparam()</tspan>, <tspan fill="${COLOURS.right}">corrected()</tspan>`,
      { size: 14 },
    ),
  ];
}

/** The picture as text, with the functions of nondiff and the model gmm by name. */
export const gmmPicture = (
  nondiff,
) => `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}">
<title>The density of gmm jumps; reparam() does not see it, corrected() does</title>
<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>
${[...density(nondiff), ...elbo(nondiff)].join("\n")}
</svg>
`;
