/** Sizes of all axes, outermost first. */
export type Shape = readonly number[];

/** Number of elements. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** For each axis, how many elements one step along it is; the last axis runs fastest. */
export function stridesOf(shape: Shape): number[] {
  return shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
}

/** The same in a value of shape `own` that is broadcast to `shape`, aligned from the right: 0 along what is repeated. */
export function broadcastStrides(own: Shape, shape: Shape): number[] {
  const strides = stridesOf(own);
  return shape.map((_, axis) => {
    const at = axis - shape.length + own.length;
    return at < 0 || own[at] === 1 ? 0 : strides[at]!;
  });
}

/** `1x3x32x32`. */
export function formatShape(shape: Shape): string {
  return shape.length === 0 ? "scalar" : shape.join("x");
}
