/**
 * The error of Winograd's kernels on trained weights and the activations that meet them, against the bound that each kernel
 * states. Runs where ESPALIER_DATA names a folder with models/.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compile } from "../src/compile/encode.js";
import type { Graph, Node, Tensor } from "../src/graph/graph.js";
import { importOnnx } from "../src/onnx/import.js";
import { readTensorFile } from "../src/onnx/tensor-file.js";
import { OPS } from "../src/ops/index.js";
import { evaluateGraph } from "../src/ops/walk.js";
import { type Build, load } from "../src/runtime/index.js";
import { CONV_KERNELS } from "../src/runtime/kernels/index.js";

const BUILD = (process.env["ESPALIER_BUILD"] ?? "baseline") as Build;
const folder = join(process.env["ESPALIER_DATA"] ?? "", "models/resnet20_cifar10_folded");
const present = process.env["ESPALIER_DATA"] && existsSync(folder);
const WINOGRAD = CONV_KERNELS.filter(({ algorithm }) => algorithm.startsWith("winograd"));

const test = suite(`Winograd on trained weights, ${BUILD} build`);

/** The convolution alone, with the input that it has inside the network. */
function alone(graph: Graph, node: Node, input: Tensor): Graph {
  return {
    ...graph,
    inputs: [{ name: node.inputs[0]!, shape: input.shape, batch: "" }],
    outputs: [node.outputs[0]!],
    nodes: [node],
    constants: new Map(node.inputs.slice(1).map((name) => [name, graph.constants.get(name)!])),
  };
}

const withoutMiddle = ({ shape, data }: Tensor): Tensor => ({
  shape,
  data: data.map((value, i) => (shape.length === 4 && (i % 3 === 1 || Math.floor(i / 3) % 3 === 1) ? 0 : value)),
});

const absolute = ({ shape, data }: Tensor): Tensor => ({ shape, data: Float64Array.from(data, Math.abs) });

const largest = (numbers: ArrayLike<number>) => Array.from(numbers).reduce((most, value) => Math.max(most, value), 0);

/** The largest error of an output, relative to the largest sum of absolute terms. */
async function errorOf(graph: Graph, node: Node, operands: readonly Tensor[], kernel: string): Promise<number> {
  const op = OPS.get(node.op)!;
  const [expected] = op.evaluate(node.attrs, operands);
  const [sums] = op.evaluate(node.attrs, operands.map(absolute));
  const bytes = compile(alone(graph, node, operands[0]!));
  const { tuning } = await load(bytes, { build: BUILD });
  const kernels = Object.fromEntries(Object.keys(tuning.kernels).map((layer) => [layer, kernel]));
  const session = await load(bytes, { build: BUILD, tuning: { ...tuning, kernels } });
  const [actual] = Object.values(session.run({ [node.inputs[0]!]: Float32Array.from(operands[0]!.data) }));
  const off = actual!.map((value, i) => Math.abs(value - expected!.data[i]!));
  return largest(off) / largest(sums!.data);
}

if (present) {
  const { graph } = importOnnx(readFileSync(join(folder, "model.onnx")));
  const { tensor } = readTensorFile(readFileSync(join(folder, "test_data_set_0/input_0.pb")));
  const values = evaluateGraph(graph, new Map([[graph.inputs[0]!.name, tensor]]));
  const convolutions = graph.nodes.filter(({ op, inputs }) => {
    const shape = graph.constants.get(inputs[1] ?? "")?.shape;
    return op === "conv" && shape?.[2] === 3 && shape[3] === 3;
  });
  const unstrided = convolutions.filter(({ attrs }) => String((attrs as { strides: unknown }).strides) === "1,1");

  // The window of 3x3 without its middle row and column is 2x2 with a dilation.
  const strided = {
    ...graph,
    constants: new Map([...graph.constants].map(([name, tensor]) => [name, withoutMiddle(tensor)])),
  };
  for (const { name, algorithm, error } of WINOGRAD.filter(({ algorithm }) => !/ 5x5$| of 4x4$/.test(algorithm))) {
    test(`${name} keeps its bound on every 3x3 layer of a trained ResNet-20`, async () => {
      assert.ok(unstrided.length >= 17, `${unstrided.length} layers`);
      const source = algorithm.endsWith(" of 2x2") ? strided : graph;
      for (const node of unstrided) {
        const operands = node.inputs.map((input) => source.constants.get(input) ?? values.get(input)!);
        const found = await errorOf(source, node, operands, name);
        assert.ok(
          found <= error,
          `${algorithm}, ${node.name}: ${found.toExponential(2)}, bound ${error.toExponential(2)}`,
        );
        assert.ok(found > 0, "no error at all: was it computed?");
      }
    });
  }
}

test.run();
