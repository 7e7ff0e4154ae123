/** The model `temperature`: a thermostat, whose switch two conditions set and two more read. */
import { add, div, gt, lt, mul, type Real, sub } from "../autodiff/expr.ts";
import { normal } from "../distributions/real/normal.ts";
import { rhoOfSd } from "../guides/mean-field.ts";
import { defineModel, type Model } from "../program/model.ts";
import { ROOM_TEMPERATURES } from "./room-temperatures.ts";

const [LOWER, UPPER, AMBIENT] = [18, 22, 32]; // °C
const TIME_CONSTANT = 15; // resistance 1.5 · capacitance 10
const COOLING = 21; // resistance 1.5 · power 14, °C
const [SD_OFF, SD_ON, STEP_FACTOR] = [0.2, 0.22, 2];
const SWITCH_SD = 0.001;
const steps = ROOM_TEMPERATURES.length - 1;

/**
 * A thermostat with hysteresis: it cools above 22 °C, stops below 18 °C, and otherwise goes on as it did.
 * Source: Soudjani, Majumdar and Nagapetyan (QEST 2017), as set up by Lee, Yu and Yang (2018). 41 latents, 80 ifs.
 */
export const temperature: Model = defineModel(
  "temperature",
  ({ sample, observe, where }) => {
    let theta = sample("theta0", normal(20, 0.001));
    observe(normal(theta, 1), ROOM_TEMPERATURES[0]!, "step 0");
    let cooling: Real = 0;
    for (let step = 1; step <= steps; step++) {
      const target = where(lt(theta, LOWER), 0, where(gt(theta, UPPER), 1, cooling));
      const noisySwitch = sample(`q${step}-noise`, normal(target, SWITCH_SD));
      cooling = where(gt(noisySwitch, 0.5), 1, 0);
      const sd = where(gt(noisySwitch, 0.5), SD_ON, SD_OFF);
      const drift = div(sub(AMBIENT, add(theta, mul(COOLING, cooling))), TIME_CONSTANT);
      theta = sample(`theta${step}`, normal(add(theta, drift), mul(STEP_FACTOR, sd)));
      observe(normal(theta, 1), ROOM_TEMPERATURES[step]!, `step ${step}`);
    }
  },
  {
    description: "a thermostat with hysteresis, observed with noise (Soudjani et al.)",
    init: startAtData(),
  },
);

function startAtData(): { mu: number[]; rho: number[] } {
  const mu = [20];
  const sd = [0.001];
  for (let step = 1; step <= steps; step++) {
    mu.push(0.5, ROOM_TEMPERATURES[step - 1]!);
    sd.push(SWITCH_SD, 0.4);
  }
  return { mu, rho: sd.map(rhoOfSd) };
}
