// Prints what a bundler makes of the README's examples and of all of nondiff after gzip; fails if one is above its limit.
import { exampleSizes } from "./example-sizes.mjs";

for (const { name, bytes, limit } of await exampleSizes()) {
  console.log(`${name}: ${bytes} bytes after gzip, limit ${limit}`);
  if (bytes > limit) process.exitCode = 1;
}
