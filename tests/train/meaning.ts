/** The meaning of a training step in float64: every operator's plain loops image by image, batch norm over the batch, then the loss. */
import { type Graph, sizeOf, type Tensor } from "../../src/graph/graph.js";
import { isOp, opOf } from "../../src/ops/index.js";
import { logitsOf } from "../../src/train/logits.js";
import type { LossNumbers } from "../../src/train/plan.js";

export interface MeantBatch {
  /** One for each image, shaped as the graph's input. */
  readonly images: readonly Tensor[];
  readonly labels: ArrayLike<number>;
  /** The teacher's logits for each image. */
  readonly teacher?: readonly ArrayLike<number>[];
}

/** The logits of each image. */
export function meantLogits(graph: Graph, constants: ReadonlyMap<string, Tensor>, images: readonly Tensor[]): Tensor[] {
  const values = images.map((image) => new Map<string, Tensor>([...constants, [graph.inputs[0]!.name, image]]));
  for (const node of graph.nodes) {
    const operands = values.map((own) => node.inputs.map((name) => own.get(name)!));
    const outputs = isOp(node, "batch-norm")
      ? normalised(node.attrs.epsilon, operands)
      : operands.map((inputs) => opOf(node).evaluate(node.attrs, inputs)[0]!);
    outputs.forEach((output, image) => values[image]!.set(node.outputs[0]!, output));
  }
  const logits = logitsOf(graph);
  return values.map((own) => own.get(logits)!);
}

/** Ioffe and Szegedy 2015, algorithm 1. */
function normalised(epsilon: number, operands: readonly (readonly Tensor[])[]): Tensor[] {
  const [first, gamma, beta] = operands[0]!;
  const channels = first!.shape[1]!;
  const plane = sizeOf(first!.shape.slice(2));
  const results = operands.map(([x]) => ({ shape: x!.shape, data: new Float64Array(x!.data.length) }));
  for (let c = 0; c < channels; c++) {
    const own = operands.map(([x]) => Float64Array.from(x!.data.subarray(c * plane, (c + 1) * plane)));
    const count = plane * operands.length;
    const mean = own.reduce((sum, values) => sum + values.reduce((a, b) => a + b, 0), 0) / count;
    const variance = own.reduce((sum, values) => sum + values.reduce((a, v) => a + (v - mean) ** 2, 0), 0) / count;
    own.forEach((values, image) =>
      values.forEach((v, i) => {
        results[image]!.data[c * plane + i] =
          ((v - mean) / Math.sqrt(variance + epsilon)) * gamma!.data[c]! + beta!.data[c]!;
      }),
    );
  }
  return results;
}

/** Mean over the images. */
export function meantLoss(
  graph: Graph,
  constants: ReadonlyMap<string, Tensor>,
  { images, labels, teacher }: MeantBatch,
  { smoothing, labels: weight, teacher: follow, temperature }: LossNumbers,
): number {
  const logits = meantLogits(graph, constants, images);
  const losses = logits.map(({ data }, image) => {
    const own = logSoftmax(data, 1);
    const wanted = own.map((_, k) => smoothing / own.length + (k === labels[image] ? 1 - smoothing : 0));
    const crossEntropy = labels[image]! < 0 ? 0 : -own.reduce((sum, log, k) => sum + wanted[k]! * log, 0);
    if (!teacher) return weight * crossEntropy;
    const [student, taught] = [logSoftmax(data, temperature), logSoftmax(teacher[image]!, temperature)];
    const divergence = taught.reduce((sum, log, k) => sum + Math.exp(log) * (log - student[k]!), 0);
    return weight * crossEntropy + follow * temperature ** 2 * divergence;
  });
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}

function logSoftmax(logits: ArrayLike<number>, temperature: number): number[] {
  const cold = Array.from(logits, (value) => value / temperature);
  const largest = Math.max(...cold);
  const sum = Math.log(cold.reduce((total, value) => total + Math.exp(value - largest), 0)) + largest;
  return cold.map((value) => value - sum);
}
