// Requires every entry of the package, and tells what a fit of the one gives with a model of another: they must share their classes.
const { exports: entries } = require("nondiff/package.json");
const names = Object.keys(entries).filter((name) => entries[name].require && name !== "./plain/register"); // 20.6 and later
const all = Object.fromEntries(names.map((name) => [name, require(`nondiff${name.slice(1)}`)]));
const { fit } = all["."];
const fitted = fit(all["./models"].textmsg, { steps: 20, seed: 1 });
const core = all["./core"].logJoint(all["./models"].textmsg, [2.9, 2.9, 0.1]);
console.log(
  JSON.stringify({
    node: process.versions.node,
    entries: names.length,
    from: require.resolve("nondiff").includes("cjs") ? "CommonJS" : "ES module",
    bits: [...Object.values(fitted.params).flatMap((numbers) => [...numbers]), core],
  }),
);
