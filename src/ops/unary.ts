/** What elementwise operators on one input have in common: a formula of one number and at most two parameters. */
import type { Shape, Tensor } from "../graph/graph.js";
import {
  type AtomShape,
  type Channels,
  type LayerSpec,
  type Lowered,
  type Op,
  type Raised,
  reorderElements,
} from "./op.js";

type UnaryLayer = Extract<LayerSpec, { type: "unary" }>;

export interface Unary<Name extends string, Parameter extends string> {
  readonly name: Name;
  /** The formula's name in the format. */
  readonly kind: UnaryLayer["kind"];
  /** The attributes that the format calls alpha and beta, in this order. */
  readonly parameters?: readonly Parameter[];
  /** Why channels in front of it cannot be removed, where the formula has no finite value at 0. */
  readonly freezes?: string;
  readonly of: (x: number, parameters: { readonly [K in Parameter]: number }) => number;
}

/** The operator of a formula: shapes and channels pass through. */
export function defineUnary<const Name extends string, const Parameter extends string = never>(
  unary: Unary<Name, Parameter>,
): Op<Name, { readonly [K in Parameter]: number }> {
  type Attrs = { readonly [K in Parameter]: number };
  const { name, kind, parameters = [], freezes } = unary;
  return {
    name,
    infer: (_attrs: Attrs, [x]: readonly Shape[]) => [x!],
    evaluate: (attrs: Attrs, [x]: readonly Tensor[]) => [
      { shape: x!.shape, data: Float64Array.from(x!.data, (v) => unary.of(v, attrs)) },
    ],
    atoms(_attrs: Attrs, [x]: readonly AtomShape[], channels: Channels) {
      if (freezes !== undefined) x!.forEach((atoms) => channels.freeze(atoms, freezes));
      return [x!];
    },
    reorder: reorderElements,
    macs: () => 0,
    lower(attrs: Attrs): Lowered {
      const [alpha = 0, beta = 0] = parameters.map((parameter) => attrs[parameter]);
      return { layer: { type: "unary", kind, alpha, beta }, reads: [0] };
    },
    raise(layer: LayerSpec): Raised<Attrs> | undefined {
      if (layer.type !== "unary" || layer.kind !== kind) return undefined;
      const numbers = [layer.alpha, layer.beta];
      const attrs = Object.fromEntries(parameters.map((parameter, i) => [parameter, numbers[i]!])) as Attrs;
      return { attrs, constants: [] };
    },
  };
}
