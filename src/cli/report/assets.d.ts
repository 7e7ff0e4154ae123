/**
 * The module that the build makes of the report page: its script, its style and the licences of what is bundled in it, as texts to be written into
 * an HTML file.
 */
declare module "virtual:report-assets" {
  /** The bundled script of `page.ts`. */
  export const script: string;
  /** The plotting library's style sheet. */
  export const style: string;
  /** The licences of the packages that script and style are made of. */
  export const notices: string;
}
