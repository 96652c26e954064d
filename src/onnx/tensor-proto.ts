/** ONNX's TensorProto to a constant and back. */
import { ModelError } from "../errors.js";
import { formatShape, type Shape, sizeOf, type Tensor } from "../graph/graph.js";
import type { onnx } from "../gen/onnx.js";
import { type Constant, LARGEST_CONSTANT } from "./constant.js";
import { type Int64, toNumber } from "./decode.js";
import { elementType, type ElementType, FLOAT, INT64 } from "./element-types.js";

export type TensorProto = onnx.TensorProto.$Properties;
/** The bytes of the file beside the model that is called `location`. */
export type External = (location: string) => Uint8Array;

/** `DataLocation.EXTERNAL`; the generated enum is only a type to the compiler's eyes. */
const EXTERNAL = 1;

function readShape(proto: TensorProto): Shape {
  const shape = (proto.dims ?? []).map(toNumber);
  if (shape.some((size) => size < 0)) throw new ModelError(`has a negative size: ${formatShape(shape)}`);
  if (sizeOf(shape) > LARGEST_CONSTANT) {
    throw new ModelError(`${formatShape(shape)} is too large; at most ${LARGEST_CONSTANT} elements`);
  }
  return shape;
}

function externalBytes(proto: TensorProto, external: External | undefined): Uint8Array {
  const entries = new Map((proto.externalData ?? []).map(({ key, value }) => [key, value ?? ""]));
  const location = entries.get("location");
  if (location === undefined) throw new ModelError("lies in another file, but the model does not say in which");
  if (!external) {
    throw new ModelError(`lies in the file "${location}"; hand in its bytes through the option \`external\``);
  }
  const file = external(location);
  const offset = Number(entries.get("offset") ?? 0);
  const length = Number(entries.get("length") ?? file.length - offset);
  const fits = [offset, length].every((n) => Number.isSafeInteger(n) && n >= 0) && offset + length <= file.length;
  if (!fits) throw new ModelError(`${length} bytes from ${offset} of "${location}", which has ${file.length}`);
  return file.subarray(offset, offset + length);
}

/** The tensor's bytes; undefined where its numbers stand in a typed field. */
function rawBytes(proto: TensorProto, external: External | undefined): Uint8Array | undefined {
  if (proto.dataLocation === EXTERNAL) return externalBytes(proto, external);
  return proto.rawData && proto.rawData.length > 0 ? proto.rawData : undefined;
}

function fromRaw(bytes: Uint8Array, size: number, type: ElementType): (i: number) => number {
  if (bytes.length !== size * type.bytes) {
    throw new ModelError(
      `holds ${bytes.length} bytes, its shape wants ${size} ${type.name}, ${size * type.bytes} bytes`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return (i) => type.read(view, i * type.bytes);
}

function fromField(proto: TensorProto, size: number, type: ElementType): (i: number) => number {
  const numbers: readonly Int64[] = proto[type.field] ?? [];
  if (numbers.length !== size) {
    throw new ModelError(`holds ${numbers.length} ${type.name} numbers, its shape wants ${size}`);
  }
  return (i) => (type.fromBits ?? ((n: number) => n))(toNumber(numbers[i]));
}

function readUnnamed(proto: TensorProto, external: External | undefined): Constant {
  const shape = readShape(proto);
  const type = elementType(proto.dataType ?? 0);
  const size = sizeOf(shape);
  const raw = rawBytes(proto, external);
  const element = raw ? fromRaw(raw, size, type) : fromField(proto, size, type);
  const data = type.kind === "float" ? new Float32Array(size) : new Float64Array(size);
  for (let i = 0; i < size; i++) data[i] = element(i);
  return type.kind === "int" ? { kind: "int", shape, data, element: type.name } : { kind: type.kind, shape, data };
}

/** Throws a `ModelError` that names the tensor, or `where` if it has no name. */
export function readTensorProto(proto: TensorProto, where: string, external?: External): Constant {
  try {
    return readUnnamed(proto, external);
  } catch (error) {
    if (error instanceof ModelError && error.where === undefined) {
      throw new ModelError(error.message, `tensor "${proto.name || where}"`);
    }
    throw error;
  }
}

export function floatProto(name: string, { shape, data }: Tensor): TensorProto {
  const rawData = new Uint8Array(data.length * 4);
  const view = new DataView(rawData.buffer);
  data.forEach((value, i) => view.setFloat32(i * 4, value, true));
  return { name, dims: [...shape], dataType: FLOAT, rawData };
}

/** A list of integers, one axis. */
export function intProto(name: string, values: readonly number[]): TensorProto {
  const rawData = new Uint8Array(values.length * 8);
  const view = new DataView(rawData.buffer);
  values.forEach((value, i) => view.setBigInt64(i * 8, BigInt(value), true));
  return { name, dims: [values.length], dataType: INT64, rawData };
}
