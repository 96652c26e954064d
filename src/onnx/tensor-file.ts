/** Files that hold one tensor, as ONNX's test data sets do (`input_0.pb`). */
import type { Tensor } from "../graph/graph.js";
import { onnx } from "../gen/onnx.js";
import { toTensor } from "./constant.js";
import { decodeMessage } from "./decode.js";
import { floatProto, readTensorProto } from "./tensor-proto.js";

/** Numbers of any type, as float32. */
export function readTensorFile(bytes: Uint8Array): { name: string; tensor: Tensor } {
  const proto = decodeMessage(onnx.TensorProto, "an ONNX tensor", bytes);
  return { name: proto.name ?? "", tensor: toTensor(readTensorProto(proto, "in the file")) };
}

export function writeTensorFile(name: string, tensor: Tensor): Uint8Array {
  return onnx.TensorProto.encode(floatProto(name, tensor)).finish();
}
