// The page of worker.js: starts a fit, shows how far it is, and aborts it.
const of = (id) => document.querySelector(`#${id}`);
const worker = new Worker("worker.js", { type: "module" });
const counts = [3, 1, 4, 2, 5, 3, 2, 4, 3, 5, 1, 2, 9, 8, 12, 7, 11, 10, 9, 8];

const show = (text, isRunning) => {
  of("status").value = text;
  of("fit").disabled = isRunning;
  of("abort").disabled = !isRunning;
};

worker.onmessage = ({ data: { progress, elbo, status, day, sd, error } }) => {
  if (progress !== undefined) {
    of("progress").value = progress;
    show(`ELBO ${elbo.toFixed(1)}`, true);
  } else show(error ?? `${status}: day ${day.toFixed(1)} ± ${sd.toFixed(1)}`, false);
};
of("fit").onclick = () => {
  show("running", true);
  worker.postMessage({ counts, tolerance: Number(of("fit").dataset.tolerance ?? 0.05) });
};
of("abort").onclick = () => worker.postMessage("abort");
