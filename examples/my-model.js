// A model in a file of its own, for the command line: nondiff run ./examples/my-model.js
import { add, defineModel, gt, normal, where } from "nondiff";

// A part is good or worn; a worn one reads 7 too low.
const readings = [4.6, 5.3, 5.1, 4.4, 5.8];

export default defineModel(
  "wear",
  ({ sample, observe }) => {
    const wear = sample("wear", normal(0, 1));
    const level = sample("level", normal(0, 10));
    const offset = where(gt(wear, 0.5), -7, 0);
    for (const reading of readings) observe(normal(add(level, offset), 1), reading);
  },
  { description: "five readings of a part that may be worn" },
);
