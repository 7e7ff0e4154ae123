import fc from "fast-check";
import { amount } from "./support/soak.ts";

// A pinned seed makes a property failure reproducible; a failing seed is evidence, never a reason to change it.
fc.configureGlobal({ seed: 20181206, numRuns: amount(50, 100), endOnFailure: false });
