/** A training step of tfjs: batch norms with the statistics of the batch, cross-entropy, momentum. Pictures are NHWC. */
import * as tf from "@tensorflow/tfjs-core";
import { permute, toHwio } from "./tfjs-layout.mjs";
import { TFJS_OPS } from "./tfjs-ops.mjs";
import { inferShapes } from "../../dist/src/ops/walk.js";
import { logitsOf } from "../../dist/src/train/logits.js";

export { version_core as tfjsVersion } from "@tensorflow/tfjs-core";

/** The first one brings all gradients, too. */
const BACKENDS = { cpu: "@tensorflow/tfjs", wasm: "@tensorflow/tfjs-backend-wasm" };

/** How far running statistics move towards those of a batch. */
const MOMENTUM_OF_STATISTICS = 0.1;
const NO_PAD = [0, 0];

/** The operators that have other numbers in training, or none that is fixed: each makes a function of its inputs. */
const TRAINING_OPS = { ...TFJS_OPS, conv, gemm, flatten, "batch-norm": batchNorm };

/**
 * A function that does a whole step on the batch and gives its loss. `roles` says what each constant is. Throws an error that says
 * what has no translation.
 */
export async function openTraining(graph, roles, { images, labels }, options) {
  const { backend, classes, learningRate, momentum, weightDecay } = options;
  await import(BACKENDS.cpu);
  await import(BACKENDS[backend]);
  if (!(await tf.setBackend(backend))) throw new Error(`its ${backend} back end does not start`);
  tf.enableProdMode();
  const variables = variablesOf(graph, roles);
  const trained = Object.values(variables).filter(({ trainable }) => trainable);
  const forward = translate(graph, variables);
  const [, ...size] = graph.inputs[0].shape;
  const picture = permute({ shape: [labels.length, ...size], data: images }, [0, 2, 3, 1]);
  const x = tf.tensor(picture.data, picture.shape);
  const answers = tf.oneHot(tf.tensor1d(labels, "int32"), classes);
  const optimiser = tf.train.momentum(learningRate, momentum);
  const lossOf = () => tf.losses.softmaxCrossEntropy(answers, forward(x));
  const decayed = ([name, gradient]) => {
    const decays = roles.get(name) === "weight";
    return [name, decays ? tf.add(gradient, tf.mul(variables[name], weightDecay)) : gradient];
  };
  return () =>
    tf.tidy(() => {
      const { value, grads } = tf.variableGrads(lossOf, trained);
      optimiser.applyGradients(Object.fromEntries(Object.entries(grads).map(decayed)));
      return value.dataSync()[0];
    });
}

function variablesOf(graph, roles) {
  const entries = [...graph.constants].map(([name, { shape, data }]) => {
    const tensor = { shape, data: Float32Array.from(data) };
    const { shape: turned, data: numbers } = shape.length === 4 ? toHwio(tensor) : tensor;
    const trainable = ["weight", "bias", "norm"].includes(roles.get(name));
    return [name, tf.variable(tf.tensor(numbers, turned), trainable, name)];
  });
  return Object.fromEntries(entries);
}

function translate(graph, variables) {
  const shapes = inferShapes(graph);
  const [input] = graph.inputs;
  const logits = logitsOf(graph);
  const last = graph.nodes.findIndex(({ outputs }) => outputs[0] === logits);
  const steps = graph.nodes.slice(0, last + 1).map((node) => {
    const translateNode = TRAINING_OPS[node.op];
    if (!translateNode) throw new Error(`the adapter has no ${node.op}`);
    return { node, compute: translateNode(node, { graph, shapes, variables, readers: new Map() }) };
  });
  return (x) => {
    const values = new Map([[input.name, x]]);
    for (const { node, compute } of steps) {
      const reads = node.inputs.filter((name) => values.has(name)).map((name) => values.get(name));
      values.set(node.outputs[0], compute(...reads));
    }
    return values.get(logits);
  };
}

function conv({ attrs, inputs }, { graph, variables }) {
  const { groups, strides, dilations, pads } = attrs;
  const [filter, bias] = [variables[inputs[1]], variables[inputs[2]]];
  if (groups > 1) throw new Error("the adapter trains no grouped convolution");
  const kernel = graph.constants.get(inputs[1]).shape.slice(2);
  // tfjs takes no explicit padding backward. What it calls "same" saves the copy where it means the same.
  const isSame =
    [...strides, ...dilations].every((each) => each === 1) && pads.every((pad, i) => 2 * pad + 1 === kernel[i % 2]);
  const convolve = (x, pad) => tf.conv2d(x, filter, strides, pad, "NHWC", dilations);
  const [top, left, bottom, right] = pads;
  const around = [NO_PAD, [top, bottom], [left, right], NO_PAD];
  const run = (x) => (isSame ? convolve(x, "same") : convolve(tf.pad(x, around), "valid"));
  return (x) => (bias ? tf.add(run(x), bias) : run(x));
}

function gemm({ inputs }, { variables }) {
  const [filter, bias] = [variables[inputs[1]], variables[inputs[2]]];
  return (x) => (bias ? tf.add(tf.matMul(x, filter, false, true), bias) : tf.matMul(x, filter, false, true));
}

/** Rows in the order of NCHW, as the dense layer's filter is. */
function flatten({ attrs, inputs }, { shapes }) {
  if (attrs.axis !== 1) throw new Error("the adapter flattens whole pictures only");
  const [, c, ...size] = shapes.get(inputs[0]);
  const isPicture = size.some((each) => each > 1);
  const width = size.reduce((product, each) => product * each, c);
  return (x) => tf.reshape(isPicture ? tf.transpose(x, [0, 3, 1, 2]) : x, [-1, width]);
}

function batchNorm({ attrs, inputs }, { variables }) {
  const [gamma, beta, mean, variance] = inputs.slice(1).map((name) => variables[name]);
  return (x) => {
    const moments = tf.moments(x, [0, 1, 2]);
    const count = x.size / x.shape[3];
    follow(mean, moments.mean);
    follow(variance, tf.mul(moments.variance, count / (count - 1)));
    return tf.batchNorm(x, moments.mean, moments.variance, beta, gamma, attrs.epsilon);
  };
}

function follow(running, batch) {
  running.assign(tf.add(tf.mul(running, 1 - MOMENTUM_OF_STATISTICS), tf.mul(batch, MOMENTUM_OF_STATISTICS)));
}
