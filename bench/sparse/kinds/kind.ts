/** What a kind of sparsity is to the benchmark: the convolutions it is measured on, and what it makes of one. */
import type { Graph } from "../../../src/graph/graph.js";
import type { ConvShape } from "../../kernels/shapes.js";

export type KindName = "unstructured" | "block2" | "block4" | "n:m" | "strided" | "gather" | "scatter" | "perforated";

/** One sparse form of a convolution. */
export interface Variant {
  /** What was asked for, for people: `0.9`, `2:4`, `m=2 n=0`. */
  readonly pattern: string;
  /** Share of the multiply-adds that went. */
  readonly sparsity: number;
  readonly graph: Graph;
  /** The dense convolution of the channels that are left, where there is one. */
  readonly smaller?: Graph;
}

export interface Kind {
  readonly kind: KindName;
  /** One line, for people. */
  readonly meaning: string;
  /** Convolutions to measure where none are given, as lines of bench/shapes. */
  readonly shapes: readonly string[];
  /** Whether it means something for this convolution. */
  applies(shape: ConvShape): boolean;
  /** The dense convolution, whose node is called `conv`, made sparse. */
  variants(shape: ConvShape, dense: Graph): Variant[];
}
