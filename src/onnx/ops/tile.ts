import { ModelError } from "../../errors.js";
import type { Importer } from "../onnx-node.js";

/** Elements of one axis when it is repeated: each becomes a number in a list. */
const MOST_ELEMENTS = 1 << 20;

/** Each repeated axis is taken several times over. */
export const importTile: Importer = (node) => {
  const input = node.shape(0);
  const repeats = node.numbers(1);
  if (repeats?.length !== input.length || repeats.some((n) => n < 1)) {
    throw new ModelError(`repeats are [${repeats?.join(", ")}], expected ${input.length} numbers from 1 up`);
  }
  const long = input.findIndex((size, axis) => repeats[axis]! > 1 && repeats[axis]! * size > MOST_ELEMENTS);
  if (long >= 0) {
    const count = repeats[long]! * input[long]!;
    throw new ModelError(`repeats axis ${long} to ${count} elements, at most ${MOST_ELEMENTS} are supported`);
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
