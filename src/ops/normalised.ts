/** What instance, group, layer and RMS norm have in common: statistics of the value itself, over whole rows of elements. */
import { ModelError } from "../errors.js";
import { formatShape, sameShape, type Shape, sizeOf, type Tensor } from "../graph/graph.js";
import { broadcastIndex, broadcastShape } from "./broadcast.js";
import { type LayerSpec, type LowerInput, type Lowered, parameterOf } from "./op.js";

type Spec = Extract<LayerSpec, { type: "normalise" }>;

export interface Statistics {
  /** Equal rows of neighbouring elements. */
  readonly rows: number;
  readonly epsilon: number;
  /** The mean is subtracted; without, the root of the mean of squares takes the place of the deviation. */
  readonly centred: boolean;
}

/** Scale and bias, if any, are those of element `parameterOf(i)`. */
export function evaluateNormalised(
  { rows, epsilon, centred }: Statistics,
  [x, scale, bias]: readonly Tensor[],
  parameterOf: (parameter: Tensor, i: number) => number,
): readonly Tensor[] {
  const count = x!.data.length / rows;
  const data = new Float64Array(x!.data.length);
  for (let row = 0; row < rows; row++) {
    const values = Float64Array.from(x!.data.subarray(row * count, (row + 1) * count));
    const mean = centred ? values.reduce((total, v) => total + v, 0) / count : 0;
    const variance = values.reduce((total, v) => total + (v - mean) ** 2, 0) / count;
    values.forEach((v, j) => {
      const i = row * count + j;
      const factor = scale ? scale.data[parameterOf(scale, i)]! : 1;
      const offset = bias ? bias.data[parameterOf(bias, i)]! : 0;
      data[i] = ((v - mean) / Math.sqrt(variance + epsilon)) * factor + offset;
    });
  }
  return [{ shape: x!.shape, data }];
}

/** One parameter a channel of axis 1. */
export function perChannel(x: Shape): (parameter: Tensor, i: number) => number {
  const plane = sizeOf(x.slice(2));
  return (_, i) => Math.floor(i / plane) % x[1]!;
}

/** Parameters broadcast from the right to the axes from `axis` on. */
export function perElement(x: Shape, axis: number): (parameter: Tensor, i: number) => number {
  const row = x.slice(axis);
  const count = sizeOf(row);
  const indices = new Map<Shape, (at: number) => number>();
  return ({ shape }, i) => {
    const index = indices.get(shape) ?? broadcastIndex(row, shape);
    indices.set(shape, index);
    return index(i % count);
  };
}

export function checkPerChannel([x, ...parameters]: readonly Shape[]): void {
  if (x!.length < 2) throw new ModelError(`expected an input with 2 axes or more, got ${x!.length}`);
  for (const parameter of parameters) {
    if (sizeOf(parameter) !== x![1]) {
      throw new ModelError(`a parameter has ${sizeOf(parameter)} elements, input has ${x![1]} channels`);
    }
  }
}

export function checkPerElement(axis: number, [x, ...parameters]: readonly Shape[]): void {
  if (axis < 0 || axis >= x!.length) throw new ModelError(`axis ${axis} of an input with ${x!.length} axes`);
  const row = x!.slice(axis);
  for (const parameter of parameters) {
    if (!sameShape(broadcastShape(row, parameter), row)) {
      throw new ModelError(`a parameter of shape ${formatShape(parameter)} does not fit ${formatShape(row)}`);
    }
  }
}

/** A layer whose scale and bias, if any, are constants. `isList`: of one axis, whatever their shape was. */
export function lowerNormalised(
  part: Pick<Spec, "kind" | "epsilon"> & Partial<Pick<Spec, "axis" | "groups">>,
  [, scale, bias]: readonly LowerInput[],
  isList: boolean,
): Lowered {
  const listed = (numbers: Tensor | undefined) =>
    numbers && isList ? { ...numbers, shape: [numbers.data.length] } : numbers;
  const layer: LayerSpec = {
    type: "normalise",
    axis: 0,
    groups: 0,
    ...part,
    size: 0,
    alpha: 0,
    beta: 0,
    scale: listed(parameterOf(scale, "scale")),
    bias: listed(parameterOf(bias, "bias")),
  };
  return { layer, reads: [0] };
}

/** The constants of a layer with both, one or no parameters; a bias without scale gets a scale of 1. */
export function raisedParameters({ scale, bias }: Spec): readonly Tensor[] {
  if (!bias) return scale ? [scale] : [];
  return [scale ?? { shape: bias.shape, data: new Float32Array(bias.data.length).fill(1) }, bias];
}
