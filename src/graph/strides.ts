/** Where the elements of a value lie, as numbers of elements from its first one; the last axis runs fastest. */
import { type Shape, sizeOf } from "./graph.js";

/** For each axis, how far one step along it goes. */
export function stridesOf(shape: Shape): number[] {
  return shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
}

/** Where the elements of a walk over these sizes lie if a step along each axis goes so far, from `first` on. */
export function offsetsOf(sizes: Shape, strides: readonly number[], first = 0): (i: number) => number {
  return (i) => {
    let offset = first;
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      offset += (i % sizes[axis]!) * strides[axis]!;
      i = Math.floor(i / sizes[axis]!);
    }
    return offset;
  };
}
