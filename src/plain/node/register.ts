/** `node --import nondiff/plain/register model.js`: plain programs run as they are written, and errors name their lines. */
import * as nodeModule from "node:module";

if (!nodeModule.register)
  throw new Error(
    `nondiff/plain/register: this Node.js has no hooks for modules; got ${process.versions.node}, expected 20.6 or later, or a plugin of nondiff/plain/plugin`,
  );
process.setSourceMapsEnabled(true);
nodeModule.register("./hooks.js", import.meta.url);
