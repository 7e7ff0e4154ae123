// The picture of a problem: its data, and for up to four numbers the exact posterior, the fitted one and that of a reparameterised fit.
const [WIDTH, HEIGHT, GAP, TOP, BOTTOM] = [200, 130, 16, 26, 24];
const STYLE = `text{font:11px system-ui,sans-serif;fill:#333}.title{font-weight:600}.axis{stroke:#999}.exact{fill:#9aa5b1;fill-opacity:.45}.fit{fill:none;stroke:#1769c2;stroke-width:1.6}.reparam{fill:none;stroke:#c8372d;stroke-width:1.4;stroke-dasharray:4 3}.data{fill:#444}
@media(prefers-color-scheme:dark){text{fill:#ddd}.axis{stroke:#777}.exact{fill:#8794a3}.fit{stroke:#6db3f8}.reparam{stroke:#ff8a80}.data{fill:#ccc}}`;

const round = (x) => Number(x.toFixed(1));
const short = (x) => String(Number(x.toPrecision(3))).replace("-", "−");

/** What is drawn of the data: pairs x, y, or a series. */
function pointsOf(data) {
  const { rows, informed, ...columns } = data;
  if (rows) return rows.map((row, i) => [row[3], data.y[i]]); // the regressor that counts most
  if (informed) {
    const jitter = (i) => ((i * 7) % 11) / 16 - 0.3;
    return informed.map((group, i) => [group + jitter(i), data.answer[i] + jitter(3 * i + 1) / 2]);
  }
  const [first, second] = Object.values(columns);
  return second ? first.map((x, i) => [x, second[i]]) : first.map((y, i) => [i, y]);
}

const labelOf = (data) => {
  if (data.rows) return "y by the fourth regressor";
  if (data.informed) return "answer by group";
  const names = Object.keys(data);
  return names.length > 1 ? `${names[1]} by ${names[0]}` : names[0];
};

function frame(k, title, low, high, inner) {
  const x = k * (WIDTH + GAP) + GAP / 2;
  const line = `<path class="axis" d="M0 ${HEIGHT}H${WIDTH}" fill="none"/>`;
  const ends = `<text x="0" y="${HEIGHT + 14}">${short(low)}</text><text x="${WIDTH}" y="${HEIGHT + 14}" text-anchor="end">${short(high)}</text>`;
  return `<g transform="translate(${x} ${TOP})"><text class="title" x="${WIDTH / 2}" y="-9" text-anchor="middle">${title}</text>${inner}${line}${ends}</g>`;
}

function scatter(data) {
  const points = pointsOf(data);
  const [xs, ys] = [0, 1].map((axis) => points.map((point) => point[axis]));
  const place = (values, size) => {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return (value) => round((size * (value - low)) / (high - low || 1));
  };
  const [x, y] = [place(xs, WIDTH - 8), place(ys, HEIGHT - 10)];
  const dots = points.map(
    (point) => `<circle class="data" cx="${4 + x(point[0])}" cy="${HEIGHT - 5 - y(point[1])}" r="1.8"/>`,
  );
  return frame(0, `data: ${labelOf(data)}`, Math.min(...xs), Math.max(...xs), dots.join(""));
}

/** A line of steps over the masses of bins. */
function steps(masses, most) {
  const width = WIDTH / masses.length;
  const heights = masses.map((mass) => round(HEIGHT - (HEIGHT - 4) * Math.min(1, mass / most)));
  return heights.map((height, i) => `${i === 0 ? `M0 ${height}` : `V${height}`}H${round((i + 1) * width)}`).join("");
}

export function pictureOf({ title, data, exact, answer }) {
  const shown = Object.entries(exact).slice(0, 4);
  const panels = shown.map(([name, { histogram }], k) => {
    const fitted = answer.numbers[name].masses;
    const biased = answer.reparam.numbers?.[name].masses;
    // A reparameterised fit that is far too sure is cut off at the top, so that the others can be seen.
    const most = 1.15 * Math.max(...histogram.masses, ...fitted);
    const exactArea = `<path class="exact" d="${steps(histogram.masses, most)}V${HEIGHT}H0Z"/>`;
    const lines = `<path class="fit" d="${steps(fitted, most)}"/>${biased ? `<path class="reparam" d="${steps(biased, most)}"/>` : ""}`;
    return frame(k + 1, name, histogram.low, histogram.high, exactArea + lines);
  });
  const width = (WIDTH + GAP) * (shown.length + 1);
  const height = TOP + HEIGHT + BOTTOM;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${title}: data and posteriors"><style>${STYLE}</style>${scatter(data)}${panels.join("")}</svg>\n`;
}
