/**
 * The models of Lee, Yu and Yang (2018) on their data and those of Wagner, Khajwal and Ong (2024), each with the initial
 * parameters of its paper; small ones for each kind of condition, with their answers.
 */
export { cheating } from "./cheating.ts";
export { conditions } from "./conditions/index.ts";
export type { KnownModel } from "./conditions/known.ts";
export { gmm } from "./gmm.ts";
export { influenza } from "./influenza.ts";
export { INFLUENZA_DEATHS } from "./influenza-deaths.ts";
export { ROOM_TEMPERATURES } from "./room-temperatures.ts";
export { temperature } from "./temperature.ts";
export { TEXT_MESSAGE_COUNTS } from "./text-messages.ts";
export { textmsg } from "./textmsg.ts";
export { walk } from "./walk.ts";
export { xornet } from "./xornet.ts";
