/** What the runtime knows about one type of layer. */
import type { LayerOp } from "../../gen/network.js";
import type { Shape } from "../shape.js";
import type { Site } from "../site.js";

export type LayerType = LayerOp["type"];
export type OpOf<T extends LayerType> = Extract<LayerOp, { type: T }>;

export interface LayerRule<T extends LayerType> {
  /** How many values the layer reads. */
  readonly inputs: (op: OpOf<T>) => { readonly least: number; readonly most: number };
  /**
   * Checks every number of the layer against its inputs and returns the output's shape. Throws a `ModelError` without the
   * layer's name: the caller adds it. Nothing behind this check looks at the file's numbers with suspicion again.
   */
  readonly shape: (op: OpOf<T>, inputs: readonly Shape[]) => Shape;
  /** Multiply-adds of one run, with as many weights as are stored. */
  readonly macs: (op: OpOf<T>, inputs: readonly Shape[], output: Shape) => number;
  /** Whether the kernels clamp what they store, so that a following clip costs nothing. */
  readonly clamps: boolean;
  /** Whether the kernels can add a value of the output's shape before they clamp. */
  readonly adds: boolean;
  /**
   * Whether the kernels write the output and nothing behind it, so that it may be a part of a concatenation. They may not, unless
   * said.
   */
  readonly writesExactly?: (op: OpOf<T>) => boolean;
  /** Whether the kernels can read some planes of a value (axis 1), so that a gather in front costs nothing. */
  readonly gathers?: true;
  /** Whether the kernels can write planes where they belong among others, so that a scatter behind costs nothing. */
  readonly scatters?: (op: OpOf<T>) => boolean;
  /** Whether the output is the input's memory under another shape; such a layer plans nothing. */
  readonly view: boolean;
  /** Writes the layer's steps. */
  readonly plan: (op: OpOf<T>, site: Site) => void;
}

/** The rule for a type of layer, for callers that do not look into its numbers. */
export type RuleOf = (type: LayerType) => LayerRule<LayerType>;

export const one = () => ({ least: 1, most: 1 });
export const noMacs = () => 0;
