import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Experiment } from "../../src/cli/experiment/experiment.ts";
import { PAPER } from "../../src/cli/experiment/paper.ts";
import { elboPlot, gapPlot, variancePlot } from "../../src/cli/report/plots.ts";
import { decades, elboRange, tickText, tickTexts } from "../../src/cli/report/scale.ts";
import { plotSvg } from "../../src/cli/report/svg.ts";
import { tableData } from "../../src/cli/report/tables.ts";
import { number, progressBar, sparkline, table } from "../../src/cli/terminal.ts";
import { once } from "../../src/pieces/once.ts";
import { alone, MAIN, type Outcome, Session } from "../support/command-line.ts";
import { builtPackage } from "../support/package.ts";
import { amount } from "../support/soak.ts";

const VISITS = fileURLToPath(new URL("../../examples/visits.js", import.meta.url));

let folder: string;
let session: Session;
beforeAll(async () => {
  await builtPackage();
  folder = await mkdtemp(join(tmpdir(), "nondiff-cli-"));
  session = new Session(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs a command in the test's folder, after others in the same process. */
const nondiff = (...args: string[]): Promise<Outcome> => session.run(...args);

/** What `nondiff models` prints as JSON and as a table, for all tests: it traces every model and every problem of the gallery. */
const listedModels = once(async () => {
  const json = await nondiff("models", "--json");
  return { entries: JSON.parse(json.stdout) as Listed[], table: (await nondiff("models")).stdout };
});
interface Listed {
  readonly name: string;
  readonly kind?: string;
  readonly latents: number;
}

describe("help and usage", () => {
  const OVERVIEWS: readonly (readonly string[])[] = [[], ["--help"], ["-h"], ["help"]];
  const OPTIONS = [
    ["models", ["--json"]],
    [
      "run",
      [
        ...["--estimator", "--guide NAME", "full-rank", "--steps", "--lr", "--samples", "--seed", "--json", "--csv"],
        ...["--tolerance", "--max-samples", "--restarts", "--no-flips", "--no-collapse", "--optimizer"],
      ],
    ],
    [
      "explain",
      ["--json", "--guide NAME", "--stage NAME", "--stages", "--no-marginalise", "--entropy", "--boundaries"],
    ],
    ["compare", ["--steps", "--lr", "--samples", "--variance-samples", "--seed", "--out", "--json"]],
  ] as const;
  const FAULTS: readonly (readonly [args: readonly string[], message: string])[] = [
    [["fly"], 'no such command; got "fly"'],
    [["run"], "which model? expected one of "],
    [["run", "nosuch"], 'no such model; got "nosuch", expected one of '],
    [["run", "conditions/nosuch"], 'no such model; got "conditions/nosuch", expected one of '],
    [["run", "./nosuch.js"], 'no such file; got "./nosuch.js"'],
    [["run", "gmm", "extra"], 'too many arguments; got "gmm extra", expected one model'],
    [["models", "gmm"], 'too many arguments; got "gmm", expected none'],
    [["run", "gmm", "--steps", "0"], '--steps: got "0", expected an integer ≥ 1'],
    [["run", "gmm", "--steps", "ten"], '--steps: got "ten", expected an integer ≥ 1'],
    [["run", "gmm", "--guide", "best"], '--guide: got "best", expected one of auto, mean-field, full-rank'],
    [["explain", "gmm", "--guide", "best"], '--guide: got "best", expected one of mean-field, full-rank'],
    [["run", "gmm", "--lr", "-1"], "--lr"],
    [["run", "gmm", "--lr=-1"], '--lr: got "-1", expected a number > 0'],
    [
      ["run", "gmm", "--estimator", "best"],
      '--estimator: got "best", expected one of score, reparam, lyy18, corrected',
    ],
    [
      ["explain", "gmm", "--stage", "nosuch"],
      '--stage: no such stage; got "nosuch", expected one of trace, objective, ',
    ],
    [["explain", VISITS], 'model "visits" needs data: visitors'],
    [["compare", "all", "--data", "x.csv"], "--data: got it for all models"],
    [["explain", "gmm", "--set", "x=1"], '--set: model "gmm" takes no data'],
    [["explain", "gmm", "--boundaries", "0"], '--boundaries: got "0", expected an integer ≥ 1'],
    [["explain", "--stage", "trace"], "which model? expected one of "],
    [["run", "gmm", "--nosuch"], "Unknown option '--nosuch'"],
    [["run", "gmm", "--tolerance", "0"], '--tolerance: got "0", expected a number > 0'],
    [["run", "gmm", "--restarts", "few"], '--restarts: got "few", expected an integer ≥ 0'],
    [["run", "gmm", "--steps", "5", "--tolerance", "1"], "--tolerance: a loop has none"],
    [["run", "gmm", "--optimizer", "best"], '--optimizer: got "best", expected one of adam, rmsprop, sgd'],
    [["run", "gmm", "--collapse", "--no-collapse"], "--collapse: got --no-collapse, too"],
    [["compare", "gmm", "--samples", "1,,2"], '--samples: got "", expected an integer ≥ 1'],
    [["compare", "gmm", "--variance-samples", "1"], '--variance-samples: got "1", expected an integer ≥ 2'],
  ];
  test.each(OVERVIEWS)("lists the commands for %j", async (...args) => {
    const { code, stdout } = await nondiff(...args);
    expect(code).toBe(0);
    for (const command of ["models", "run", "explain", "compare"]) expect(stdout).toContain(`nondiff ${command}`);
  });

  test("explain, verify and compare take data as run does", async () => {
    const data = [VISITS, "--data", VISITS.replace(/js$/, "csv"), "--set", "scale=2"];
    expect((await nondiff("explain", ...data)).stdout).toMatch(/^model visits: /);
    expect((await nondiff("verify", ...data, "--model")).stdout).toMatch(/^model visits: right/);
    const out = join(folder, "visits-report");
    const { code, stdout } = await nondiff("compare", ...data, "--steps", "4", "--samples", "1", "--out", out);
    expect([code, stdout]).toEqual([0, expect.stringContaining("── visits ──")]);
  });

  test.each(OPTIONS)("%s --help lists its options", async (command, options) => {
    const { code, stdout } = await nondiff(command, "--help");
    expect(code).toBe(0);
    for (const option of options) expect(stdout).toContain(option);
  });

  test.each(FAULTS)("%j is a usage error: exit code 2, one message, no stack", async (args, message) => {
    const { code, stdout, stderr } = await nondiff(...args);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^nondiff: /);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test("are the same from a process of their own", async () => {
    for (const args of [["run", "--help"], ["fly"]])
      expect(await alone(folder, ...args)).toEqual(await nondiff(...args));
  });
});

describe("models and explain", () => {
  test("models lists the paper's models with their sizes", async () => {
    const { entries, table } = await listedModels();
    expect(Object.fromEntries(entries.map(({ name, latents }) => [name, latents]))).toMatchObject({
      gmm: 1,
      temperature: 41,
      textmsg: 3,
      influenza: 37,
    });
    expect(table).toMatch(/^textmsg +3 /m);
  });

  test("explain says what happens to the one boundary of gmm", async () => {
    const { stdout } = await nondiff("explain", "gmm");
    expect(stdout).toContain("z > 0");
    const { conditions, accepted } = JSON.parse((await nondiff("explain", "gmm", "--json")).stdout);
    expect(accepted).toBe(true);
    expect(conditions).toMatchObject([{ text: "z > 0", block: ["z"] }]);
  });
});

describe("explain by stages", () => {
  test("--stages lists them with their sentences, without a model", async () => {
    const { stdout } = await nondiff("explain", "--stages");
    expect(stdout).toMatch(/^trace +The program is run once/m);
    expect(stdout).toMatch(/^peeling +Comparisons are taken apart/m);
    expect(stdout).toMatch(/^tape +Every value has a slot/m);
    const listed = JSON.parse((await nondiff("explain", "--stages", "--no-marginalise", "--json")).stdout);
    expect(listed.map(({ name }: { name: string }) => name)).not.toContain("marginalisation");
  });

  test("--stage prints the program there, under the options given", async () => {
    const { stdout } = await nondiff("explain", "gmm", "--stage", "boundaries", "--no-marginalise");
    expect(stdout).toBe(
      `gmm, boundaries: Every condition c > 0 that a latent moves and a term depends on has a boundary, c = 0.\n\nz > 0: c = z; moved: z; jumps: observe "x"\n`,
    );
    const analytic = await nondiff("explain", "gmm", "--stage", "analytic-entropy", "--entropy", "analytic");
    const full = await nondiff("explain", "textmsg", "--stage", "gradient", "--guide", "full-rank");
    expect(full.stdout).toContain("∂ELBO/∂lower[x1 on x0]");
    expect(analytic.stdout).toContain('guide of "z": log(softplus(rho[z])) + 1.41894');
  });

  test("long programs are shortened to what a terminal shows, and --json has them whole", async () => {
    const { stdout } = await nondiff("explain", "temperature", "--stage", "gradient");
    const lines = stdout.trimEnd().split("\n");
    expect(lines).toHaveLength(63);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(200);
    expect(stdout).toMatch(/^… (\d+) lines are left out; --json has all …$/m);
    const whole = JSON.parse((await nondiff("explain", "temperature", "--stage", "gradient", "--json")).stdout);
    expect(whole).toMatchObject({ model: "temperature", stage: "gradient", sentence: expect.any(String) });
    const left = Number(/^… (\d+)/m.exec(stdout)![1]);
    expect(whole.lines).toHaveLength(60 + left);
    expect(whole.lines.join()).not.toContain("…");
  });

  test.each(amount(["conditions/circle"], ["textmsg", "conditions/circle"]))(
    "every stage of %s has lines",
    async (model) => {
      const listed = JSON.parse((await nondiff("explain", "--stages", "--json")).stdout) as { name: string }[];
      for (const { name } of listed) {
        const { code, stdout } = await nondiff("explain", model, "--stage", name);
        expect(code).toBe(0);
        expect(stdout.split("\n").length).toBeGreaterThan(3);
      }
    },
  );
});

describe("conditions with known answers", () => {
  test("are listed by kind, explained and run by name", async () => {
    const { entries, table } = await listedModels();
    expect(entries).toContainEqual(expect.objectContaining({ name: "conditions/circle", kind: "curved", latents: 2 }));
    expect(table).toMatch(/^conditions\/circle +2 +3 {2}curved: z1² \+ z2² < 1\.2²$/m);
    expect((await nondiff("explain", "conditions/circle")).stdout).toContain("1.44 > square(z1) + square(z2)");
    expect((await nondiff("run", "conditions/exp", "--steps", "20")).stdout).toMatch(/^conditions\/exp by corrected/);
  });

  test("are compared with their exact gradient", async () => {
    const args = ["compare", "conditions/wedge", "--steps", "4", "--samples", "2"];
    const { stdout } = await nondiff(...args);
    expect(stdout).toContain("bias of the gradient at the initial point (1000 samples, against the exact gradient;");
    expect(stdout).toContain("report: reports/conditions-wedge/report.html");
  });
});

describe("run", () => {
  test("prints a sparkline and the posterior, draws no progress bar into a pipe", async () => {
    const { code, stdout, stderr } = await nondiff("run", "gmm", "--steps", "300");
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^ELBO [▁▂▃▄▅▆▇█]{60} -\d/m);
    expect(stdout).toMatch(/^latent +mean +sd +5 % +50 % +95 %$/m);
    expect(stdout).toMatch(/^z( +-?\d[\d.]*){5}$/m);
  });

  test("--json is the whole result, the same for the same seed, and --csv every step of it", async () => {
    const args = ["run", "gmm", "--steps", "50", "--seed", "3", "--json", "--csv", "elbo.csv"];
    const { stdout } = await nondiff(...args);
    const { seconds: _, ...result } = JSON.parse(stdout) as { seconds: number; elboTrace: number[]; params: unknown };
    expect(result).toMatchObject({
      model: "gmm",
      estimator: "corrected",
      guide: "mean-field",
      steps: 50,
      samples: 16,
      seed: 3,
      warnings: [],
    });
    const lines = (await readFile(join(folder, "elbo.csv"), "utf8")).trimEnd().split("\n");
    expect(lines).toEqual(["step,elbo", ...result.elboTrace.map((elbo, i) => `${i + 1},${elbo}`)]);
    const { seconds: _again, ...again } = JSON.parse((await nondiff(...args)).stdout);
    expect(again).toEqual(result);
    const { params } = JSON.parse((await nondiff(...args, "--seed", "4")).stdout);
    expect(params).not.toEqual(result.params);
  });

  test("--guide full-rank has correlations, in the table and in JSON", async () => {
    const source = `import { add, defineModel, normal } from "nondiff";
      export default defineModel("sum", ({ sample, observe }) => {
        const [a, b] = [sample("a", normal(0, 1)), sample("b", normal(0, 1))];
        observe(normal(add(a, b), 0.3), 1);
      });`;
    await writeFile(join(folder, "sum.mjs"), source);
    const args = ["run", "./sum.mjs", "--guide", "full-rank", "--steps", "1500"];
    const { stdout } = await nondiff(...args);
    expect(stdout).toMatch(/^sum by corrected under the full-rank guide: 1500 steps/);
    expect(stdout).toMatch(/^correlations: a, b -0\.9\d$/m); // exact: −1/1.09
    const result = JSON.parse((await nondiff(...args, "--json")).stdout);
    expect(Object.keys(result.params)).toEqual(["mu", "rho", "lower"]);
    expect(result.parameterNames).toEqual(["mu[a]", "mu[b]", "rho[a]", "rho[b]", "lower[b on a]"]);
    const [[aa, ab], [ba, bb]] = result.correlations;
    expect([aa, bb, ba]).toEqual([1, 1, ab]);
    expect(ab).toBeCloseTo(-1 / 1.09, 1);
    expect(result.summary.map(({ name }: { name: string }) => name)).toEqual(["a", "b"]);
    const plain = JSON.parse((await nondiff("run", "./sum.mjs", "--steps", "20", "--json")).stdout);
    expect(plain.guide).toBe("mean-field");
    expect(plain).not.toHaveProperty("correlations");
  });

  test("decides its steps itself unless it is told, and exits with 3 where it has not converged", async () => {
    const { code, stdout, stderr } = await nondiff("run", "gmm", "--no-collapse");
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^gmm: converged: near the result the ELBO can gain less than 0\.05 nats\n/);
    expect(stdout).toMatch(/^stages {2}64 points → gap [\d.e-]+$/m);
    expect(stdout).toMatch(/^z( +-?\d[\d.]*){5} {2}[▁▂▃▄▅▆▇█ ]+$/m);
    const short = await nondiff(
      "run",
      "gmm",
      "--no-collapse",
      "--max-samples",
      "100",
      "--json",
      "--draws",
      "draws.csv",
    );
    expect(short.code).toBe(3);
    expect(JSON.parse(short.stdout)).toMatchObject({ status: "budget", ok: false, command: expect.any(String) });
    expect(short.stderr).toMatch(/^warning: fit: not converged/);
    const lines = (await readFile(join(folder, "draws.csv"), "utf8")).trimEnd().split("\n");
    expect(lines).toHaveLength(4001);
    expect(lines[0]).toBe("z");
  });

  test("--out writes a page that needs nothing else, figures, the result and draws", async () => {
    const source = `import { add, bernoulli, defineModel, gt, mul, normal, where } from "nondiff";
      export default defineModel("</script><b>", ({ sample, observe }) => {
        const [a, b] = [sample("a", normal(0, 1)), sample("b/../x", normal(0, 1))];
        const k = sample("k", bernoulli(0.3));
        observe(normal(add(a, b), 0.3), 1);
        observe(normal(where(gt(a, 0.5), 1, mul(2, k)), 1), 1.5);
      });`;
    await writeFile(join(folder, "paged.mjs"), source);
    const { code, stdout } = await nondiff("run", "./paged.mjs", "--out", "paged", "--guide", "full-rank");
    expect([0, 3]).toContain(code);
    expect(stdout.endsWith("\nreport: paged/report.html\n")).toBe(true);
    expect((await readdir(join(folder, "paged"))).sort()).toEqual([
      "draws.csv",
      "figures",
      "report.html",
      "result.json",
    ]);
    const figures = await readdir(join(folder, "paged/figures"));
    expect(figures.slice(0, 4)).toEqual([
      ...["01-posterior-a.svg", "02-posterior-b-x.svg", "03-posterior-k.svg", "04-pair-a-b-x.svg"],
    ]);
    for (const name of figures) {
      const svg = await readFile(join(folder, "paged/figures", name), "utf8");
      expect(svg).toMatch(/^<svg [^>]*role="img" aria-label="[^"]+"/);
      expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    }
    const html = await readFile(join(folder, "paged/report.html"), "utf8");
    const result = JSON.parse(await readFile(join(folder, "paged/result.json"), "utf8"));
    expect(html).not.toContain("</script><b>");
    for (const part of [
      'class="verdict',
      "Pairs that correlate",
      "course of the fit",
      "Predictive check",
      "Boundaries",
      "a &gt; 0.5",
    ])
      expect(html).toContain(part);
    expect(html).toContain("made by <code>nondiff run ./paged.mjs --out paged --guide full-rank</code>");
    expect(html).toMatch(/nondiff 0\.1\.0, <time datetime="\d{4}-/);
    expect(html).toMatch(/uplot 1\.[\s\S]*MIT/i);
    expect(html.match(/<figure>/g)).toHaveLength(figures.length);
    expect(html.match(/<(link|img|iframe|object|embed)\b|\b(src|href)\s*=|@import|url\(/gi)).toBeNull();
    expect(result).toMatchObject({ model: "</script><b>", date: expect.any(String), posterior: expect.any(Object) });
  });

  test("warns on stderr where the estimator is biased", async () => {
    const { code, stderr } = await nondiff("run", "gmm", "--steps", "5", "--estimator", "reparam");
    expect(code).toBe(0);
    expect(stderr).toMatch(/^warning: .*"reparam" is biased on model "gmm"/);
  });
});

describe("a user's module", () => {
  const MODEL = `import { defineModel, gt, normal, where } from "nondiff";
    export default defineModel("mine", ({ sample, observe }) => {
      const z = sample("z", normal(0, 1));
      observe(normal(where(gt(z, 0), 5, -2), 1), OBSERVED);
    });`;

  test("runs from a folder that has no nondiff of its own", async () => {
    await writeFile(join(folder, "mine.mjs"), MODEL.replace("OBSERVED", "0"));
    const { code, stdout } = await nondiff("run", "./mine.mjs", "--steps", "20");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^mine by corrected: 20 steps/);
  });

  test("that is no valid model ends with exit code 1 and the model's own words", async () => {
    await writeFile(join(folder, "bad.mjs"), MODEL.replace("OBSERVED", "NaN"));
    const { code, stderr } = await nondiff("run", "./bad.mjs");
    expect(code).toBe(1);
    expect(stderr).toMatch(/^nondiff: observe "y0": value is outside the support of normal; got NaN/);
    expect(stderr.match(/^ +at .*$/gm)).toEqual([expect.stringMatching(/bad\.mjs:4:7$/)]);
  });

  test("that exports something else is named", async () => {
    await writeFile(join(folder, "other.mjs"), "export default 7;");
    const { code, stderr } = await nondiff("explain", "./other.mjs");
    expect(code).toBe(2);
    expect(stderr).toContain("does not export a model; got a default export of number");
  });

  test("a file that cannot be written is told before anything is computed", async () => {
    const { code, stderr } = await nondiff("run", "gmm", "--steps", "2", "--csv", "no/such/folder.csv");
    expect(code).toBe(2);
    expect(stderr).toMatch(/^nondiff: --csv: cannot write to "no\/such\/folder\.csv"; got ENOENT/);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

describe("compare", () => {
  test("writes tables, HTML, SVG and JSON, and ends with where the report lies", async () => {
    const args = ["compare", "textmsg", "--steps", "30", "--samples", "1,4", "--out", "out"];
    const { code, stdout, stderr } = await nondiff(...args);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout.endsWith("\nreport: out/report.html\n")).toBe(true);
    for (const title of ["ELBO after 30 iterations", "divided by SCORE's", "time per iteration"])
      expect(stdout).toContain(title);
    expect((await readdir(join(folder, "out"))).sort()).toEqual([
      "report.html",
      "results.json",
      ...["textmsg-1-elbo.svg", "textmsg-1-variance.svg", "textmsg-4-elbo.svg", "textmsg-4-variance.svg"],
    ]);

    const [experiment] = JSON.parse(await readFile(join(folder, "out/results.json"), "utf8")) as [Experiment];
    expect(experiment).toMatchObject({
      model: "textmsg",
      steps: 30,
      learningRate: 0.001,
      varianceSamples: 16,
      seed: 0,
    });
    expect(experiment.curves.map(({ estimator, samples }) => `${estimator} ${samples}`)).toEqual([
      ...["score 1", "reparam 1", "lyy18 1", "corrected 1"],
      ...["score 4", "reparam 4", "lyy18 4", "corrected 4"],
    ]);
    for (const { iterations, elbo, varianceTrace } of experiment.curves) {
      expect(iterations[iterations.length - 1]).toBe(30);
      expect(elbo.length).toBe(iterations.length);
      expect(varianceTrace.length).toBe(iterations.length - 1);
    }

    const html = await readFile(join(folder, "out/report.html"), "utf8");
    expect(html.match(/<figure data-plot>/g)?.length).toBe(6);
    // Self-contained: nothing is loaded, and the page forbids it.
    expect(html).toContain("default-src 'none'");
    expect(html.match(/<(link|img|iframe|object|embed)\b|\b(src|href)\s*=|@import|url\(/gi)).toBeNull();
  });

  test("all and --json: one experiment per model, and nothing else on standard output", async () => {
    const few = [
      "--steps",
      "2",
      "--samples",
      "2",
      "--bias-samples",
      "4",
      "--variance-samples",
      "2",
      "--estimators",
      "score",
    ];
    const asked = amount("gmm", "all");
    const { stdout } = await nondiff("compare", asked, ...few, "--json", "--out", "all");
    const experiments = JSON.parse(stdout) as Experiment[];
    const names = experiments.map(({ model }) => model);
    if (asked !== "all") {
      expect(names).toEqual([asked]);
      return;
    }
    const { entries } = await listedModels();
    expect(names).toEqual(entries.slice(0, names.length).map(({ name }) => name));
    expect(names).toEqual(expect.arrayContaining(["gmm", "influenza", "temperature", "textmsg"]));
  });

  test("a model's name ends neither in a path nor in the page's markup", async () => {
    const text = `import { defineModel, normal } from "nondiff";
      export default defineModel("../</script><b>", ({ sample }) => { sample("z", normal(0, 1)); });`;
    await writeFile(join(folder, "hostile.mjs"), text);
    const { code, stdout } = await nondiff("compare", "./hostile.mjs", "--steps", "2", "--samples", "2");
    expect(code).toBe(0);
    expect(stdout).not.toMatch(/-0\.0+ ±/);
    expect(stdout).toContain("report: reports/-script-b-/report.html");
    const html = await readFile(join(folder, "reports/-script-b-/report.html"), "utf8");
    expect(html).not.toContain("</script><b>");
    expect(await readFile(join(folder, "reports/-script-b-/-script-b--2-elbo.svg"), "utf8")).not.toContain("<b>");
  });
});

const EXPERIMENT: Experiment = {
  model: "textmsg",
  steps: 200,
  learningRate: 0.001,
  varianceSamples: 16,
  seed: 0,
  curves: ["score", "reparam", "lyy18", "corrected"].flatMap((estimator, j) =>
    [1, 16].map((samples) => ({
      estimator,
      samples,
      iterations: [0, 100, 200],
      elbo: [-1000, -400 + j, -300 + j],
      elboError: 0.123,
      componentVariance: 100 / (j + 1),
      normVariance: 50 / (j + 1),
      varianceTrace: [1e6, 10],
      millisecondsPerIteration: 2 * (j + 1),
    })),
  ),
};

describe("tables and plots", () => {
  test("ratios are to SCORE's, on the runs with the fewest samples, beside the paper's", () => {
    const [elbo, variance, time] = tableData(EXPERIMENT);
    expect(elbo!.rows[3]).toEqual(["corrected", "-297.00 ± 0.12", "-297.00 ± 0.12"]);
    expect(variance!.title).toContain("with 1 sample per gradient");
    expect(variance!.rows).toEqual([
      ["reparam", "0.5", "0.0291", "0.5", "0.0292", "0.5", "0.5"],
      ["lyy18", "0.3333", "0.0277", "0.3333", "0.0246", "0.3333", "0.3333"],
      ["corrected", "0.25", "–", "0.25", "–", "0.25", "0.25"],
    ]);
    expect(time!.rows[1]).toEqual(["reparam", "4", "4", "2", "15.4", "3.143"]);
  });

  test("the paper's variances are not set beside another step size", () => {
    const [, variance] = tableData({ ...EXPERIMENT, learningRate: 0.01 });
    expect(variance!.rows[1]!.slice(0, 5)).toEqual(["lyy18", "0.3333", "–", "0.3333", "–"]);
  });

  test("the paper's figures are those of its poster", () => {
    expect(PAPER).toEqual({
      temperature: {
        variance: { reparam: [4.45e-9, 2.45e-8], lyy18: [1.85e-6, 7.59e-5] },
        milliseconds: { score: 21.7, reparam: 46.1, lyy18: 79.2 },
      },
      textmsg: {
        variance: { reparam: [2.91e-2, 2.92e-2], lyy18: [2.77e-2, 2.46e-2] },
        milliseconds: { score: 4.9, reparam: 15.4, lyy18: 24.9 },
      },
      influenza: {
        variance: { reparam: [4.38e-3, 2.12e-3], lyy18: [4.89e-3, 2.36e-3] },
        milliseconds: { score: 18.7, reparam: 251.4, lyy18: 269.8 },
      },
    });
  });

  test("a curve that diverged is drawn as far as it goes and named", () => {
    const [first, ...rest] = EXPERIMENT.curves;
    const short = {
      ...first!,
      iterations: [0, 100],
      elbo: [-1000, -400],
      varianceTrace: [5],
      diverged: "after iteration 100",
    };
    const experiment = { ...EXPERIMENT, curves: [short, ...rest] };
    expect(tableData(experiment)[0]!.rows[0]![1]).toBe("diverged");
    expect(elboPlot(experiment, 1).series[0]!.values).toEqual([-1000, -400, null]);
    expect(variancePlot(experiment, 1).series[0]!.values).toEqual([null, 5, null]);
  });

  test("the ELBO axis is cut at the bottom; distances and variances are all shown", () => {
    const [low, high] = elboRange(EXPERIMENT);
    expect(low).toBeGreaterThan(-1000);
    expect(high).toBeGreaterThan(-297);
    expect(gapPlot(EXPERIMENT, 1).range).toBeUndefined();
    expect(gapPlot(EXPERIMENT, 1).series[3]!.values).toEqual([703, 100, null]); // the best itself has no logarithm
    expect(variancePlot(EXPERIMENT, 1).series[0]!.values).toEqual([null, 1e6, 10]);
  });

  test("an SVG has a path per estimator, whole decades on a logarithmic axis, and finite coordinates", () => {
    for (const plot of [elboPlot, gapPlot, variancePlot]) {
      const svg = plotSvg(plot(EXPERIMENT, 16));
      expect(svg.match(/<path /g)?.length).toBe(4);
      expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    }
    const labels = [...plotSvg(variancePlot(EXPERIMENT, 16)).matchAll(/text-anchor="end">([^<]*)</g)].map(
      ([, text]) => text,
    );
    expect(labels).toEqual(["10", "100", "1000", "10k", "100k", "1M"]);
  });

  test("decades are at most eight, evenly apart", () => {
    expect(decades(0.5, 2000)).toEqual([1, 10, 100, 1000]);
    expect(decades(1e-3, 1e18).map(Math.log10)).toEqual([-3, 0, 3, 6, 9, 12, 15, 18]);
    expect(decades(2, 3)).toEqual([]);
  });

  test.each([
    [-1.2e6, "−1.2M"],
    [-250000, "−250k"],
    [9999, "9999"],
    [0, "0"],
    [1e-7, "1e-7"],
    [1e18, "1e18"],
  ])("a tick at %f reads %s", (value, text) => {
    expect(tickText(value)).toBe(text);
  });

  test("ticks of one axis are told apart", () => {
    expect(tickTexts([-174.28, -174.27, -174.26])).toEqual(["−174.28", "−174.27", "−174.26"]);
    expect(tickTexts([0, 200, 400])).toEqual(["0", "200", "400"]);
    expect(tickTexts([1_000_001, 1_000_002])).toEqual(["1.000001M", "1.000002M"]);
  });
});

describe("terminal", () => {
  test("a sparkline averages, rises where the values rise, and keeps a bad start from flattening the rest", () => {
    expect(sparkline([1, 2, 3, 4, 5, 6, 7, 8])).toBe("▁▂▃▄▅▆▇█");
    expect(sparkline([5, 5, 5])).toBe("▄▄▄");
    expect(sparkline([0, 2, 10, 12], 2)).toBe("▁█");
    const steps = Array.from({ length: 60 }, (_, i) => (i < 3 ? -1e9 : i));
    expect(new Set(sparkline(steps)).size).toBe(8);
  });

  test("a table aligns its columns", () => {
    expect(table(["a", "bb"], [["long", "1"]])).toBe("a     bb\n────────\nlong   1");
  });

  test.each([
    [1234.567, "1235"],
    [0.00012345, "1.23e-4"],
    [0, "0"],
    [NaN, "NaN"],
    [-2e7, "-2.00e+7"],
  ])("%f is printed as %s", (value, text) => {
    expect(number(value)).toBe(text);
  });

  test("the progress bar draws on a terminal only", () => {
    const written: string[] = [];
    const stream = (isTTY: boolean) =>
      ({ isTTY, write: (text: string) => written.push(text) > 0 }) as unknown as NodeJS.WriteStream;
    const quiet = progressBar(stream(false));
    quiet.update(0.5, "half");
    quiet.done();
    expect(written).toEqual([]);
    const bar = progressBar(stream(true));
    bar.update(0.5, "half");
    bar.done();
    expect(written[0]).toContain(`${"█".repeat(15)}${"░".repeat(15)}  50 %  half`);
    expect(written[1]).toBe("\r\x1b[K");
  });

  test.each([20, 40, 59, 60, 200])("a line of progress fits into %i columns", (columns) => {
    const lines: string[] = [];
    const stream = { isTTY: true, columns, write: (text: string) => lines.push(text) };
    progressBar(stream).update(0.5, "polishing  12,345 samples  ELBO -291.99  gap 0.31 of 0.05\u001b[31m");
    const [line = ""] = lines;
    const drawn = line.slice("\r\x1b[K".length);
    expect(drawn).toMatch(/^█/);
    expect(drawn.length).toBeLessThan(columns);
    expect(drawn).not.toContain("\u001b");
    if (columns === 200) expect(drawn).toMatch(/of 0\.05\\x1b\[31m$/);
  });

  test("in a log progress is a line every twenty seconds", () => {
    const written: string[] = [];
    let now = 0;
    const stream = { isTTY: false, columns: 80, write: (text: string) => written.push(text) };
    const bar = progressBar(stream, () => now);
    for (; now <= 41_000; now += 1000) bar.update(undefined, `at ${now}`);
    expect(written).toEqual(["nondiff: at 20000\n", "nondiff: at 40000\n"]);
  });

  // util-linux's script gives the command a terminal of its own.
  const hasTerminal = spawnSync("script", ["-qec", "true", "/dev/null"]).status === 0;
  // The bar is drawn ten times a second at most, and a fast machine takes 3000 steps in a quarter of one.
  test.skipIf(!hasTerminal)("a long run shows its progress on a terminal", () => {
    const command = `${process.execPath} ${MAIN} run textmsg --steps 8000`;
    const { stdout } = spawnSync("script", ["-qec", command, "/dev/null"], { cwd: folder, encoding: "utf8" });
    expect(stdout).toMatch(/█░+ +\d+ % {2}step \d+ {2}ELBO -\d/);
    expect(stdout).toContain("textmsg by corrected");
  });
});
