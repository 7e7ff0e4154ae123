/**
 * Figures published with Lee, Yu and Yang (NeurIPS 2018): the poster's tables of variance ratios (to SCORE, step size
 * 0.001) and of milliseconds per iteration. "OURS" there is `lyy18` here.
 */
export interface PaperFigures {
  /** [Avg(V(·)), V(‖·‖₂)] divided by SCORE's. */
  readonly variance: Readonly<Record<string, readonly [number, number]>>;
  readonly milliseconds: Readonly<Record<string, number>>;
}

/**
 * Work-normalised variance published with Wagner, Khajwal and Ong (AISTATS 2024): average component variance times the
 * time of an iteration, relative to SCORE, averaged over the optimisation: Adam with step size 0.0015 (xornet: 0.01),
 * 16 samples, 10,000 iterations. Absent: not defined there. REPARAM is constant and wrong on cheating, walk and xornet.
 */
export const WORK_NORMALISED: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  temperature: { dsgd: 4.91e-11, smoothed: 2.84e-10, reparam: 1.47e-8, lyy18: 1.05e-6 },
  textmsg: { dsgd: 7.89e-3, smoothed: 1.08e-2, reparam: 7.99e-3, lyy18: 3.42e-2 },
  influenza: { dsgd: 7.77e-3, smoothed: 7.92e-3, reparam: 7.6e-3, lyy18: 5.8e-2 },
  cheating: { dsgd: 2.31e-3, smoothed: 2.84e-3, reparam: 4.1e-19, lyy18: 4.27e-2 },
  walk: { dsgd: 0.171, smoothed: 0.95, reparam: 8.6e-10, lyy18: 7.92 },
  xornet: { dsgd: 7.66e-3, smoothed: 1.13e-2, reparam: 8.3e-9 },
};

export const PAPER: Readonly<Record<string, PaperFigures>> = {
  temperature: {
    variance: { reparam: [4.45e-9, 2.45e-8], lyy18: [1.85e-6, 7.59e-5] },
    milliseconds: { score: 21.7, reparam: 46.1, lyy18: 79.2 },
  },
  textmsg: {
    variance: { reparam: [2.91e-2, 2.92e-2], lyy18: [2.77e-2, 2.46e-2] },
    milliseconds: { score: 4.9, reparam: 15.4, lyy18: 24.9 },
  },
  influenza: {
    variance: { reparam: [4.38e-3, 2.12e-3], lyy18: [4.89e-3, 2.36e-3] },
    milliseconds: { score: 18.7, reparam: 251.4, lyy18: 269.8 },
  },
};

/** The step size of the variances above. */
export const PAPER_LEARNING_RATE = 0.001;
