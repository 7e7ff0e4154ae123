/** Where a loop is: what it takes beside the parameters to go on as if it had never stopped. */
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
  readonly options: { readonly seed?: number | undefined };
  readonly sampler: { readonly estimator: { readonly name: string }; readonly nodes: { readonly adaptive?: unknown } };
  readonly optimizer: { readonly name: string };
  readonly state: Float64Array;
}
