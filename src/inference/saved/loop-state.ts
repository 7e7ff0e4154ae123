/**
 * A loop of 100 steps that was saved goes on bit for bit as one of 200. Beside the parameters that takes where the loop is: its step, its
 * seed, the optimiser's numbers.
 */
export interface LoopState {
  /** Steps that were taken; step s draws the samples from s · samples on of its seed. */
  readonly step: number;
  readonly samples: number;
  readonly seed: number;
  /** The names of estimator and optimiser. */
  readonly estimator: string;
  readonly optimizer: string;
  /** The optimiser's numbers, such as the moments of Adam. */
  readonly moments: Float64Array;
}

/** A loop that has ended, as far as its state is concerned. */
export interface EndedLoop {
  readonly steps: number;
  readonly samples: number;
  readonly options: {
    readonly seed?: number | undefined;
    readonly onWarning?: ((message: string) => void) | undefined;
  };
  /** Where nobody has given its length. */
  readonly own?: unknown;
  readonly sampler: { readonly estimator: { readonly name: string }; readonly nodes: { readonly adaptive?: unknown } };
  readonly optimizer: { readonly name: string };
  readonly state: Float64Array;
}
