/**
 * Observed room temperatures (°C) at 21 steps of a thermostatically controlled load.
 * Source: the data set of the temperature model of Lee, Yu and Yang (NeurIPS 2018), after S. Soudjani, R. Majumdar and
 * T. Nagapetyan, "Multilevel Monte Carlo method for statistical model checking of hybrid systems" (QEST 2017).
 */
export const ROOM_TEMPERATURES: readonly number[] = [
  19.793315726903277, 20.57447277591924, 23.318166935159923, 21.732074976392273, 23.419968943481056, 23.45150129902584,
  20.849568706918458, 20.547137185277485, 18.211539341750292, 18.505305155632083, 16.33716312726332, 16.381854726212698,
  19.404931063949995, 19.042584619340943, 20.646440471252035, 22.021474886012076, 21.767275215344945, 22.59452466844986,
  20.437738111776696, 21.478557643265425, 18.513733108301032,
];
