/** Quantisation of constants, exactly as the model says. */
import { foldDequantizeLinear, foldQuantizeLinear } from "../quantised.js";
import type { Fold } from "./index.js";

export const QUANTISATIONS: Readonly<Record<string, Fold>> = {
  DequantizeLinear: foldDequantizeLinear,
  QuantizeLinear: foldQuantizeLinear,
};
