export interface RecordedCollapse {
  readonly latents: number;
  readonly collapsed: number;
  readonly cells: readonly number[];
  readonly conditions: number;
  readonly before: number;
  readonly after: number;
  readonly elbos: readonly number[];
  readonly guide: string;
}
export const MODELS: readonly { readonly name: string; readonly title: string; readonly evidence: string }[];
export function summedOut(explained: unknown): Omit<RecordedCollapse, "elbos" | "guide">;
export function collapsePage(page: string, recorded: Readonly<Record<string, RecordedCollapse>>): string;
