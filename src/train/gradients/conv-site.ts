/** What the gradients of a convolution's input and of its filter have in common. */
import type { ConvAttrs } from "../../ops/conv.js";
import { type Geometry, geometryOf } from "../../runtime/geometry.js";
import type { BackwardSite, NodeSite } from "./gradient.js";

export type ConvSite = NodeSite<ConvAttrs>;
export type ConvBack = BackwardSite<ConvAttrs, unknown>;

export const geometryFor = ({ attrs, inputs }: ConvSite): Geometry => {
  const [oc, , kh, kw] = inputs[1]!.shape as [number, number, number, number];
  return geometryOf(inputs[0]!.shape, oc, [kh, kw], attrs);
};

export const isDepthwise = ({ attrs }: ConvSite, g: Geometry) => attrs.groups === g.ic && attrs.groups > 1;

/** The fields of a record that say what is convolved. */
export const geometryFields = ({ ic, ih, iw, oc, oh, ow, kh, kw, sh, sw, dh, dw, top, left }: Geometry) => ({
  ...{ ic, ih, iw, oc, oh, ow, kh, kw, sh, sw, dh, dw, top, left },
});
