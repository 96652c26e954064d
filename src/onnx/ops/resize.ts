import { ModelError } from "../../errors.js";
import type { Shape } from "../../graph/graph.js";
import type { ResampleAttrs } from "../../ops/resample.js";
import { floatAttribute, intAttribute, intsAttribute, textAttribute } from "../attributes.js";
import { toAxis } from "../axes.js";
import type { Exporter } from "../export-scope.js";
import type { Importer, OnnxNode } from "../onnx-node.js";

/** One axis that is resized. */
interface Resized {
  readonly axis: number;
  readonly size: number;
  readonly scale: number;
  readonly start: number;
  readonly end: number;
}

type Kind = Omit<ResampleAttrs, "axes" | "sizes" | "scales" | "starts" | "ends">;

const COORDINATES: Readonly<Record<string, ResampleAttrs["coordinates"]>> = {
  half_pixel: "half_pixel",
  half_pixel_symmetric: "half_pixel_symmetric",
  pytorch_half_pixel: "pytorch_half_pixel",
  align_corners: "align_corners",
  asymmetric: "asymmetric",
  tf_crop_and_resize: "crop",
};
const MODES: readonly string[] = ["nearest", "linear", "cubic"] satisfies ResampleAttrs["mode"][];
const NEAREST: readonly string[] = [
  "round_prefer_floor",
  "round_prefer_ceil",
  "floor",
  "ceil",
] satisfies ResampleAttrs["nearest"][];

/** (i + 0.5) / scale, rounded one way, is the half pixel (half an element less), rounded another way. */
const TF_HALF_PIXEL: Readonly<Record<string, ResampleAttrs["nearest"]>> = {
  floor: "round_prefer_ceil",
  round_prefer_floor: "ceil",
};

function readMode(node: OnnxNode): ResampleAttrs["mode"] {
  const mode = node.attributes.text("mode") || "nearest";
  if (!MODES.includes(mode)) throw new ModelError(`mode "${mode}" does not exist; there are ${MODES.join(", ")}`);
  return mode as ResampleAttrs["mode"];
}

function readNearest(node: OnnxNode): ResampleAttrs["nearest"] {
  const nearest = node.attributes.text("nearest_mode") || "round_prefer_floor";
  if (!NEAREST.includes(nearest)) throw new ModelError(`nearest_mode "${nearest}" does not exist`);
  return nearest as ResampleAttrs["nearest"];
}

const PLAIN = { cubic: -0.75, excludeOutside: false, antialias: false, outside: 0 };

/** Before opset 11, and in Upsample, there is one way only. */
const oldKind = (node: OnnxNode): Kind => ({
  ...PLAIN,
  mode: readMode(node),
  coordinates: "asymmetric",
  nearest: "floor",
});

function readKind(node: OnnxNode): Kind {
  const { attributes } = node;
  const mode = readMode(node);
  const name = attributes.text("coordinate_transformation_mode") || "half_pixel";
  const nearest = readNearest(node);
  const rest = {
    mode,
    cubic: attributes.float("cubic_coeff_a") ?? -0.75,
    excludeOutside: Boolean(attributes.int("exclude_outside")),
    antialias: Boolean(attributes.int("antialias")) && mode !== "nearest",
    outside: attributes.float("extrapolation_value") ?? 0,
  };
  if (name === "tf_half_pixel_for_nn") {
    const moved = TF_HALF_PIXEL[nearest];
    if (mode !== "nearest" || !moved) {
      throw new ModelError(`${name} with mode "${mode}" and nearest_mode "${nearest}" is not supported`);
    }
    return { ...rest, coordinates: "half_pixel", nearest: moved };
  }
  const coordinates = COORDINATES[name];
  if (!coordinates) throw new ModelError(`coordinate_transformation_mode "${name}" does not exist`);
  return { ...rest, coordinates, nearest };
}

/** A list of one number for each of the resized axes; undefined where it is left out or empty. */
function readList(node: OnnxNode, input: number, count: number, what: string): number[] | undefined {
  const list = node.numbers(input);
  if (!list || list.length === 0) return undefined;
  if (list.length !== count || list.some((n) => !(n > 0 || what === "roi"))) {
    throw new ModelError(`${what} are [${list.join(", ")}], expected ${count} numbers above 0`);
  }
  return list;
}

/** Sizes and scales of axes with `n` elements each; with a policy one scale for all. */
function sizesAndScales(node: OnnxNode, n: readonly number[], inputs: { scales: number; sizes: number }) {
  const scales = readList(node, inputs.scales, n.length, "scales");
  if (scales) return { scales, sizes: n.map((size, i) => Math.floor(size * scales[i]!)) };
  const sizes = readList(node, inputs.sizes, n.length, "sizes");
  if (!sizes) throw new ModelError("has neither scales nor sizes");
  const each = sizes.map((size, i) => size / n[i]!);
  const policy = node.attributes.text("keep_aspect_ratio_policy") || "stretch";
  if (policy === "stretch") return { scales: each, sizes };
  if (policy !== "not_larger" && policy !== "not_smaller") {
    throw new ModelError(`keep_aspect_ratio_policy "${policy}" does not exist`);
  }
  const scale = policy === "not_larger" ? Math.min(...each) : Math.max(...each);
  return { scales: n.map(() => scale), sizes: n.map((size) => Math.floor(size * scale + 0.5)) };
}

