/** The model's inputs: float tensors. Sizes that are not fixed come from the caller; the batch is 1 unless it does. */
import { ModelError, RequestError } from "../errors.js";
import { formatShape, type GraphInput, type Shape } from "../graph/graph.js";
import type { onnx } from "../gen/onnx.js";
import { toNumber } from "./decode.js";
import { elementType, FLOAT } from "./element-types.js";

type ValueInfo = onnx.ValueInfoProto.$Properties;
type Dimension = onnx.TensorShapeProto.Dimension.$Properties;

/** What a batch dimension without a name is called. */
const UNNAMED = "batch";

const isSymbolic = ({ dimParam, dimValue }: Dimension): boolean => Boolean(dimParam) || toNumber(dimValue) === 0;

/** `n x 3 x ? x 320`. */
function formatDimensions(dimensions: readonly Dimension[]): string {
  return dimensions.map((d) => (isSymbolic(d) ? d.dimParam || "?" : String(toNumber(d.dimValue)))).join(" x ");
}

function readSize(dimension: Dimension, axis: number): number {
  if (isSymbolic(dimension)) return axis === 0 ? 1 : 0;
  const size = toNumber(dimension.dimValue);
  if (size < 0) throw new ModelError(`dimension ${axis} is ${size}`);
  return size;
}

/** An example in which a usual size stands for each that is missing. */
function wayOut(name: string, shape: Shape): string {
  const example = shape.map((size) => size || 224);
  return `say the sizes, for example --shape ${name}=${formatShape(example)} (in code: the option \`shapes\`)`;
}

function ownShape(name: string, dimensions: readonly Dimension[]): Shape {
  const shape = dimensions.map(readSize);
  const open = dimensions.findIndex((dimension, axis) => axis > 0 && isSymbolic(dimension));
  if (open < 0) return shape;
  const { dimParam } = dimensions[open]!;
  throw new ModelError(`dimension ${open}${dimParam ? ` ("${dimParam}")` : ""} is not fixed; ${wayOut(name, shape)}`);
}

/** What was asked for, where the model leaves it open. */
function askedShape(name: string, dimensions: readonly Dimension[], asked: Shape): Shape {
  const fits = dimensions.every((d, axis) => isSymbolic(d) || toNumber(d.dimValue) === asked[axis]);
  const valid = asked.every((size) => Number.isSafeInteger(size) && size >= 1);
  if (fits && valid && asked.length === dimensions.length) return asked;
  throw new RequestError(
    `shape ${formatShape(asked)} was asked for, the model takes ${formatDimensions(dimensions)}; only what is not a number ` +
      "there can be chosen. A compiled network (.esp) takes every size that its layers allow",
    `input "${name}"`,
  );
}
/** Integers up to this many bytes are float32 numbers, each of them. */
const EXACT_BYTES = 2;

function checkType(number: number, name: string, notes: string[]): void {
  const type = elementType(number);
  if (type.kind === "bool") {
    throw new ModelError(`takes ${type.name}; only numbers are supported: export with a float32 input`);
  }
  if (number === FLOAT) return;
  const isRounded = type.kind === "int" && type.bytes > EXACT_BYTES;
  const loss = isRounded ? ", which rounds whole numbers above 16777216" : "";
  notes.push(`input "${name}" takes ${type.name}; it became float32${loss}`);
}

/** Whether the model's input is integers. */
export function isWholeInput(info: ValueInfo): boolean {
  return elementType(info.type?.tensorType?.elemType ?? 0).kind === "int";
}

/** Throws a `ModelError` without a place: the caller adds the input's name. */
export function readInput(info: ValueInfo, asked: Shape | undefined, notes: string[]): GraphInput {
  const name = info.name ?? "";
  if (!name) throw new ModelError("has no name");
  const tensor = info.type?.tensorType;
  if (!tensor) throw new ModelError("is not a tensor; sequences, maps and optional values are not supported");
  checkType(tensor.elemType ?? 0, name, notes);
  const dimensions = tensor.shape?.dim;
  if (!tensor.shape || !dimensions) return shapeless(name, asked, notes);
  const shape = asked ? askedShape(name, dimensions, asked) : ownShape(name, dimensions);
  const first = dimensions[0];
  if (dimensions.some(isSymbolic)) {
    notes.push(`input "${name}" takes ${formatDimensions(dimensions)}; it became ${formatShape(shape)}`);
  }
  return { name, shape, batch: first && isSymbolic(first) ? first.dimParam || UNNAMED : "" };
}

function shapeless(name: string, asked: Shape | undefined, notes: string[]): GraphInput {
  if (!asked) throw new ModelError(`has no shape; ${wayOut(name, [1, 3, 0, 0])}`);
  notes.push(`input "${name}" has no shape in the model; it became ${formatShape(asked)}`);
  return { name, shape: asked, batch: "" };
}
