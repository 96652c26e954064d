import { intAttribute } from "../attributes.js";
import type { Exporter } from "../export-scope.js";

/** Zeros behind the elements, and a Gather that takes them where nothing is written. */
export const exportScatter: Exporter<"scatter"> = ({ attrs, inputs, outputs, name }, scope) => {
  const { axis, indices, size } = attrs;
  const rank = scope.shape(inputs[0]!).length;
  const pads = scope.ints(
    `${name}_pads`,
    Array.from({ length: 2 * rank }, (_, i) => Number(i === rank + axis)),
  );
  const padded = scope.step("Pad", [inputs[0]!, pads], `${name}_padded`);
  const sources = Array.from({ length: size }, () => indices.length);
  indices.forEach((index, i) => (sources[index] = i));
  const places = scope.ints(`${name}_indices`, sources);
  scope.add("Gather", [padded, places], outputs[0]!, name, [intAttribute("axis", axis)]);
};
