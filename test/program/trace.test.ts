// The rehearsal of a program, before its trace.
import { expect, test } from "vitest";
import { normal } from "../../src/distributions/index.ts";
import { finished } from "../../src/pieces/pieces.ts";
import { defineModel } from "../../src/program/model.ts";
import { rehearse } from "../../src/program/trace.ts";

test.each(["observe", "factor"] as const)(
  "a rehearsal ends after some hundred statements %s, also where all of them are the same nodes",
  (kind) => {
    let ran = 0;
    const model = defineModel("m", (context) => {
      const z = context.sample("z", normal(0, 1));
      for (let i = 0; i < 5000; i++) {
        ran = i;
        if (kind === "observe") context.observe(normal(z, 1), 0.5);
        else context.factor(z);
      }
    });
    finished(rehearse(model));
    expect(ran).toBeGreaterThan(300);
    expect(ran).toBeLessThan(1000);
  },
);
