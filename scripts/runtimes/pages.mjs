// A page and a web worker of it in a browser without a window. They send what they found to a server on a free loopback port.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MARKED, MARKED_STDIO, marksOf } from "./marks.mjs";

const TIMEOUT = 240_000; // of a browser, in ms
const SEND = `const send = (where, answer) => fetch("/found", { method: "POST", body: JSON.stringify({ where, ...answer }) });`;
const SCRIPTS = {
  "/page.js": `import { turnedBits } from "./bits.mjs"; ${SEND} await send("page", await turnedBits({ few: location.search !== "" })); new Worker("/worker.js" + location.search, { type: "module" });`,
  "/worker.js": `import { turnedBits } from "./bits.mjs"; ${SEND} await send("worker", await turnedBits({ few: location.search !== "" }));`,
};

/** What a page and its worker found, a few of the bits if `few`; under `policy`, a Content-Security-Policy. Chromium may be asked for its `marks`, too. */
export async function askPages(start, bits, few, policy, marks = false) {
  const answers = {};
  let done;
  const both = new Promise((resolve) => {
    done = resolve;
  });
  const answer = async (request, response) => {
    const send = (type, text) => {
      response.setHeader("content-type", type);
      if (policy) response.setHeader("content-security-policy", policy);
      response.end(text);
    };
    const [path] = request.url.split("?");
    if (path === "/")
      return send("text/html", `<!doctype html><script type="module" src="/page.js${request.url.slice(1)}"></script>`);
    if (path === "/bits.mjs") return send("text/javascript", bits);
    if (path in SCRIPTS) return send("text/javascript", SCRIPTS[path]);
    if (path !== "/found") {
      response.statusCode = 404;
      return response.end();
    }
    let text = "";
    for await (const chunk of request) text += chunk;
    const { where, ...found } = JSON.parse(text);
    answers[where] = found;
    response.end();
    if (answers.page && answers.worker) done();
  };
  const marked = await visited(start, few ? "?few" : "", answer, both, marks);
  return marks ? { ...answers, marked } : answers;
}

/** Opens a page of a server with these answers in a browser, until `heard` comes true; resolves to what it marked, where that is asked for. */
export async function visited(start, query, answer, heard, marks = false) {
  const profile = await mkdtemp(join(tmpdir(), "nondiff-"));
  const server = createServer(answer);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${server.address().port}/${query}`;
  const [binary, ...args] = start(profile, marks ? "about:blank" : url);
  const child = marks
    ? spawn(binary, [...MARKED, ...args], { stdio: MARKED_STDIO, detached: true })
    : spawn(binary, args, { stdio: "ignore", detached: true });
  let timer;
  try {
    const marked = marks ? marksOf(child, url) : undefined;
    await Promise.race([
      heard,
      once(child, "error").then(([error]) => Promise.reject(error)),
      new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`nothing heard within ${TIMEOUT / 1000} s`)), TIMEOUT);
      }),
    ]);
    return await (await marked)?.();
  } finally {
    clearTimeout(timer);
    server.closeAllConnections();
    server.close();
    if (child.pid) {
      try {
        process.kill(-child.pid, "SIGKILL"); // with the processes of its own
      } catch {
        // It has ended.
      }
    }
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

export const CHROMIUM = (profile, url) => [
  "chromium",
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  `--user-data-dir=${profile}`,
  url,
];
export const FIREFOX = (profile, url) => ["firefox-esr", "--headless", "--no-remote", "--profile", profile, url];
