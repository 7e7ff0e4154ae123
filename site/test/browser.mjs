// The site in headless Chromium and Firefox: pages load without errors, the keyboard reaches everything, axe finds nothing serious, a fit ends, data and
// links work, offline too. `npm run docs && npm run test:docs`; screenshots go to site/dist/screenshots. CHROMIUM and FIREFOX name other browsers; one that
// is not there is skipped, and said to be. `npm run test:docs -- firefox` runs one alone, ONLY="a long fit" what has
// this in its name.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import puppeteer from "puppeteer-core";

const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};
/** Milliseconds that the fastest of some warm fits of the text messages may take; SLOWNESS=5 gives a machine that is busy or slow five times as many. */
const FIT = 2000 * Number(process.env.SLOWNESS ?? 1);
const WARM_FITS = 3;

const server = createServer(async (request, response) => {
  if (isDown) return request.socket.destroy();
  const { pathname } = new URL(request.url, "http://localhost");
  const path = pathname.endsWith("/") ? `${pathname}index.html` : pathname;
  try {
    const body = await readFile(join(dist, decodeURIComponent(path)));
    response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream" }).end(body);
  } catch {
    response.writeHead(404).end("not found");
  }
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const home = `http://127.0.0.1:${server.address().port}`;
const BROWSERS = {
  chromium: {
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
  },
  firefox: { browser: "firefox", executablePath: process.env.FIREFOX ?? "/usr/bin/firefox-esr" },
};
const asked = process.argv.slice(2);
const names = Object.keys(BROWSERS).filter((name) => asked.length === 0 || asked.includes(name));
let browser;
let title = "";
/** Whether the server is out of reach. */
let isDown = false;
await mkdir(join(dist, "screenshots"), { recursive: true });

let [passed, failed] = [0, 0];
async function test(what, run) {
  if (process.env.ONLY && !what.includes(process.env.ONLY)) return;
  try {
    await run();
    passed++;
    console.log(`ok      ${title}: ${what}`);
  } catch (error) {
    failed++;
    console.log(`FAILED  ${title}: ${what}: ${error.message}`);
  }
}

const COMPUTER = { width: 1280, height: 900 };
const PHONE = { width: 375, height: 740, isMobile: true, hasTouch: true };

/** A page with what goes wrong on it. */
async function open(path, { viewport = COMPUTER, dark = false } = {}) {
  const page = await browser.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  page.on("requestfailed", (request) => errors.push(`${request.url()} ${request.failure()?.errorText}`));
  // Firefox has no touch screens here, and its colours are those that it was started with.
  const { isMobile: _mobile, hasTouch: _touch, ...size } = viewport;
  await page.setViewport(title === "firefox" ? size : viewport);
  if (title !== "firefox")
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }]);
  await page.goto(home + path, { waitUntil: "load" });
  return { page, errors };
}
const ready = (page) => page.waitForFunction(() => document.body.dataset.ready === "yes", { timeout: 60_000 });
const status = (page) => page.$eval("#status", (element) => element.textContent);
async function fitted(page) {
  await page.click("#run");
  await page.waitForFunction(() => !document.querySelector("#run").disabled, { timeout: 120_000, polling: 20 });
}

