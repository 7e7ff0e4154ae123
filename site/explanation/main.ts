/** The explanation that moves: the guide over its boundary, and the ELBO with the slopes that the two gradients take it to have, as μ is dragged. */
import { gradientAt } from "./gradients.ts";

const slider = document.getElementById("mu") as HTMLInputElement;
const width = document.getElementById("sd") as HTMLInputElement;
const [LEFT, RIGHT] = [-4, 4];
const HEIGHT = 190;
/** As wide as the page, so that the text in the pictures is as large on a phone. */
let WIDTH = 760;
const x = (value: number): number => (WIDTH * (value - LEFT)) / (RIGHT - LEFT);
const signed = (value: number): string => (value < 0 ? "−" : "+") + Math.abs(value).toFixed(2);

function curve(of: (value: number) => number, place: (value: number) => number): string {
  const points: string[] = [];
  for (let i = 0; i <= 190; i++) {
    const at = LEFT + ((RIGHT - LEFT) * i) / 190;
    points.push(`${x(at).toFixed(1)} ${place(of(at)).toFixed(1)}`);
  }
  return `M${points.join("L")}`;
}

function guidePicture(mu: number, sd: number): string {
  const density = (z: number): number => Math.exp(-0.5 * ((z - mu) / sd) ** 2) / (sd * Math.sqrt(2 * Math.PI));
  const y = (value: number): number => HEIGHT - 24 - Math.min(1.05, value) * 140;
  const area = `${curve(density, y)}L${WIDTH} ${HEIGHT - 24}L0 ${HEIGHT - 24}Z`;
  return `<path class="area" d="${area}"/><path class="edge" d="M${x(0)} 8V${HEIGHT - 24}"/><circle class="missing" cx="${x(0)}" cy="${y(density(0))}" r="6"/>
<text x="${x(0) - 8}" y="20" text-anchor="end">z ≤ 0: −2 is near the datum</text><text x="${x(0) + 8}" y="20">z &gt; 0: 5 is far from it</text>
<path class="axis" d="M0 ${HEIGHT - 24}H${WIDTH}"/>${[-4, -2, 0, 2, 4].map((z) => `<text x="${Math.min(WIDTH - 6, Math.max(6, x(z)))}" y="${HEIGHT - 8}" text-anchor="middle">${z}</text>`).join("")}`;
}

function elboPicture(mu: number, sd: number): string {
  const y = (value: number): number => HEIGHT - 10 - ((value + 22) / 22) * (HEIGHT - 20);
  const { elbo, blind, whole } = gradientAt(mu, sd);
  const tangent = (slope: number, name: string): string => {
    const reach = 55 / Math.hypot(WIDTH / (RIGHT - LEFT), ((HEIGHT - 20) / 22) * slope);
    return `<path class="${name}" d="M${x(mu - reach)} ${y(elbo - reach * slope)}L${x(mu + reach)} ${y(elbo + reach * slope)}"/>`;
  };
  return `<path class="line" d="${curve((at) => gradientAt(at, sd).elbo, y)}"/>${tangent(blind, "tangent-blind")}${tangent(whole, "tangent-whole")}<circle class="whole" cx="${x(mu)}" cy="${y(elbo)}" r="5"/>`;
}

function bars({ blind, missing, whole }: { blind: number; missing: number; whole: number }): string {
  const middle = WIDTH / 2;
  const bar = (k: number, name: string, value: number): string => {
    const length = Math.min(0.45, 0.05 * Math.abs(value)) * WIDTH;
    return `<rect class="${name}" x="${value < 0 ? middle - length : middle}" y="${8 + k * 34}" width="${length}" height="20"/>`;
  };
  return `${bar(0, "blind", blind)}${bar(1, "missing", missing)}${bar(2, "whole", whole)}<path class="axis" d="M${middle} 0V108"/>`;
}

function show(): void {
  WIDTH = Math.max(280, Math.min(760, document.documentElement.clientWidth - 32));
  for (const [id, height] of [
    ["guide", HEIGHT],
    ["bars", 110],
    ["elbo", HEIGHT],
  ] as const)
    document.getElementById(id)!.setAttribute("viewBox", `0 0 ${WIDTH} ${height}`);
  const [mu, sd] = [Number(slider.value), Number(width.value)];
  const found = gradientAt(mu, sd);
  const put = (id: string, text: string): void => {
    document.getElementById(id)!.textContent = text;
  };
  document.getElementById("guide")!.innerHTML = guidePicture(mu, sd);
  document.getElementById("elbo")!.innerHTML = elboPicture(mu, sd);
  document.getElementById("bars")!.innerHTML = bars(found);
  put("mu-value", mu.toFixed(2));
  put("sd-value", sd.toFixed(2));
  put("blind", signed(found.blind));
  put("missing", signed(found.missing));
  put("whole", signed(found.whole));
  const direction = (value: number): string =>
    value < -0.005 ? "to the left" : value > 0.005 ? "to the right" : "nowhere";
  const isWrong = Math.sign(found.blind) !== Math.sign(found.whole) && Math.abs(found.blind) > 0.005;
  put(
    "words",
    `The path alone would move μ ${direction(found.blind)}; the derivative of the ELBO says ${direction(found.whole)}${isWrong ? ", the other way" : ""}. The guide has density ${found.weight.toFixed(3)} at the boundary, and the density of the data jumps there by −10.5 nats.`,
  );
}

// The guide can be dragged itself; the slider does the same by keyboard.
const picture = document.getElementById("guide") as unknown as SVGSVGElement;
const drag = (event: PointerEvent): void => {
  const box = picture.getBoundingClientRect();
  const value = LEFT + ((event.clientX - box.left) / box.width) * (RIGHT - LEFT);
  slider.value = String(Math.max(-3, Math.min(3, value)));
  show();
};
picture.addEventListener("pointerdown", (event) => {
  picture.setPointerCapture(event.pointerId);
  drag(event);
});
picture.addEventListener("pointermove", (event) => {
  if (event.buttons > 0) drag(event);
});
for (const input of [slider, width]) input.addEventListener("input", show);
addEventListener("resize", show);
show();
document.body.dataset["ready"] = "yes";
