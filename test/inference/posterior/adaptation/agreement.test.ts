/** Particles that answer where weights cannot: two populations agree on posteriors of many modes, and where they do not there is no answer. */
import { expect, test } from "vitest";
import { abs, defineModel, fit, normal, Posterior } from "../../../../src/index.ts";
import { agreedParticles, haveAgreed } from "../../../../src/inference/posterior/adaptation/agreement.ts";
import { COUNT } from "../../../../src/inference/posterior/adaptation/particles.ts";
import { counted, type Target } from "../../../../src/inference/posterior/adaptation/target.ts";
import { independent } from "../../../../src/inference/posterior/guide-draws.ts";
import { finished, type Pieces } from "../../../../src/pieces/pieces.ts";
import { fillNormals, makeGenerator, noiseRequest } from "../../../../src/random/index.ts";

const agreed = (...given: Parameters<typeof agreedParticles>) => finished(agreedParticles(...given));

/** Each latent ±1, give or take 0.2, by itself. */
const signs: Target = (kept, draws) => {
  const total = new Float64Array(draws);
  kept.forEach((x, k) => {
    total[k % draws]! -= 0.5 * ((Math.abs(x) - 1) / 0.2) ** 2;
  });
  return total;
};
// biome-ignore lint/correctness/useYield: work without pieces
function* emptyWalk(told: () => void): Pieces<void> {
  told();
}
const priors = (n: number) => independent(new Array<number>(n).fill(0), new Array<number>(n).fill(1), 1);

test("five signs have 32 modes, and both populations have all of them in equal shares", () => {
  const found = agreed(signs, priors(5), makeGenerator(1))!;
  for (let i = 0; i < 5; i++) {
    const own = found.subarray(i * COUNT, (i + 1) * COUNT);
    const positive = own.reduce((sum, x) => sum + (x > 0 ? 1 : 0), 0) / COUNT;
    // Of 2048 draws the share has an sd of 0.011 if they are independent; 0.06 shows a share of 0.4.
    expect(Math.abs(positive - 0.5)).toBeLessThan(0.06);
    const square = own.reduce((sum, x) => sum + x * x, 0) / COUNT;
    expect(Math.abs(square - 1.04)).toBeLessThan(0.03);
  }
});

test("particles take no more work than is left for them", () => {
  const own = Object.assign(signs.bind(undefined), { work: 10 });
  const effort = { left: Infinity };
  const whole = agreed(counted(own, effort), priors(5), makeGenerator(1))!;
  // 2048 particles of two populations, 150 densities each at least, would take 6 million.
  const little = { left: 2e6 };
  expect(agreed(counted(own, little), priors(5), makeGenerator(1))).toBeUndefined();
  expect(little.left).toBe(2e6);
  // Populations that agree when nothing is left are not asked whether they have forgotten where they were.
  const enough = { left: 6e6 };
  const found = agreed(counted(own, enough), priors(5), makeGenerator(1))!;
  expect(found).not.toEqual(whole);
  expect(enough.left).toBeLessThan(0);
  expect(enough.left).toBeGreaterThan(-10 * COUNT);
  expect(agreed(counted(own, { left: Infinity }), priors(5), makeGenerator(1))).toEqual(whole);
});

test("populations that do not mix give no answer, nor do more than MOST_LATENTS latents", () => {
  // A population that has found one of two modes and stays there.
  const particles = Float64Array.from({ length: COUNT }, (_, d) => 1 + 0.2 * Math.sin(d));
  const stuck = { particles, *walk() {} };
  expect(agreed(signs, priors(1), makeGenerator(2), stuck)).toBeUndefined();
  expect(agreed(signs, priors(1), makeGenerator(2))).toBeDefined();
  expect(agreed(signs, priors(33), makeGenerator(1))).toBeUndefined();
  expect(
    agreed(signs, priors(129), makeGenerator(1), undefined, (kept) => kept.map((x) => Math.sign(x) - x)),
  ).toBeUndefined();
  // Populations in 33 latents that go on gliding without end.
  const walks: number[] = [];
  const apart = (n: number, at: number) => ({
    particles: Float64Array.from({ length: n * COUNT }, (_, k) => at + 0.2 * Math.sin(k)),
    walk: (steps: number) => emptyWalk(() => walks.push(steps)),
  });
  expect(finished(haveAgreed([apart(33, 1), apart(33, 1.04)], 33))).toBe(false);
  expect(walks.length).toBe(2 * 17);
});

