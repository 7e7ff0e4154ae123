/**
 * Monthly pneumonia and influenza deaths per 10,000 people in the United States, January to December 1968.
 * Source: R. H. Shumway and D. S. Stoffer, "Time Series Analysis and Its Applications", example 6.22 (the `flu` series
 * of the R package astsa, 132 months; these are the first twelve).
 */
export const INFLUENZA_DEATHS: readonly number[] = [
  0.2902977, 0.5702096, 0.6384278, 0.3135166, 0.2047724, 0.1885323, 0.1798065, 0.1867087, 0.1871117, 0.2157304,
  0.2385934, 0.2572363,
];
