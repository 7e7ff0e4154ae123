// A thread of piscina.mjs.
import { shardRunner } from "nondiff/shards";
import { workerData } from "piscina";

const { models, options } = await import(workerData.models);
const { run } = shardRunner(models, options);

export default run;
