/**
 * Text messages that one user received on each of 74 days.
 * Source: C. Davidson-Pilon, "Bayesian Methods for Hackers", chapter 1 (`txtdata.csv`).
 */
// biome-ignore format: a table
export const TEXT_MESSAGE_COUNTS: readonly number[] = [
  13, 24, 8, 24, 7, 35, 14, 11, 15, 11, 22, 22, 11, 57, 11, 19, 29, 6, 19, 12, 22, 12, 18, 72, 32, 9, 7, 13, 19, 23,
  27, 20, 6, 17, 13, 10, 14, 6, 16, 15, 7, 2, 15, 15, 19, 70, 49, 7, 53, 22, 21, 31, 19, 11, 18, 20, 12, 35, 17, 23,
  17, 4, 2, 31, 30, 13, 27, 0, 39, 37, 5, 14, 13, 22,
];
