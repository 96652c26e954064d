import { ModelError } from "../../errors.js";
import { floatAttribute } from "../attributes.js";
import type { Exporter } from "../export-scope.js";
import type { Importer } from "../onnx-node.js";

export const importBatchNormalization: Importer = (node) => {
  if (node.attributes.int("training_mode")) {
    throw new ModelError("normalises with the statistics of the batch; export the model in inference mode");
  }
  // Before opset 9: 0 meant parameters for each pixel.
  if (node.attributes.int("spatial") === 0) throw new ModelError("spatial = 0 is not supported, only 1");
  for (let input = 1; input <= 4; input++) node.value(input);
  node.emit("batch-norm", { epsilon: node.attributes.float("epsilon") ?? 1e-5 }, node.values(0, 4));
};

export const exportBatchNormalization: Exporter<"batch-norm"> = ({ attrs, inputs, outputs, name }, scope) => {
  // The graph accepts parameters of any shape with one element a channel, ONNX only a list.
  const asList = (input: string) => {
    const tensor = scope.constant(input);
    if (!tensor || tensor.shape.length === 1) return input;
    return scope.floats(`${input}_list`, { ...tensor, shape: [tensor.data.length] });
  };
  const read = [inputs[0]!, ...inputs.slice(1).map(asList)];
  scope.add("BatchNormalization", read, outputs[0]!, name, [floatAttribute("epsilon", attrs.epsilon)]);
};
