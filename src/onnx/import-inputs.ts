/** The model's inputs: float tensors whose sizes are known, the batch excepted. */
import { ModelError } from "../errors.js";
import type { GraphInput, Shape } from "../graph/graph.js";
import type { onnx } from "../gen/onnx.js";
import { toNumber } from "./decode.js";
import { elementType, FLOAT } from "./element-types.js";

type ValueInfo = onnx.ValueInfoProto.$Properties;
type Dimension = onnx.TensorShapeProto.Dimension.$Properties;

/** What a batch dimension without a name is called. */
const UNNAMED = "batch";

const isSymbolic = ({ dimParam, dimValue }: Dimension): boolean => Boolean(dimParam) || toNumber(dimValue) === 0;

function readSize(dimension: Dimension, axis: number): number {
  if (isSymbolic(dimension)) {
    if (axis === 0) return 1;
    const name = dimension.dimParam ? ` ("${dimension.dimParam}")` : "";
    throw new ModelError(
      `dimension ${axis}${name} is not fixed; only the batch, dimension 0, may be: export with fixed sizes`,
    );
  }
  const size = toNumber(dimension.dimValue);
  if (size < 0) throw new ModelError(`dimension ${axis} is ${size}`);
  return size;
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
export function readInput(info: ValueInfo, notes: string[]): GraphInput {
  const name = info.name ?? "";
  if (!name) throw new ModelError("has no name");
  const tensor = info.type?.tensorType;
  if (!tensor) throw new ModelError("is not a tensor; sequences, maps and optional values are not supported");
  checkType(tensor.elemType ?? 0, name, notes);
  const dimensions = tensor.shape?.dim;
  if (!tensor.shape || !dimensions) throw new ModelError("has no shape; export with fixed sizes");
  const shape: Shape = dimensions.map(readSize);
  const first = dimensions[0];
  return { name, shape, batch: first && isSymbolic(first) ? first.dimParam || UNNAMED : "" };
}
