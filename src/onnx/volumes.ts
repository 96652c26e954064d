/**
 * Windows over volumes [n, c, d, h, w] as windows over planes. A pool is one over height and width and then one over depth:
 * largest of largest, mean of means of equal counts. A convolution reads the slices of depth under its window as channels.
 */
import { ModelError } from "../errors.js";
import type { onnx } from "../gen/onnx.js";
import { intsAttribute } from "./attributes.js";
import { type Constant, makeConstant } from "./constant.js";
import type { Importer, OnnxNode } from "./onnx-node.js";
import { readWindow } from "./window.js";

type Attribute = onnx.AttributeProto.$Properties;

/** More slices of depth than this would make too many layers. */
const MOST_SLICES = 256;

/** One number a spatial axis: depth, height, width. */
const LISTS: readonly string[] = ["kernel_shape", "strides", "dilations"];

/** The lists of a volume without depth. */
function planeAttributes(node: OnnxNode): Attribute[] {
  return rewrite(
    node,
    (list) => list.slice(1),
    ([, top, left, , bottom, right]) => [top!, left!, bottom!, right!],
  );
}

/** The lists for depth alone, as the height of planes. */
function depthAttributes(node: OnnxNode): Attribute[] {
  return rewrite(
    node,
    ([depth]) => [depth!, 1],
    ([front, , , back]) => [front!, 0, back!, 0],
  );
}

function rewrite(
  node: OnnxNode,
  ofList: (list: readonly number[]) => number[],
  ofPads: (pads: readonly number[]) => number[],
): Attribute[] {
  const read = (name: string, length: number) => {
    const list = node.attributes.ints(name);
    if (list && list.length !== length) {
      throw new ModelError(`${name} is [${list.join(", ")}], expected ${length} numbers`);
    }
    return list;
  };
  const pads = read("pads", 6);
  const lists = LISTS.flatMap((name) => {
    const list = read(name, 3);
    return list ? [intsAttribute(name, ofList(list))] : [];
  });
  return pads ? [...lists, intsAttribute("pads", ofPads(pads))] : lists;
}

/** A 2-D pool that also takes volumes. */
export const alsoVolumes =
  (importer: Importer): Importer =>
  (node) => {
    if (node.shape(0).length !== 5) return importer(node);
    const [, c, d, h, w] = node.shape(0) as [number, number, number, number, number];
    const planes = node.step("reshape", { shape: [0, c * d, h, w] }, [node.value(0)]);
    const pooled = node.scope.freshValue(`${node.outputs[0]!}_planes`);
    importer(node.rewritten([planes], pooled, planeAttributes(node), `${node.name}_planes`));
    const [, , oh, ow] = node.scope.shape(pooled) as [number, number, number, number];
    const columns = node.step("reshape", { shape: [0, c, d, oh * ow] }, [pooled]);
    const deep = node.scope.freshValue(`${node.outputs[0]!}_depth`);
    importer(node.rewritten([columns], deep, depthAttributes(node), `${node.name}_depth`));
    node.emit("reshape", { shape: [0, c, node.scope.shape(deep)[2]!, oh, ow] }, [deep]);
  };

interface Depth {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly front: number;
  readonly back: number;
  readonly output: number;
}

/** The window along depth, `auto_pad` resolved as if depth were the height of planes. */
function readDepth(node: OnnxNode, kernel: number): Depth {
  const [, , d, h, w] = node.shape(0) as [number, number, number, number, number];
  const columns = node.step("reshape", { shape: [0, 0, d, h * w] }, [node.value(0)]);
  const view = node.rewritten([columns], node.outputs[0]!, depthAttributes(node));
  const { strides, dilations, pads } = readWindow(view, [kernel, 1]);
  const reach = (kernel - 1) * dilations[0] + 1;
  const output = Math.floor((d + pads[0] + pads[2] - reach) / strides[0]) + 1;
  if (output < 1)
    throw new ModelError(`window reaches over ${reach} slices, the padded input has only ${d + pads[0] + pads[2]}`);
  return { kernel, stride: strides[0], dilation: dilations[0], front: pads[0], back: pads[2], output };
}

