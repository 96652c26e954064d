/** Checks a decoded network as a whole: every number a kernel will ever see follows from what is checked here. */
import { EspalierError, ModelError } from "../errors.js";
import type { Input, Layer, Network } from "../gen/network.js";
import { coloursOf } from "./colours.js";
import type { RuleOf } from "./layers/layer.js";
import { LIMITS } from "./limits.js";
import type { Parts } from "./parts.js";
import { formatShape, type Shape, sizeOf } from "./shape.js";

/** Shapes of all values, the multiply-adds of each layer, and the rules that say so. */
export interface Checked {
  readonly shapes: readonly Shape[];
  readonly macs: readonly number[];
  readonly ruleOf: RuleOf;
}

/** Throws a `ModelError` that names the layer, or returns every shape. */
export function verifyNetwork(network: Network, { ruleOf, checkBoxes }: Parts): Checked {
  const { inputs, layers, outputs } = network;
  for (const [list, what] of [
    [inputs, "inputs"],
    [layers, "layers"],
    [outputs, "outputs"],
  ] as const) {
    if (list.length > LIMITS.count) throw new ModelError(`${list.length} ${what}, at most ${LIMITS.count} are read`);
  }
  if (inputs.length === 0 || outputs.length === 0) throw new ModelError("a network needs an input and an output");
  checkNames(
    inputs.map((input) => input.name),
    "input",
  );
  checkNames(
    outputs.map((output) => output.name),
    "output",
  );
  inputs.forEach(checkInput);
  const shapes: Shape[] = inputs.map((input) => input.shape);
  const macs: number[] = [];
  for (const layer of layers) {
    const shape = inferLayer(layer, shapes, ruleOf);
    macs.push(
      ruleOf(layer.op.type).macs(
        layer.op,
        layer.inputs.map((value) => shapes[value]!),
        shape,
      ),
    );
    shapes.push(shape);
  }
  checkUse(network, shapes.length);
  const { kind, boxes } = network.task;
  if ((kind === "boxes") !== (boxes !== undefined)) {
    throw new ModelError(`the task is ${kind}, ${boxes ? "with" : "without"} boxes`, "boxes");
  }
  if (boxes) checkBoxes!(network, boxes, shapes);
  return { shapes, macs, ruleOf };
}

function checkNames(names: readonly string[], what: string): void {
  names.forEach((name, i) => {
    if (name === "" || names.indexOf(name) !== i)
      throw new ModelError(`${what} ${i} has the name "${name}", which is empty or taken`);
  });
}

function checkShape(shape: Shape, where: string): void {
  const sane = shape.length <= LIMITS.rank && shape.every((size) => size >= 1 && size <= LIMITS.size);
  if (!sane || sizeOf(shape) > LIMITS.elements)
    throw new ModelError(`shape ${formatShape(shape)} is out of range`, where);
}

function checkInput(input: Input): void {
  checkShape(input.shape, input.name);
  const p = input.preprocessing;
  if (!p) return;
  const colours = coloursOf(p);
  const [c, h, w] = p.layout === "nchw" ? [1, 2, 3] : [3, 1, 2];
  if (
    input.shape.length !== 4 ||
    input.shape[c!] !== colours ||
    input.shape[h!] !== p.height ||
    input.shape[w!] !== p.width
  ) {
    throw new ModelError(
      `pictures of ${p.width} x ${p.height} in ${p.colour}, ${p.layout}, do not fit shape ${formatShape(input.shape)}`,
      input.name,
    );
  }
  for (const list of [p.mean, p.std]) {
    if (list.length !== 0 && list.length !== colours) {
      throw new ModelError(`${list.length} numbers for ${colours} colours`, input.name);
    }
    if (list.some((value) => !Number.isFinite(value)) || p.std.includes(0)) {
      throw new ModelError("mean or std is not a finite number, or std is 0", input.name);
    }
  }
}

function inferLayer(layer: Layer, shapes: readonly Shape[], ruleOf: RuleOf): Shape {
  const rule = ruleOf(layer.op.type);
  const undefinedInput = layer.inputs.find((value) => value >= shapes.length);
  if (undefinedInput !== undefined)
    throw new ModelError(`reads value ${undefinedInput}, which nothing before it defines`, layer.name);
  const { least, most } = rule.inputs(layer.op);
  if (layer.inputs.length < least || layer.inputs.length > most) {
    throw new ModelError(
      `${layer.op.type} reads ${layer.inputs.length} values, expected ${least === most ? least : `${least} or more`}`,
      layer.name,
    );
  }
  try {
    const shape = rule.shape(
      layer.op,
      layer.inputs.map((value) => shapes[value]!),
    );
    checkShape(shape, layer.name);
    return shape;
  } catch (error) {
    if (error instanceof EspalierError && error.where === undefined) throw new ModelError(error.message, layer.name);
    throw error;
  }
}

/** Every layer serves an output: nothing hides in a file. */
function checkUse({ inputs, layers, outputs }: Network, values: number): void {
  const used = new Uint8Array(values);
  for (const output of outputs) {
    if (output.value >= values) throw new ModelError(`is value ${output.value}, which nothing defines`, output.name);
    used[output.value] = 1;
  }
  for (let i = layers.length - 1; i >= 0; i--) {
    if (!used[inputs.length + i])
      throw new ModelError("is read by nothing; a network holds no layers without use", layers[i]!.name);
    layers[i]!.inputs.forEach((value) => (used[value] = 1));
  }
}
