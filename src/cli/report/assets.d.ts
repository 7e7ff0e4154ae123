declare module "virtual:report-assets" {
  /** The bundled script of `page.ts`. */
  export const script: string;
  /** The plotting library's style sheet. */
  export const style: string;
}
