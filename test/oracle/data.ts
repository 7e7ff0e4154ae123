/**
 * Constants and data of the benchmark models, transcribed from the models' definitions a second time: nothing here is
 * shared with `src/models`, so that a slip of the pen in one of the two makes them disagree.
 */

/** ½ log 2π */
export const HALF_LOG_2PI = 0.9189385332046727;

/** Soudjani et al. 2017, thermostatically controlled load. */
export const TEMPERATURE = {
  steps: 20,
  lower: 18,
  upper: 22,
  ambient: 32,
  /** R·C */
  resistanceCapacity: 15,
  /** R·P */
  resistancePower: 21,
  sdOff: 0.2,
  sdOn: 0.22,
  stepFactor: 2,
  noiseSd: 0.001,
  initialMean: 20,
  initialSd: 0.001,
  observationSd: 1,
  /** y0 … y20 */
  observations: [
    19.793315726903277, 20.57447277591924, 23.318166935159923, 21.732074976392273, 23.419968943481056,
    23.45150129902584, 20.849568706918458, 20.547137185277485, 18.211539341750292, 18.505305155632083,
    16.33716312726332, 16.381854726212698, 19.404931063949995, 19.042584619340943, 20.646440471252035,
    22.021474886012076, 21.767275215344945, 22.59452466844986, 20.437738111776696, 21.478557643265425,
    18.513733108301032,
  ],
} as const;

// Text messages of one user on days 1 … 74 (Davidson-Pilon, "Bayesian Methods for Hackers").
const MESSAGES = [
  13, 24, 8, 24, 7, 35, 14, 11, 15, 11, 22, 22, 11, 57, 11, 19, 29, 6, 19, 12, 22, 12, 18, 72, 32, 9, 7, 13, 19, 23, 27,
  20, 6, 17, 13, 10, 14, 6, 16, 15, 7, 2, 15, 15, 19, 70, 49, 7, 53, 22, 21, 31, 19, 11, 18, 20, 12, 35, 17, 23, 17, 4,
  2, 31, 30, 13, 27, 0, 39, 37, 5, 14, 13, 22,
];
const PRIOR_VARIANCE = Math.LN2;

export const TEXTMSG = {
  allCounts: MESSAGES,
  /** The days in use, counted from 1: 2, 4, …, 74. */
  days: MESSAGES.flatMap((_, index) => (index % 2 === 1 ? [index + 1] : [])),
  /** Their counts. */
  counts: MESSAGES.filter((_, index) => index % 2 === 1),
  /** The change point is day 75·Φ(z): day i lies after it where z > Φ⁻¹(i/75) fails. */
  denominator: 75,
  /** Prior of the two log rates. */
  priorMean: Math.log(MESSAGES.reduce((sum, count) => sum + count, 0) / MESSAGES.length) - PRIOR_VARIANCE / 2,
  priorSd: Math.sqrt(PRIOR_VARIANCE),
};

/** Shumway and Stoffer, US pneumonia and influenza deaths per 10,000, the months of 1968. */
export const INFLUENZA = {
  alpha1: 1.406,
  alpha2: -0.622,
  beta0: 0.21,
  beta1: -0.312,
  /** sd of v, w and of the observations */
  sdV: 0.023,
  sdW: 0.112,
  sdObservation: 0.002,
  /** The mean of f_i is ±stay. */
  stay: 0.67,
  /** y1 … y12 */
  observations: [
    0.2902977, 0.5702096, 0.6384278, 0.3135166, 0.2047724, 0.1885323, 0.1798065, 0.1867087, 0.1871117, 0.2157304,
    0.2385934, 0.2572363,
  ],
} as const;
