/**
 * Figures published with Lee, Yu and Yang (NeurIPS 2018): the poster's tables of variance ratios (to SCORE, step size
 * 0.001) and of milliseconds per iteration. "OURS" there is `lyy18` here.
 */
export interface PaperFigures {
  /** [Avg(V(·)), V(‖·‖₂)] divided by SCORE's. */
  readonly variance: Readonly<Record<string, readonly [number, number]>>;
  readonly milliseconds: Readonly<Record<string, number>>;
}

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
