// Fails if the core bundle is 20 kB or more after gzip; prints the size of everything beside it.
import { gzipSync } from "node:zlib";
import { coreBundle, wholeBundle } from "./core-bundle.mjs";

const LIMIT = 20_000;
const gzipped = (text) => gzipSync(text, { level: 9 }).length;
const core = gzipped(await coreBundle());
console.log(`core bundle ${core} bytes gzipped, limit ${LIMIT}; all of nondiff ${gzipped(await wholeBundle())}`);
if (core >= LIMIT) process.exitCode = 1;
