export type Row = readonly [name: string, bytes: number];
export interface PageSizes {
  readonly imports: readonly Row[];
  readonly beside: readonly Row[];
  readonly parts: readonly Row[];
}
export function pageSizes(): Promise<PageSizes>;
export function sizesPage(page: string, sizes: PageSizes): string;
export function statedSizes(page: string): Map<string, number>;
