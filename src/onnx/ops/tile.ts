import { ModelError } from "../../errors.js";
import type { Importer } from "../onnx-node.js";

/** Each repeated axis is taken several times over. */
export const importTile: Importer = (node) => {
  const input = node.shape(0);
  const repeats = node.numbers(1);
  if (repeats?.length !== input.length || repeats.some((n) => n < 1)) {
    throw new ModelError(`repeats are [${repeats?.join(", ")}], expected ${input.length} numbers from 1 up`);
  }
  const repeated = repeats.flatMap((n, axis) => (n > 1 ? [axis] : []));
  const last = repeated.shift();
  if (last === undefined) return node.emit("identity", {}, [node.value(0)]);
  const attrs = (axis: number) => {
    const size = input[axis]!;
    return { axis, indices: Array.from({ length: repeats[axis]! * size }, (_, i) => i % size) };
  };
  const inner = repeated.reduceRight((value, axis) => node.step("gather", attrs(axis), [value]), node.value(0));
  node.emit("gather", attrs(last), [inner]);
};
