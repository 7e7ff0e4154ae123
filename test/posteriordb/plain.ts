/** Log densities and Jacobians of plain numbers, by `Math`, for evaluations that share no code with the library. */

export const HALF_LOG_2PI = 0.5 * Math.log(2 * Math.PI);
export const ln = Math.log;
export const sumOf = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
export const lnNormal = (x: number, m: number, s: number): number => -0.5 * ((x - m) / s) ** 2 - ln(s) - HALF_LOG_2PI;
export const lnCauchy = (x: number, s: number): number => -ln(Math.PI * s * (1 + (x / s) ** 2));
export const logistic = (u: number): number => 1 / (1 + Math.exp(-u));
export const lnShare = (u: number): number => ln(logistic(u)) + ln(1 - logistic(u)); // the Jacobian of a share
export const lse = (a: number, b: number): number => Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)));
export const meanOf = (x: readonly number[]): number => sumOf(x) / x.length;
export const sdOf = (x: readonly number[]): number => {
  const mean = meanOf(x);
  return Math.sqrt(sumOf(x.map((v) => (v - mean) ** 2)) / (x.length - 1));
};
export const logs = (x: readonly number[]): number[] => x.map(ln);
export const times = (x: readonly number[], y: readonly number[]): number[] => x.map((v, i) => v * y[i]!);