/** An axis that keeps its size by factor 1 is left alone. */
function emit(node: OnnxNode, kind: Kind, axes: readonly Resized[]): void {
  const input = node.shape(0);
  const crop = kind.coordinates === "crop";
  const changed = axes
    .filter(({ axis, size, scale, start, end }) => {
      return size !== input[axis] || (crop ? start !== 0 || end !== 1 : scale !== 1);
    })
    .sort((a, b) => a.axis - b.axis);
  if (changed.length === 0) return node.emit("identity", {}, [node.value(0)]);
  const attrs: ResampleAttrs = {
    ...kind,
    axes: changed.map(({ axis }) => axis),
    sizes: changed.map(({ size }) => size),
    scales: changed.map(({ scale }) => scale),
    starts: crop ? changed.map(({ start }) => start) : [],
    ends: crop ? changed.map(({ end }) => end) : [],
  };
  node.emit("resample", attrs, [node.value(0)]);
}

export const importResize: Importer = (node) => {
  const rank = node.shape(0).length;
  const isOld = node.opset < 11;
  const axes = node.attributes.ints("axes")?.map((axis) => toAxis(axis, rank)) ?? node.shape(0).map((_, axis) => axis);
  const n = axes.map((axis) => node.shape(0)[axis]!);
  const kind = isOld ? oldKind(node) : readKind(node);
  const { scales, sizes } = sizesAndScales(node, n, isOld ? { scales: 1, sizes: -1 } : { scales: 2, sizes: 3 });
  const roi = kind.coordinates === "crop" ? readList(node, 1, 2 * axes.length, "roi") : undefined;
  if (kind.coordinates === "crop" && !roi) throw new ModelError("roi is missing");
  const resized = axes.map((axis, i) => {
    const [start, end] = [roi?.[i] ?? 0, roi?.[axes.length + i] ?? 1];
    return { axis, size: sizes[i]!, scale: scales[i]!, start, end };
  });
  emit(node, kind, resized);
};

/** Scales are an attribute in opset 7, an input since. */
export const importUpsample: Importer = (node) => {
  const input = node.shape(0);
  const scales = node.attributes.floats("scales") ?? readList(node, 1, input.length, "scales");
  if (scales?.length !== input.length)
    throw new ModelError(`has ${scales?.length ?? "no"} scales, expected ${input.length}`);
  const resized = input.map((n, axis) => {
    return { axis, size: Math.floor(n * scales[axis]!), scale: scales[axis]!, start: 0, end: 1 };
  });
  emit(node, oldKind(node), resized);
};

/** Sizes of which ONNX's "not_larger" makes the one scale of all axes; undefined where the scales are not its work. */
function sizesForOneScale({ axes, scales, sizes }: ResampleAttrs, input: Shape): number[] | undefined {
  const scale = scales[0]!;
  const n = axes.map((axis) => input[axis]!);
  const targets = n.map((size) => Math.ceil(size * scale - 1e-9));
  const isOne = scales.every((other) => other === scale) && Math.min(...targets.map((t, i) => t / n[i]!)) === scale;
  return isOne && n.every((size, i) => Math.floor(size * scale + 0.5) === sizes[i]) ? targets : undefined;
}

/** Whether float32 scales say it all, which every opset can write for a batch of any size. */
const byScales = ({ axes, scales, sizes }: ResampleAttrs, input: Shape): boolean =>
  axes.every((axis, i) => Math.fround(scales[i]!) === scales[i] && Math.floor(input[axis]! * scales[i]!) === sizes[i]);

/** The sizes of the resized axes alone (opset 18), and how scales follow from them. */
function bySizes(attrs: ResampleAttrs, input: Shape): { sizes: readonly number[]; policy: string } {
  const { axes, scales } = attrs;
  if (axes.every((axis, i) => scales[i] === attrs.sizes[i]! / input[axis]!)) {
    return { sizes: attrs.sizes, policy: "stretch" };
  }
  const sizes = sizesForOneScale(attrs, input);
  if (!sizes)
    throw new ModelError(`scales [${scales.join(", ")}] to sizes [${attrs.sizes.join(", ")}] cannot be written`);
  return { sizes, policy: "not_larger" };
}

export const exportResize: Exporter<"resample"> = ({ attrs, inputs, outputs, name }, scope) => {
  const input = scope.shape(inputs[0]!);
  const crop = attrs.coordinates === "crop";
  const vector = (part: string, data: readonly number[]) =>
    scope.floats(`${name}_${part}`, { shape: [data.length], data: Float32Array.from(data) });
  const spread = (list: readonly number[], rest: number) =>
    input.map((_, axis) => list[attrs.axes.indexOf(axis)] ?? rest);
  const scaled = byScales(attrs, input);
  const target = scaled ? undefined : bySizes(attrs, input);
  const range = scaled ? [...spread(attrs.starts, 0), ...spread(attrs.ends, 1)] : [...attrs.starts, ...attrs.ends];
  const size = target ? ["", scope.ints(`${name}_sizes`, target.sizes)] : [vector("scales", spread(attrs.scales, 1))];
  const how = target
    ? [intsAttribute("axes", attrs.axes), textAttribute("keep_aspect_ratio_policy", target.policy)]
    : [];
  scope.add("Resize", [inputs[0]!, crop ? vector("roi", range) : "", ...size], outputs[0]!, name, [
    textAttribute("mode", attrs.mode),
    textAttribute("coordinate_transformation_mode", crop ? "tf_crop_and_resize" : attrs.coordinates),
    textAttribute("nearest_mode", attrs.nearest),
    floatAttribute("cubic_coeff_a", attrs.cubic),
    intAttribute("exclude_outside", Number(attrs.excludeOutside)),
    floatAttribute("extrapolation_value", attrs.outside),
    ...(attrs.antialias ? [intAttribute("antialias", 1)] : []),
    ...how,
  ]);
};

export function opsetOfResize(attrs: ResampleAttrs, input: Shape): number {
  if (attrs.coordinates === "half_pixel_symmetric") return 19;
  return attrs.antialias || !byScales(attrs, input) ? 18 : 0;
}
