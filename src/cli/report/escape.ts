/** Text in HTML and SVG has its markup characters written as entities, a < b as a &lt; b. */
import { printable } from "../terminal.ts";

/** Markup characters as entities, and control characters, which XML forbids, written out. */
export function escapeMarkup(text: string): string {
  return printable(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
