/** x², by one product: `**` is rounded as each engine likes. */
export function squared(x: number): number {
  return x * x;
}