test("populations that agree go on until they have forgotten where they were, or no longer forget", () => {
  const noise = new Float64Array(COUNT);
  let stream = 0;
  const normals = (): Float64Array => {
    fillNormals(
      noiseRequest({ out: noise, generator: makeGenerator(3), stream: ++stream, lanes: COUNT, dimensions: 1 }),
    );
    return noise;
  };
  // Both are 1 sd off the same way; 16 steps keep `kept` of where a particle was.
  const walked = (kept: number) => {
    let walks = 0;
    const populations = [0, 1].map(() => {
      const particles = normals().map((x) => 1 + x);
      const walk = () =>
        emptyWalk(() => {
          walks++;
          const [share, fresh] = [kept, Math.sqrt(1 - kept * kept)];
          normals().forEach((x, d) => {
            particles[d] = share * particles[d]! + fresh * x;
          });
        });
      return { particles, walk };
    });
    const agree = finished(haveAgreed([populations[0]!, populations[1]!], 1));
    const mean = populations.map(({ particles }) => particles.reduce((sum, x) => sum + x, 0) / COUNT);
    return { agree, walks, off: (mean[0]! + mean[1]!) / 2 };
  };
  const moving = walked(0.7);
  // 0.7⁴ = 0.24 is left of the start, and of what the means were off.
  expect(moving).toMatchObject({ agree: true, walks: 2 * 4 });
  expect(moving.off).toBeLessThan(0.35);
  expect(walked(1)).toMatchObject({ agree: true, walks: 2 * 3 });
});

test("draws of one proposal that could not forget it even twice as fast go no further than the first glides of one population", () => {
  // The second latent keeps `kept` of where a particle was in the first twenty glides.
  const gliding = (kept: number, effort?: { left: number }) => {
    const walks: number[] = [];
    let stream = 0;
    const normals = (out: Float64Array) => {
      fillNormals(noiseRequest({ out, generator: makeGenerator(4), stream: ++stream, lanes: COUNT, dimensions: 2 }));
      return out;
    };
    const populations = [0, 1].map(() => {
      const particles = normals(new Float64Array(2 * COUNT));
      const walk = (steps: number) =>
        emptyWalk(() => {
          walks.push(steps);
          if (effort) effort.left -= steps;
          const share = kept ** (steps / 20);
          normals(new Float64Array(2 * COUNT)).forEach((x, k) => {
            particles[k] = k < COUNT ? x : share * particles[k]! + Math.sqrt(1 - share * share) * x;
          });
        });
      return { particles, effort, walk };
    });
    const options = { glide: true, areIndependent: false };
    return { agree: finished(haveAgreed([populations[0]!, populations[1]!], 2, options)), walks };
  };
  // Of 64 further glides twice as fast 0.9⁷·⁴ = 0.46 would be left, of 0.7 less than a tenth.
  expect(gliding(0.9)).toEqual({ agree: false, walks: [20] });
  const far = gliding(0.7);
  expect(far).toMatchObject({ agree: true });
  expect(far.walks.length).toBeGreaterThan(10);
  // The work that is left is enough for another twenty of the second population and ten of each: 0.7² = 0.49.
  const little = { left: 60 };
  expect(gliding(0.7, little)).toEqual({ agree: false, walks: [20] });
  expect(little.left).toBe(0);
  // What 0.9 leaves of a great deal is what all glides would have left.
  const much = { left: 1000 };
  expect(gliding(0.9, much)).toEqual({ agree: false, walks: [20] });
  expect(much.left).toBe(1000 - 2 * 84);
});

test("a fit answers by particles where weights of its draws are worth little, says so, and is saved with them", () => {
  const model = defineModel("signs", ({ sample, observe }) => {
    for (let i = 0; i < 7; i++) observe(normal(abs(sample(`z${i}`, normal(0, 1))), 0.2), 1, `y${i}`);
  });
  const posterior = fit(model, { restarts: 0, maxSamples: 2000, onWarning: () => undefined });
  expect(posterior.report!.importance!.answers).toBe("particles");
  expect(posterior.summary()[0]!.by).toBe("particles");
  expect(posterior.warnings.join()).toContain("those of particles instead, two populations of which agree");
  // |z| given y has the density of a normal of mean 25/26 and variance 1/26, cut off 4.9 sds below.
  const sd = Math.sqrt((25 / 26) ** 2 + 1 / 26);
  for (let i = 0; i < 7; i++) {
    expect(Math.abs(posterior.mean(`z${i}`))).toBeLessThan(0.1);
    expect(Math.abs(posterior.sd(`z${i}`) / sd - 1)).toBeLessThan(0.05);
  }
  const again = Posterior.from(model, JSON.parse(JSON.stringify(posterior)));
  expect(again.summary()).toEqual(posterior.summary());
  expect(again.sample(5)).toEqual(posterior.sample(5));
  expect(again.drawn({ draws: 3000 }).values("z1")).toEqual(posterior.drawn({ draws: 3000 }).values("z1"));
});
