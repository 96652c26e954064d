import type { Exporter } from "../export-scope.js";

/** Swish came late (opset 24); every reader knows the sigmoid and the product. */
export const exportSwish: Exporter<"silu"> = ({ attrs: { alpha }, inputs, outputs, name }, scope) => {
  const factor = () => scope.floats(`${name}_alpha`, { shape: [], data: Float32Array.of(alpha) });
  const scaled = alpha === 1 ? inputs[0]! : scope.step("Mul", [inputs[0]!, factor()], `${name}_scaled`);
  const gate = scope.step("Sigmoid", [scaled], `${name}_gate`);
  scope.add("Mul", [inputs[0]!, gate], outputs[0]!, name);
};