/** Serious faults that axe finds. The page's own CSP forbids scripts that are injected, so that axe comes through the debugger. */
async function faultsOn(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document));
  return violations
    .filter(({ impact }) => ["serious", "critical"].includes(impact))
    .map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 120)}`);
}

/** All tests in the browser that is open, in these colour schemes. */
async function everything(schemes) {
  for (const path of [
    "/",
    "/gallery.html",
    "/plain.html",
    "/api.html",
    "/benchmarks.html",
    "/reference/index.html",
    "/playground/",
    "/explanation/",
  ])
    await test(`${path} loads without errors`, async () => {
      const { page, errors } = await open(path);
      if (/\/(playground|explanation)\//.test(path)) await ready(page);
      assert.deepEqual(errors, []);
      assert.ok((await page.$eval("body", (body) => body.innerText)).length > 100);
      await page.close();
    });

  for (const dark of schemes)
    for (const [size, viewport] of [
      ["computer", COMPUTER],
      ["phone", PHONE],
    ])
      for (const name of [
        "playground",
        "explanation",
        "index.html",
        "gallery.html",
        "api.html",
        "variance.html",
        "reference/nondiff/functions/fit.html",
      ])
        await test(`${name}, ${size}, ${dark ? "dark" : "light"}: nothing wider than the screen, axe finds nothing serious`, async () => {
          const { page, errors } = await open(`/${name}${name.includes(".") ? "" : "/"}`, { viewport, dark });
          if (!name.includes(".")) await ready(page);
          if (name === "playground") await fitted(page);
          const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          await page.screenshot({
            path: join(
              dist,
              "screenshots",
              `${title}-${name.split("/").at(-1)}-${size}-${dark ? "dark" : "light"}.png`,
            ),
            fullPage: !name.includes("."),
          });
          assert.ok(wide <= 0, `${wide} pixels too wide`);
          assert.deepEqual(await faultsOn(page), []);
          assert.deepEqual(errors, []);
          await page.close();
        });

  await test("a fit is right, its boundaries are marked, and a warm one ends in time", async () => {
    const { page, errors } = await open("/playground/");
    await ready(page);
    await fitted(page);
    assert.match(await status(page), /^text-messages: converged/);
    const mean = await page.evaluate(() =>
      Number(
        [...document.querySelectorAll("tbody tr")].find((row) => row.firstChild.textContent === "early").children[1]
          .textContent,
      ),
    );
    assert.ok(Math.abs(mean - 17.76) < 0.1, `early ${mean}`);
    assert.match(
      await page.$eval(".boundary-note", (note) => note.textContent),
      /73 conditions: summed out|74 conditions: summed out/,
    );
    const times = [];
    for (let run = 0; run < WARM_FITS; run++) {
      const start = performance.now();
      await fitted(page);
      times.push(performance.now() - start);
    }
    const time = Math.min(...times);
    console.log(`        warm fits of the text messages: ${times.map(Math.round).join(", ")} ms`);
    assert.ok(time < FIT, `${time} ms`);
    assert.deepEqual(errors, []);
    await page.close();
  });

  const GMM = `import { defineModel, normal } from "nondiff/plain";
  export default defineModel("gmm", ({ sample, observe }) => {
    const z = sample("z", normal(0, 1));
    const w = sample("w", normal(z, 1));
    observe(normal(z + w > 0 ? w : -2, 1), 0);
  });`;
  /** Puts a program into the page by a link, as who is sent one does. */
  async function linked(program, csv = "") {
    const { deflateRawSync } = await import("node:zlib");
    const text = deflateRawSync(JSON.stringify({ program, csv })).toString("base64url");
    const opened = await open(`/playground/#p=${text}`);
    await ready(opened.page);
    return opened;
  }

  await test("a program comes by link, and what its boundaries cost is told", async () => {
    const { page } = await linked(GMM);
    await fitted(page);
    assert.match(await status(page), /^gmm: /);
    assert.match(await page.$eval(".boundary-note", (note) => note.textContent), /% of the gradient$/);
    await page.evaluate(() => history.replaceState(undefined, "", location.pathname));
    await page.click("#share");
    await page.waitForFunction(() => location.hash.startsWith("#p="));
    const again = await open(`/playground/${await page.evaluate(() => location.hash)}`);
    await ready(again.page);
    assert.match(await again.page.$eval(".cm-content", (content) => content.innerText), /z \+ w > 0/);
    await Promise.all([page.close(), again.page.close()]);
  });

  await test("data come from the table, and a bad row is told", async () => {
    const program = `import { defineModel, normal } from "nondiff/plain";
  import data from "./data.csv";
  export default defineModel("mean", ({ sample, observe }) => {
    const m = sample("m", normal(0, 10));
    for (const y of data.y) observe(normal(m, 1), y);
  });`;
    const { page } = await linked(program, "y\n4\n5\n6\n");
    await fitted(page);
    const mean = await page.$eval("tbody td", (cell) => Number(cell.textContent));
    assert.ok(Math.abs(mean - 15 / (3 + 0.01)) < 0.02, `mean ${mean}`);
    await page.$eval("#csv", (area) => {
      area.value = "x,y\n1,2\n3\n";
    });
    await page.click("#run");
    assert.equal(await status(page), "data: row 2 has 1 fields, expected 2 as in the header");
    // A file that is dropped is data, on the editor too.
    await page.evaluate(() => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(["x,y\n1,2\n3,\n"], "rows.csv", { type: "text/csv" }));
      const at = document.querySelector(".cm-content");
      for (const type of ["dragover", "drop"])
        at.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
    });
    await page.waitForFunction(() =>
      /rows\.csv: 2 rows; .*data\.x, data\.y/.test(document.querySelector("#status").textContent),
    );
    assert.doesNotMatch(await page.$eval(".cm-content", (content) => content.innerText), /x,y/);
    assert.ok(await page.$eval("#csv", (area) => area.checkVisibility()), "the table is hidden");
    await page.close();
  });

  await test("errors name the line, which is marked", async () => {
    for (const [body, message] of [
      ["while (z > 0) z -= 1;", /line 4: .*loop/s],
      ["const a = ;", /line 4: /],
      ["observe(normal(z, -1), 2);", /sd/],
    ]) {
      const { page } = await linked(`import { defineModel, normal } from "nondiff/plain";
  export default defineModel("bad", ({ sample, observe }) => {
    let z = sample("z", normal(0, 1));
    ${body}
    observe(normal(z, 1), 0);
  });`);
      await fitted(page);
      assert.match(await status(page), message);
      if (/line/.test(String(message))) assert.ok(await page.$(".error-line"), "no line is marked");
      await page.close();
    }
  });

  await test("TypeScript is taken; imports that are not there are told; a link opens in a page that is open", async () => {
    const typed = `import { defineModel, categorical, normal, type Model } from "nondiff/plain";
  const model: Model = defineModel("typed", ({ sample, observe }) => {
    const k: number = sample("k", categorical([0.5, 0.5]));
    observe(normal(k === 1 ? 3 : 0, 1), 2);
  });
  export default model;`;
    const { page } = await linked(typed);
    await fitted(page);
    assert.match(await status(page), /^typed: converged/);
    assert.match(await page.$eval(".boundary-note", (note) => note.textContent), /summed out/);
    const { deflateRawSync } = await import("node:zlib");
    for (const [from, message] of [
      ['normal } from "nondiff/plain"', /^gmm: /],
      ['norml } from "nondiff/plain"', /^line 1: .*nondiff\/plain has no `norml`/],
      ['normal } from "lodash"', /^line 1: .*"lodash" is not here/],
    ]) {
      const program = GMM.replace('normal } from "nondiff/plain"', from);
      const hash = `#p=${deflateRawSync(JSON.stringify({ program, csv: "" })).toString("base64url")}`;
      await page.evaluate((hash) => {
        location.hash = hash;
      }, hash);
      await page.waitForFunction((from) => document.querySelector(".cm-content").innerText.includes(from), {}, from);
      await fitted(page);
      assert.match(await status(page), message);
    }
    await page.close();
  });

  await test("a long fit shows its progress and is stopped with what it has; one that never gives way too", async () => {
    const long = `import { defineModel, normal } from "nondiff/plain";
  export default defineModel("long", ({ sample, observe }) => {
    let x = sample("x0", normal(0, 1));
    for (let i = 1; i < 300; i++) {
      x = sample("x" + i, normal(x > 0 ? x - 0.5 : x * x + 0.5, 0.3));
      observe(normal(x, 0.2), Math.sin(i));
    }
  });`;
    const { page } = await linked(long);
    // Stopped by the page itself: what a driver does takes as long as a fit.
    await page.evaluate(() => {
      const status = document.querySelector("#status");
      new MutationObserver((_, observer) => {
        if (!/gradients, ELBO/.test(status.textContent)) return;
        observer.disconnect();
        document.querySelector("#stop").click();
      }).observe(status, { childList: true, characterData: true, subtree: true });
    });
    await page.click("#run");
    await page.waitForFunction(() => !document.querySelector("#run").disabled, { timeout: 60_000 });
    assert.match(await status(page), /stopped/);
    await page.close();
    const endless = await linked(`for (;;);`);
    await endless.page.click("#run");
    await endless.page.click("#stop");
    await endless.page.waitForFunction(() => !document.querySelector("#run").disabled, { timeout: 60_000 });
    assert.match(await status(endless.page), /stopped before there was a result/);
    await endless.page.close();
  });

  await test("the keyboard alone reaches everything, and runs a fit", async () => {
    const { page } = await open("/playground/");
    await ready(page);
    const reached = new Set();
    for (let i = 0; i < 14; i++) {
      await page.keyboard.press("Tab");
      reached.add(
        await page.evaluate(
          () => document.activeElement.id || document.activeElement.className || document.activeElement.tagName,
        ),
      );
    }
    for (const id of ["examples", "run", "share", "cm-content"])
      assert.ok(
        [...reached].some((name) => name.includes(id)),
        `${id} is not reached: ${[...reached]}`,
      );
    await page.focus(".cm-content");
    await page.keyboard.down("Control");
    await page.keyboard.press("Enter");
    await page.keyboard.up("Control");
    await page.waitForFunction(() => /converged/.test(document.querySelector("#status").textContent), {
      timeout: 120_000,
    });
    await page.close();
  });

  await test("it works offline once loaded", async () => {
    const { page } = await open("/playground/");
    await ready(page);
    await page.evaluate(() => navigator.serviceWorker.ready);
    await page.waitForFunction(async () => (await (await caches.open((await caches.keys())[0])).keys()).length > 8, {
      timeout: 30_000,
    });
    isDown = true;
    server.closeAllConnections();
    await page.reload({ waitUntil: "load" });
    await ready(page);
    await fitted(page);
    assert.match(await status(page), /^text-messages: converged/);
    isDown = false;
    await page.close();
  });

  await test("the explanation moves with the slider and by dragging, and adds up", async () => {
    const { page } = await open("/explanation/");
    await ready(page);
    const numbers = () =>
      page.$$eval(".numbers b", (all) => all.map(({ textContent }) => Number(textContent.replace("−", "-"))));
    assert.deepEqual(await numbers(), [0.5, -3.7, -3.2]);
    assert.match(await page.$eval("#words", (words) => words.textContent), /the other way/);
    await page.focus("#mu");
    for (let i = 0; i < 10; i++) await page.keyboard.press("ArrowLeft");
    const [blind, missing, whole] = await numbers();
    assert.equal(blind, 1);
    assert.ok(missing < -2 && Math.abs(blind + missing - whole) < 0.02);
    const box = await (await page.$("#guide")).boundingBox();
    await page.mouse.move(box.x + box.width / 2, box.y + 50);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.75, box.y + 50, { steps: 4 });
    await page.mouse.up();
    assert.ok(Math.abs((await numbers())[0] + 2) < 0.06);
    await page.close();
  });
}

for (const own of names) {
  title = own;
  const { executablePath } = BROWSERS[own];
  if (!existsSync(executablePath)) {
    console.log(`skipped ${own}: ${executablePath} is not there`);
    continue;
  }
  // Firefox is started once for each colour scheme.
  for (const schemes of own === "firefox" ? [[false], [true]] : [[false, true]]) {
    const prefs = {
      "ui.systemUsesDarkTheme": Number(schemes[0]),
      "layout.css.prefers-color-scheme.content-override": schemes[0] ? 0 : 1,
    };
    browser = await puppeteer.launch({ ...BROWSERS[own], extraPrefsFirefox: prefs, protocolTimeout: 120_000 });
    await everything(schemes);
    await browser.close();
  }
}
server.close();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
