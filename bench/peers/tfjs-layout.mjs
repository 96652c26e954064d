/** From espalier's order of axes to that of tfjs: pictures NCHW to NHWC, filters OIHW to HWIO. */

/** The axes of a tensor in another order: axis i of the result is axis order[i]. */
export function permute({ shape, data }, order) {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const sizes = order.map((axis) => shape[axis]);
  const steps = order.map((axis) => strides[axis]);
  const result = new Float32Array(data.length);
  const index = sizes.map(() => 0);
  let from = 0;
  for (let at = 0; at < result.length; at++) {
    result[at] = data[from];
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      from += steps[axis];
      if (++index[axis] < sizes[axis]) break;
      from -= sizes[axis] * steps[axis];
      index[axis] = 0;
    }
  }
  return { shape: sizes, data: result };
}

export const toNhwc = (tensor) => (tensor.shape.length === 4 ? permute(tensor, [0, 2, 3, 1]) : tensor);

/** The axis that NCHW's `axis` is in NHWC. */
export const nhwcAxis = (axis) => [0, 3, 1, 2][axis];

/** One entry an axis, NCHW to NHWC. */
export const nhwcList = ([n, c, h, w]) => [n, h, w, c];

/** A filter of an ordinary convolution. */
export const toHwio = (filter) => permute(filter, [2, 3, 1, 0]);

/** A depthwise filter: OIHW with I = 1 and O = channels times multiplier, to HW, channels, multiplier. */
export function toDepthwise({ shape: [o, , h, w], data }, channels) {
  return permute({ shape: [channels, o / channels, h, w], data }, [2, 3, 0, 1]);
}

/**
 * A dense filter as a 1x1 convolution's. `flattened` is the shape [c, h, w] of the picture behind its rows, if there is one: tfjs
 * flattens it as h, w, c.
 */
export function toDense({ shape: [out, width], data }, [c, h, w] = [width, 1, 1]) {
  const { data: turned } = permute({ shape: [out, c, h, w], data }, [2, 3, 1, 0]);
  return { shape: [1, 1, width, out], data: turned };
}
