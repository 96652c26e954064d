/**
 * THE table of operators in tfjs: each takes a node and makes the function that computes its output. Where tfjs has several
 * ways, the one that was fastest on its wasm back end is taken. Pictures are NHWC.
 */
import * as tf from "@tensorflow/tfjs-core";
import { nhwcAxis, nhwcList, toDense, toDepthwise, toHwio } from "./tfjs-layout.mjs";

const NO_PAD = [0, 0];

function conv(node, { graph, shapes, activation }) {
  const { groups, strides, dilations, pads } = node.attrs;
  const filter = constant(graph, node.inputs[1]);
  const channels = shapes.get(node.inputs[0])[1];
  const depthwise = groups > 1 && groups === channels;
  if (groups > 1 && !depthwise) throw new Error("tfjs has no grouped convolution");
  const weights = toTensor(depthwise ? toDepthwise(filter, channels) : toHwio(filter));
  const options = { bias: biasOf(graph, node), strides, dilations, pad: explicitPad(pads), activation };
  const convolve = depthwise ? tf.fused.depthwiseConv2d : tf.fused.conv2d;
  return (x) => convolve({ x, filter: weights, ...options });
}
conv.takesActivation = true;

/** As a 1x1 convolution: faster than `tf.fused.matMul` for one row by a fifth or more. */
function gemm(node, context) {
  const { graph, shapes, activation } = context;
  const [rows, width] = shapes.get(node.inputs[0]);
  const weights = constant(graph, node.inputs[1]);
  const filter = toTensor(toDense(weights, pictureBehind(node.inputs[0], context)));
  const options = { bias: biasOf(graph, node), strides: 1, pad: "valid", activation };
  const shape = [rows, weights.shape[0]];
  return (x) => tf.reshape(tf.fused.conv2d({ x: tf.reshape(x, [rows, 1, 1, width]), filter, ...options }), shape);
}
gemm.takesActivation = true;

function flatten(node, context) {
  const [before, after] = [node.inputs[0], node.outputs[0]].map((name) => context.shapes.get(name));
  const straight = before.length !== 4 || before.slice(2).every((size) => size === 1) || staysTurned(node, context);
  return (x) => tf.reshape(straight ? x : tf.transpose(x, [0, 3, 1, 2]), after);
}

/** A flattened picture that only dense layers read stays as tfjs has it; their filters are in that order, too. */
function staysTurned({ inputs: [x], outputs: [y] }, { shapes, readers }) {
  return shapes.get(x).length === 4 && (readers.get(y) ?? []).every(({ op }) => op === "gemm");
}

/** The shape [c, h, w] of a picture that was flattened into this value as tfjs has it. */
function pictureBehind(name, context) {
  const source = context.graph.nodes.find(({ outputs }) => outputs[0] === name);
  return source?.op === "flatten" && staysTurned(source, context)
    ? context.shapes.get(source.inputs[0]).slice(1)
    : undefined;
}

/** The sizes are espalier's: with them as padding, tfjs, which rounds down, gets what rounding up gives. */
function pool(node, { shapes }, compute) {
  const { kernel, strides, dilations, pads } = node.attrs;
  if (dilations.some((dilation) => dilation !== 1)) throw new Error("tfjs-wasm pools without dilation only");
  const [before, after] = [node.inputs[0], node.outputs[0]].map((name) => shapes.get(name).slice(2));
  const behind = [0, 1].map((i) => Math.max(0, (after[i] - 1) * strides[i] + kernel[i] - before[i] - pads[i]));
  const pad = explicitPad([pads[0], pads[1], ...behind]);
  return (x) => compute(x, kernel, strides, pad);
}

function averagePool(node, context) {
  const padded = node.attrs.ceil || node.attrs.pads.some((pad) => pad !== 0);
  if (padded && node.attrs.countPadding) throw new Error("tfjs leaves padding out of means");
  return pool(node, context, tf.avgPool);
}

/** As one window: `tf.mean` transposes first. */
function globalAveragePool(node, { shapes }) {
  const window = shapes.get(node.inputs[0]).slice(2);
  return (x) => tf.avgPool(x, window, 1, "valid");
}

/** Every second pixel and the like. `tf.stridedSlice` takes 25 times as long as a 1x1 convolution that picks the same. */
function slice(node, { shapes }) {
  const { axes, starts, ends, steps } = node.attrs;
  const [, channels, ...size] = shapes.get(node.inputs[0]);
  const whole = axes.every((axis, i) => axis >= 2 && starts[i] === 0 && ends[i] === size[axis - 2] && steps[i] > 0);
  if (!whole) throw new Error("the adapter slices whole pictures in steps only");
  const strides = [2, 3].map((axis) => steps[axes.indexOf(axis)] ?? 1);
  const filter = tf.keep(tf.reshape(tf.eye(channels), [1, 1, channels, channels]));
  return (x) => tf.conv2d(x, filter, strides, "valid");
}

function pad({ attrs: { before, after, mode, value } }) {
  if (mode !== "constant") throw new Error(`the adapter does not pad in mode ${mode}`);
  const paddings = nhwcList(before.map((count, axis) => [count, after[axis]]));
  return (x) => tf.pad(x, paddings, value);
}

const concat =
  ({ attrs: { axis } }) =>
  (...values) =>
    tf.concat(values, values[0].rank === 4 ? nhwcAxis(axis) : axis);

function add(node, { graph }) {
  if (node.inputs.some((name) => graph.constants.has(name))) throw new Error("the adapter adds no constants");
  return (a, b) => tf.add(a, b);
}

const clip =
  ({ attrs: { min, max } }) =>
  (x) =>
    min === 0 && max === 6 ? tf.relu6(x) : tf.clipByValue(x, min, max);

export const TFJS_OPS = {
  conv,
  gemm,
  flatten,
  "max-pool": (node, context) => pool(node, context, tf.maxPool),
  "average-pool": averagePool,
  "global-average-pool": globalAveragePool,
  slice,
  pad,
  concat,
  add,
  relu: () => tf.relu,
  clip,
};

const explicitPad = ([top, left, bottom, right]) => [NO_PAD, [top, bottom], [left, right], NO_PAD];

const toTensor = ({ shape, data }) => tf.tensor(data, shape, "float32");

function constant(graph, name) {
  const tensor = graph.constants.get(name);
  if (!tensor) throw new Error("the adapter wants constant filters");
  return tensor;
}

function biasOf(graph, { inputs }) {
  return inputs[2] && tf.tensor1d(Float32Array.from(constant(graph, inputs[2]).data));
}
