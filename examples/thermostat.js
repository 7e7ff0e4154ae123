// A heater that switches on below 19 degrees and off above 21: which of its states explain the readings?
import { add, corrected, defineModel, explain, fit, gt, lt, mul, normal, rhoOfSd, sub, where } from "nondiff";

const readings = [18.6, 19.4, 20.3, 21.2, 20.6, 20.1, 19.5];

const thermostat = defineModel("thermostat", ({ sample, observe }) => {
  let heating = 0; // 1 while the heater is on; a traced number from the first step on
  let room = sample("room 0", normal(19, 1));
  observe(normal(room, 0.3), readings[0]);
  for (let hour = 1; hour < readings.length; hour++) {
    heating = where(lt(room, 19), 1, where(gt(room, 21), 0, heating));
    const drift = sub(mul(1.4, heating), 0.5);
    room = sample(`room ${hour}`, normal(add(room, drift), 0.2));
    observe(normal(room, 0.3), readings[hour]);
  }
});

const { conditions, cost } = explain(thermostat);
console.log(`${conditions.length} boundaries, the first: ${conditions[0].text} (${conditions[0].strategy})`);
console.log(
  `operations per sample: ${cost.pathwise} for the pathwise gradient, ${cost.corrected} for the corrected one`,
);

// Priors that depend on other latents say nothing about where to start, so start at the readings.
const init = { mu: readings, rho: readings.map(() => rhoOfSd(0.3)) };
const posterior = fit(thermostat, { estimator: corrected(), init, steps: 3000, seed: 1 });
for (const { name, mean, sd } of posterior.summary()) console.log(`${name}: ${mean.toFixed(2)} ± ${sd.toFixed(2)}`);