/** [oc, ic, kd, kh, kw] as [oc, kd * ic, kh, kw]. */
function planeFilter({ kind, shape, data }: Constant): Constant {
  const [oc, ic, kd, kh, kw] = shape as [number, number, number, number, number];
  const plane = kh * kw;
  return makeConstant(kind, [oc, kd * ic, kh, kw], (i) => {
    const [o, k, c] = [Math.floor(i / plane / ic / kd), Math.floor(i / plane / ic) % kd, Math.floor(i / plane) % ic];
    return data[((o * ic + c) * kd + k) * plane + (i % plane)]!;
  });
}

/** For each slice of depth of the output, the slices under the window as channels, group by group: [n * od, kd * c, h, w]. */
function slicesAsChannels(node: OnnxNode, depth: Depth, groups: number): string {
  const [, c, , h, w] = node.shape(0) as [number, number, number, number, number];
  const [before, after] = [
    [0, 0, depth.front, 0, 0],
    [0, 0, depth.back, 0, 0],
  ];
  const padded =
    depth.front + depth.back === 0
      ? node.value(0)
      : node.step("pad", { before, after, mode: "constant", value: 0 }, [node.value(0)]);
  const taps = Array.from({ length: depth.kernel }, (_, k) => {
    const start = k * depth.dilation;
    const end = start + (depth.output - 1) * depth.stride + 1;
    const slice = node.step("slice", { axes: [2], starts: [start], ends: [end], steps: [depth.stride] }, [padded]);
    return node.step("reshape", { shape: [0, groups, c / groups, depth.output, h * w] }, [slice]);
  });
  const beside = taps.length === 1 ? taps[0]! : node.step("concat", { axis: 2 }, taps);
  const moved = node.step("transpose", { permutation: [0, 3, 1, 2, 4] }, [beside]);
  return node.step("reshape", { shape: [-1, depth.kernel * c, h, w] }, [moved]);
}

/** A 3-D convolution through a 2-D one: the same multiply-adds, with the input copied once for each slice of the kernel. */
export function importVolume(node: OnnxNode, importer: Importer): void {
  const filter = node.needConstant(1);
  const c = node.shape(0)[1]!;
  const groups = node.attributes.int("group") ?? 1;
  if (filter.shape.length !== 5) throw new ModelError(`expected a filter with 5 axes, got ${filter.shape.length}`);
  if (groups < 1 || filter.shape[1]! * groups !== c) {
    throw new ModelError(`filter wants ${filter.shape[1]} channels in each of ${groups} groups, input has ${c}`);
  }
  const kernel = node.attributes.ints("kernel_shape") ?? filter.shape.slice(2);
  if (kernel.some((size, i) => size !== filter.shape[i + 2])) {
    throw new ModelError(`kernel_shape says ${kernel.join("x")}, the filter is ${filter.shape.slice(2).join("x")}`);
  }
  if (filter.shape[2]! > MOST_SLICES) {
    throw new ModelError(`a kernel of ${filter.shape[2]} slices is too deep, at most ${MOST_SLICES} are supported`);
  }
  const depth = readDepth(node, filter.shape[2]!);
  const planes = slicesAsChannels(node, depth, groups);
  const flat = node.define(`${node.value(1)}_planes`, planeFilter(filter));
  const product = node.scope.freshValue(`${node.outputs[0]!}_planes`);
  importer(node.rewritten([planes, flat, ...node.values(2, 2)], product, planeAttributes(node), `${node.name}_planes`));
  const [, oc, oh, ow] = node.scope.shape(product) as [number, number, number, number];
  const apart = node.step("reshape", { shape: [-1, depth.output, oc, oh * ow] }, [product]);
  const moved = node.step("transpose", { permutation: [0, 2, 1, 3] }, [apart]);
  node.emit("reshape", { shape: [0, 0, depth.output, oh, ow] }, [moved]);
}
