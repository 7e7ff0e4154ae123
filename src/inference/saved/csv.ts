/**
 * Draws of a posterior become CSV, for whatever reads tables: a line of names, then a line for each draw.
 *
 *     rate,"w[0]","w[1]"
 *     0.31,0.2,0.8
 */
import { requireNoMore } from "../../checks/arguments.ts";
import { requireOptions } from "../../checks/options.ts";
import { count } from "../options.ts";
import type { Posterior } from "../posterior.ts";
import { equalDraws } from "../predictive/posterior-draws.ts";
import type { SimulationOptions } from "../predictive/simulation.ts";

/**
 * So many draws (default 1000) of everything that the posterior reports, as text: all of one weight, drawn as `predict` draws them. Numbers have
 * all their digits, names with a comma or a quote are quoted (RFC 4180), and what is in an arm that was not taken is NaN.
 */
export function drawsCsv(posterior: Posterior, options: SimulationOptions = {}): string {
  requireNoMore("drawsCsv", 2, arguments);
  const { draws = 1000, seed = 0 } = requireOptions("drawsCsv", options, { draws: "number", seed: "number" });
  count("drawsCsv", "draws", draws);
  const joint = equalDraws("drawsCsv", posterior, { draws, seed }, [], "");
  const columns = joint.names.map(joint.values);
  const lines = [joint.names.map(quoted).join()];
  for (let d = 0; d < draws; d++) lines.push(columns.map((values) => String(values[d])).join());
  return `${lines.join("\n")}\n`;
}

function quoted(name: string): string {
  return /[",\r\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;
}
