// `performance.mark` of a page in Chromium, with the processor time that the thread of each had taken by then: a clock also counts what other processes do meanwhile. Chromium is asked for them through its debugging pipe.
//
//     const child = spawn("chromium", [...args, ...MARKED, "about:blank"], { stdio: MARKED_STDIO });
//     const marks = await marksOf(child, "http://127.0.0.1:8000/");
//     …
//     await marks(); // [{ name: "a", thread: "12 12", ms: 40.3 }, …]

export const MARKED = ["--remote-debugging-pipe"];
export const MARKED_STDIO = ["ignore", "ignore", "ignore", "pipe", "pipe"];

/** Opens a page in a browser that was started with `MARKED`; what has been marked until it is asked for, in order. */
export async function marksOf(child, url) {
  const [, , , input, output] = child.stdio;
  const [waiting, events] = [new Map(), []];
  const heard = (message) => {
    waiting.get(message.id ?? message.method)?.(message);
    if (message.method === "Tracing.dataCollected") events.push(...message.params.value);
  };
  let text = "";
  output.setEncoding("utf8").on("data", (more) => {
    const messages = (text + more).split("\0");
    text = messages.pop();
    for (const message of messages) heard(JSON.parse(message));
  });
  const answered = (key) => new Promise((resolve) => void waiting.set(key, resolve));
  let calls = 0;
  const call = (method, params = {}) => {
    input.write(`${JSON.stringify({ id: ++calls, method, params })}\0`);
    return answered(calls);
  };
  await call("Tracing.start", { categories: "blink.user_timing", transferMode: "ReportEvents" });
  await call("Target.createTarget", { url });
  return async () => {
    const complete = answered("Tracing.tracingComplete");
    await call("Tracing.end");
    await complete;
    return events
      .filter(({ tts }) => tts !== undefined)
      .sort((p, q) => p.ts - q.ts)
      .map(({ name, pid, tid, tts }) => ({ name, thread: `${pid} ${tid}`, ms: tts / 1000 }));
  };
}
