/** Text as it must stand in HTML and SVG. */
import { printable } from "../terminal.ts";

/** Markup characters as entities, and control characters, which XML forbids, written out. */
export function escapeMarkup(text: string): string {
  return printable(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
