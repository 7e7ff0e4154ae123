export interface RecordedExperiment {
  readonly model: string;
  readonly learningRate: number;
  readonly curves: readonly {
    readonly estimator: string;
    readonly samples: number;
    readonly elbo: number;
    readonly componentVariance: number;
    readonly normVariance: number;
  }[];
}
export function elboTable(experiments: readonly RecordedExperiment[]): string;
export function varianceTable(experiments: readonly RecordedExperiment[]): string;
export function resultsPage(page: string, experiments: readonly RecordedExperiment[]): string;
