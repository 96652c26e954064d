import { Kernel } from "../../../assembly/abi.js";
import { ModelError } from "../../errors.js";
import { MESSAGES } from "../../gen/network.js";
import { sizeOf } from "../shape.js";
import { type LayerRule, noMacs, one, type OpOf } from "./layer.js";

/** The formulas in the order of their numbers, which the format and the kernel share. */
export const FORMULAS = MESSAGES["Unary"]![1]![1] as readonly string[];

/** How many parameters the formulas have that have any: alpha, or alpha and beta. */
const PARAMETERS: { readonly [K in OpOf<"unary">["kind"]]?: 1 | 2 } = {
  hard_sigmoid: 2,
  silu: 1,
  elu: 1,
  selu: 2,
  celu: 1,
  leaky_relu: 1,
  thresholded_relu: 1,
  shrink: 2,
};

export const unary: LayerRule<"unary"> = {
  inputs: one,
  shape({ kind, alpha, beta }, [x]) {
    const unused = [alpha, beta].slice(PARAMETERS[kind] ?? 0);
    if (![alpha, beta].every(Number.isFinite) || unused.some((parameter) => parameter !== 0)) {
      throw new ModelError(`${kind} with the parameters ${alpha} and ${beta}`);
    }
    return x!;
  },
  macs: noMacs,
  clamps: false,
  adds: false,
  view: false,
  plan({ kind, alpha, beta }, site) {
    site.step(Kernel.Unary, {
      x: site.inputs[0]!.place,
      y: site.output.place,
      block: FORMULAS.indexOf(kind),
      ow: sizeOf(site.output.shape),
      lo: alpha,
      hi: beta,
    });
    site.mayReplace(site.inputs[0]!.place);
    site.pick("unary_f32", kind);
  },
};
