// The models of the collection, each named as its data and its reference.
import coalMining from "./models/coal_mining.js";
import deductible from "./models/deductible.js";
import hiddenSwitch from "./models/hidden_switch.js";
import randomisedResponse from "./models/randomised_response.js";
import ratingCurve from "./models/rating_curve.js";
import stepRegression from "./models/step_regression.js";
import textMessages from "./models/text_messages.js";
import thermostat from "./models/thermostat.js";
import thresholdAutoregression from "./models/threshold_autoregression.js";
import twoChangePoints from "./models/two_change_points.js";
import twoPhaseRegression from "./models/two_phase_regression.js";

export const MODELS = [
  coalMining,
  deductible,
  hiddenSwitch,
  randomisedResponse,
  ratingCurve,
  stepRegression,
  textMessages,
  thermostat,
  thresholdAutoregression,
  twoChangePoints,
  twoPhaseRegression,
];
