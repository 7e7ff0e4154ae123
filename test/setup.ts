import fc from "fast-check";

// A pinned seed makes a property failure reproducible; a failing seed is evidence, never a reason to change it.
fc.configureGlobal({ seed: 20181206, numRuns: 100, endOnFailure: false });
