// Fails if the core bundle has LIMIT bytes or more after gzip, made from the sources or from the built package; prints the
// size of everything beside it.
import { gzipSync } from "node:zlib";
import { coreBundle, publishedCoreBundle, wholeBundle } from "./core-bundle.mjs";

const LIMIT = 25_000;
const gzipped = (text) => gzipSync(text, { level: 9 }).length;
const [core, published] = [gzipped(await coreBundle()), gzipped(await publishedCoreBundle())];
console.log(
  `core bundle ${core} bytes gzipped, ${published} from dist/; limit ${LIMIT}; all of nondiff ${gzipped(await wholeBundle())}`,
);
if (Math.max(core, published) >= LIMIT) process.exitCode = 1;
