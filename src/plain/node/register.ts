/** `node --import nondiff/plain/register model.js`: plain programs run as they are written, and errors name their lines. */
import * as nodeModule from "node:module";

process.setSourceMapsEnabled(true);
nodeModule.register("./hooks.js", import.meta.url);
