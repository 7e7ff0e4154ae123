import type { Model } from "../src/index.ts";

export declare const MODELS: readonly Model[];
