/** `squared(x)` is x² by one product, as `**` is rounded as each engine likes. */
export function squared(x: number): number {
  return x * x;
}
