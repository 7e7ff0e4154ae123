/**
 * How much the tests with random programs and random draws do. `NONDIFF_SOAK=1` (`npm run test:soak`) runs them at length: a thousand
 * programs where the usual run has sixteen. A quarter of the samples sees errors twice as large; what a test must see is stated beside it.
 */
export const SOAK = Number(process.env["NONDIFF_SOAK"] ?? 0) > 0;

/** The first usually, the second in the soak. */
export const amount = <T>(usual: T, soak: T): T => (SOAK ? soak : usual);
