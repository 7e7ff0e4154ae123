// `require` of every entry in the first and last Node.js of each line that `engines` allows: where ES modules cannot be required, dist/cjs/ is, and
// the numbers are those of dist/. Needs dist/, made by `npm run build`.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { logJoint } from "../dist/core.js";
import { fit } from "../dist/index.js";
import { textmsg } from "../dist/models/index.js";
import { ROOT } from "./library.mjs";
import { command } from "./runtimes/installed.mjs";

const VERSIONS = process.env["NONDIFF_NODE"]?.split(",") ?? ["20.0.0", "20.19.0", "22.0.0", "22.23.3", "24.21.0"];
const { params } = fit(textmsg, { steps: 20, seed: 1 });
const expected = [...Object.values(params).flatMap((numbers) => [...numbers]), logJoint(textmsg, [2.9, 2.9, 0.1])];
for (const version of VERSIONS) {
  const binary = await command("node", version, `node-${version}`);
  const { stdout } = await promisify(execFile)(binary, [join(ROOT, "scripts/runtimes/required.cjs")], { cwd: ROOT });
  const { node, entries, from, bits } = JSON.parse(stdout);
  const isSame = node === version && bits.length === expected.length && bits.every((x, i) => Object.is(x, expected[i]));
  console.log(`Node.js ${node}: ${entries} entries required, as ${from}; ${isSame ? "the same bits" : "OTHER BITS"}`);
  if (!isSame) process.exitCode = 1;
}
