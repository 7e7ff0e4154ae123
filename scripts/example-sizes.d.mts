export interface Size {
  readonly bytes: number;
  readonly warnings: readonly string[];
}

export const LIMITS: Readonly<Record<string, number>>;
export function sizeOf(contents: string): Promise<Size>;
export function exampleSizes(): Promise<
  (Size & { readonly name: string; readonly limit: number; readonly stated: number })[]
>;
