/**
 * `fillNormals` and `fillUniforms` as the package exports them: they take a record, or the eight positional arguments of their
 * first version.
 *
 *     const out = new Float64Array(200);
 *     fillNormals({ out, generator: makeGenerator(1), lanes: 100, dimensions: 2 });
 *     fillNormals(out, 0, 100, makeGenerator(1), 0, 0, 100, 2); // the same
 */
import { requireNoMore } from "../checks/arguments.ts";
import { type OptionTable, requireOptions } from "../checks/options.ts";
import { shown } from "../checks/shown.ts";
import { type FillOptions, type NoiseRequest, noiseRequest } from "./contract.ts";
import * as normals from "./normals.ts";
import * as uniforms from "./uniforms.ts";

type Positional = [
  out: Float64Array,
  offset: number,
  stride: number,
  generator: NoiseRequest["generator"],
  stream: number,
  firstSample: number,
  lanes: number,
  dimensions: number,
];

/**
 * Fills `out` with independent standard normals: that of dimension d < dimensions and sample firstSample + i, i < lanes, goes to
 * out[at + d·stride + i]. By default `at`, `stream` and `firstSample` are 0 and the rows lie `lanes` apart.
 *
 * The same seed, stream, sample and dimension give the same number, however the samples are split into calls. Throws TypeError
 * without an array, a generator or the numbers, RangeError where the last number lies beyond the array.
 */
export function fillNormals(options: FillOptions): void;
/** @deprecated Pass a record: `fillNormals({ out, generator, lanes, dimensions })`. */
export function fillNormals(...positional: Positional): void;
export function fillNormals(...given: [FillOptions] | Positional): void {
  normals.fillNormals(requestOf("fillNormals", given));
}

/** As `fillNormals`, with uniforms in (0, 1) that are independent of its normals. */
export function fillUniforms(options: FillOptions): void;
/** @deprecated Pass a record: `fillUniforms({ out, generator, lanes, dimensions })`. */
export function fillUniforms(...positional: Positional): void;
export function fillUniforms(...given: [FillOptions] | Positional): void {
  uniforms.fillUniforms(requestOf("fillUniforms", given));
}

/** A source of uniforms in (0, 1), one after the other, for simulation; those of another stream are independent of them. */
export function uniformSource(generator: NoiseRequest["generator"], stream: number = 0): () => number {
  requireNoMore("uniformSource", 2, arguments);
  if (!Number.isSafeInteger(stream))
    throw new RangeError(`uniformSource: not a stream; got ${shown(stream)}, expected an integer`);
  return uniforms.uniformSource(generator, stream);
}

function requestOf(caller: string, given: readonly [FillOptions] | Positional): NoiseRequest {
  const [out, at, stride, generator, stream, firstSample, lanes, dimensions] = given as Positional;
  const options =
    given.length > 1
      ? { out, at, stride, generator, stream, firstSample, lanes, dimensions }
      : ((given[0] ?? {}) as FillOptions);
  return checked(caller, options);
}

const FIELDS: OptionTable<FillOptions> = {
  out: "any",
  at: "any",
  stride: "any",
  generator: "any",
  stream: "any",
  firstSample: "any",
  lanes: "any",
  dimensions: "any",
  group: "any",
  rowFill: "any",
};

function checked(caller: string, options: FillOptions): NoiseRequest {
  const request = noiseRequest(requireOptions(caller, options, FIELDS));
  const { out, at, stride, generator, lanes, dimensions } = request;
  if (!(out instanceof Float64Array) || !(generator?.key instanceof Int32Array))
    throw new TypeError(
      `${caller}: out or generator is missing; got a record with ${Object.keys(options).join(", ") || "nothing"}, expected { out: Float64Array, generator: makeGenerator(seed), lanes, dimensions }`,
    );
  const end = lanes === 0 || dimensions === 0 ? at : at + (dimensions - 1) * stride + lanes;
  if (!(end <= out.length))
    throw new RangeError(
      `${caller}: out is too short; got ${out.length} numbers, expected ${end} or more for ${dimensions} dimensions of ${lanes} lanes`,
    );
  return request;
}
