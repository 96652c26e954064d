/**
 * Operators that only move elements: the gradient moves back. Where each element goes is found by asking the operator's own meaning
 * with numbered elements, so one rule serves all of them.
 */
import { TrainingKernel } from "../../../assembly/training/abi.js";
import { type Shape, sizeOf, type Tensor } from "../../graph/graph.js";
import type { AnyOp } from "../../ops/op.js";
import { defineGradient, type Gradient } from "./gradient.js";
import { copyOrZero } from "./pieces.js";

export function move(op: AnyOp): Gradient<object> {
  return defineGradient<object>({
    parameters: {},
    clamps: false,
    backward(site) {
      const { attrs, records, inputs, dy, gradient } = site;
      inputs.forEach(({ shape }, input) => {
        if (!site.wants(input)) return;
        const sources = sourcesOf(
          op,
          attrs,
          inputs.map((value) => value.shape),
          input,
        );
        if (isInPlace(sources, sizeOf(shape))) return site.pass(input);
        gradient(input, (y, z) => {
          const table = records.constants.words(sources.length, (to) => to.set(sources));
          copyOrZero(records, y, z, sizeOf(shape));
          records.each(TrainingKernel.ScatterAdd, { g: dy.place, y, table, count: sources.length });
        });
      });
    },
  });
}

const isInPlace = (sources: Int32Array, count: number) =>
  sources.length === count && sources.every((source, i) => source === i);

/** For each element of the output, which element of this input it is; -1 where it is none of them. */
function sourcesOf(op: AnyOp, attrs: object, shapes: readonly Shape[], input: number): Int32Array {
  // An element that moves takes along what is added to all of them; a constant, or another input's, does not.
  const [plain, raised] = [0, 0.5].map((added) => {
    const inputs = shapes.map((shape, i): Tensor => ({
      shape,
      data: Float64Array.from({ length: sizeOf(shape) }, (_, element) => (i === input ? element + added : 0)),
    }));
    return op.evaluate(attrs, inputs)[0]!.data;
  });
  return Int32Array.from(plain!, (element, i) => (raised![i]! - element === 0.5 ? element : -1));
}
