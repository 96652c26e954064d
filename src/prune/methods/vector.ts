import type { EditGroups } from "../groups.js";
import type { Layer } from "../layers.js";
import { definePlanMethod } from "./method.js";
import { choice } from "./option.js";
import { groupsOf, hasTaps, kernelOf, layersOf, maskOfGroups, planByGroups } from "./weight-groups.js";

/** Rows or columns of kernels go. */
export const vector = definePlanMethod({
  name: "vector",
  summary: "whole rows or columns of kernels, smallest sum of absolute weights first",
  paper:
    "Mao et al. 2017, Exploring the Regularity of Sparse Structure in Convolutional Neural Networks, section 3 (1-D)",
  removes: "rows or columns of kernels",
  needs: ["weights"],
  budgets: ["weights", "macs", "parameters", "bytes", "ms"],
  scopes: ["local", "global"],
  options: {
    direction: choice(
      "what goes; either: in each layer that of which the smaller half holds less",
      ["rows", "columns", "either"],
      "either",
    ),
  },
  plan(context) {
    const { direction } = context.options;
    return planByGroups(
      context,
      layersOf(context, hasTaps, "all kernels have one weight; `magnitude` removes single weights").map((layer) => {
        if (direction !== "either") return vectors(layer, direction);
        const [rows, columns] = [vectors(layer, "rows"), vectors(layer, "columns")];
        return smallerHalf(rows) <= smallerHalf(columns) ? rows : columns;
      }),
    );
  },
});

function vectors(layer: Layer, direction: "rows" | "columns"): EditGroups {
  const [kh, kw] = kernelOf(layer);
  const groupOf =
    direction === "rows" ? (i: number) => Math.floor(i / kw) : (i: number) => Math.floor(i / (kh * kw)) * kw + (i % kw);
  const count = layer.filter.data.length / (direction === "rows" ? kw : kh);
  return { ...groupsOf(layer, count, groupOf, "l1"), edit: (kept) => maskOfGroups(layer, groupOf, kept) };
}

/** What the smaller half of the scores adds up to, of their whole. */
function smallerHalf({ scores }: EditGroups): number {
  const sorted = Float64Array.from(scores).sort();
  const sum = (list: Float64Array) => list.reduce((total, score) => total + score, 0);
  return sum(sorted.subarray(0, sorted.length >> 1)) / (sum(sorted) || 1);
}
