/** The models of Lee, Yu and Yang (2018), on their data, each with the initial parameters of the paper. */
export { gmm } from "./gmm.ts";
export { influenza } from "./influenza.ts";
export { INFLUENZA_DEATHS } from "./influenza-deaths.ts";
export { ROOM_TEMPERATURES } from "./room-temperatures.ts";
export { temperature } from "./temperature.ts";
export { TEXT_MESSAGE_COUNTS } from "./text-messages.ts";
export { textmsg } from "./textmsg.ts";
