/** A convolution as a chain of smaller ones, and which single filter the chain is equal to. */
import { multiply } from "../../linalg/products.js";

/** Output channels, input channels (of a group), rows and columns of the window. */
export type FilterShape = readonly [oc: number, ic: number, kh: number, kw: number];

/** The size of one convolution of the chain. */
export interface StageShape {
  readonly shape: FilterShape;
  readonly groups: number;
  /** Whether it has the whole layer's stride, padding and dilation along the rows, and along the columns. */
  readonly slides: readonly [rows: boolean, columns: boolean];
}

/** One convolution of the chain. Stages have no bias but the last. */
export interface Stage extends StageShape {
  /** [oc][ic / groups][kh][kw] */
  readonly filter: Float64Array;
}

export const sizeOfFilter = ([oc, ic, kh, kw]: FilterShape) => oc * ic * kh * kw;

/** Numbers that one output element is computed from: the width of the lowered matrix. */
export const patchSize = ([, ic, kh, kw]: FilterShape) => ic * kh * kw;

/**
 * The filter [oc][c][kh][kw] that two stages are together. No stage but one has more than one row, and none but one more than
 * one column, so zeros around the first stage's input are zeros around its output: the chain is the filter's equal at edges, too.
 */
export function composePair(first: Stage, second: Stage): Stage {
  const [r, c, rows, columns] = first.shape;
  const [oc, perGroup, kh, kw] = second.shape;
  if (perGroup * second.groups !== r) {
    throw new RangeError(`stages do not fit: ${r} channels are written, ${perGroup * second.groups} read`);
  }
  const shape: FilterShape = [oc, c, rows + kh - 1, columns + kw - 1];
  const filter = new Float64Array(sizeOfFilter(shape));
  for (let i = 0; i < kh; i++) {
    for (let j = 0; j < kw; j++)
      addShifted(filter, shape, multiply(mixing(second, i * kw + j), first.filter, oc), first.shape, [i, j]);
  }
  return { shape, filter, groups: 1, slides: [true, true] };
}

/** What one tap of a stage makes of the channels before it: [oc][all channels], zeros between groups. */
function mixing({ shape: [oc, perGroup, kh, kw], filter, groups }: Stage, tap: number): Float64Array {
  const channels = perGroup * groups;
  const result = new Float64Array(oc * channels);
  for (let o = 0; o < oc; o++) {
    const group = Math.floor((o * groups) / oc);
    for (let m = 0; m < perGroup; m++) {
      result[o * channels + group * perGroup + m] = filter[(o * perGroup + m) * kh * kw + tap]!;
    }
  }
  return result;
}

/** filter[o][c][i + di][j + dj] += part[o][c][i][j]. */
function addShifted(
  filter: Float64Array,
  [oc, c, height, width]: FilterShape,
  part: Float64Array,
  [, , rows, columns]: FilterShape,
  [di, dj]: readonly [number, number],
): void {
  let at = 0;
  for (let plane = 0; plane < oc * c; plane++) {
    for (let i = 0; i < rows; i++) {
      const to = (plane * height + i + di) * width + dj;
      for (let j = 0; j < columns; j++) filter[to + j]! += part[at++]!;
    }
  }
}

/** The filter that a chain is equal to. */
export function compose(stages: readonly Stage[]): Stage {
  return stages.reduce(composePair);
}

/**
 * What the last stage of a chain reads, as linear functions of the layer's patch: [ic kh kw of the last stage][c kh kw of the
 * layer]. With the last filter as a matrix f, f times this is the composed filter.
 */
export function lastInputs(stages: readonly Stage[]): Float64Array {
  const last = stages.at(-1)!;
  const [, ic, kh, kw] = last.shape;
  const features = ic * kh * kw;
  const identity = new Float64Array(features * features);
  for (let i = 0; i < features; i++) identity[i * (features + 1)] = 1;
  const reader: Stage = { ...last, shape: [features, ic, kh, kw], filter: identity };
  return compose([...stages.slice(0, -1), reader]).filter;
}
