/** What training knows about one operator: how it runs on a batch, and how gradients pass through it. */
import type { Place } from "../../runtime/site.js";
import type { ParameterRole } from "../parameters.js";
import type { Clamp, EachBytes, Records, Value } from "../records.js";

/** One node as it is planned, in either direction. */
export interface NodeSite<Attrs> {
  readonly attrs: Attrs;
  readonly records: Records;
  /** Images of a batch. */
  readonly images: number;
  /** The node's inputs, each of one image: computed values, parameters, or constants that are not trained. */
  readonly inputs: readonly Value[];
  /** Whether an input is a constant that is trained. */
  isTrained(input: number): boolean;
  /** Bytes from one image's part of a value to the next one's. */
  each(place: Place): EachBytes;
}

export interface ForwardSite<Attrs> extends NodeSite<Attrs> {
  readonly output: Value;
  /** What a clamp behind this node, computed along with it, lets through. */
  readonly clamp: Clamp;
}

export interface BackwardSite<Attrs, Kept> extends NodeSite<Attrs> {
  /** What `forward` returned. */
  readonly kept: Kept;
  /** What the node gave. */
  readonly output: Value;
  /** The gradient of that, complete; in front of the clamp, unless `backward` takes it behind. */
  readonly dy: Value;
  /** What a clamp behind this node, computed along with it, let through. */
  readonly clamp: Clamp;
  /** Whether anything trained depends on the gradient of this input. */
  wants(input: number): boolean;
  /**
   * Asks for records that write the gradient of an input, if it is wanted, to y, plus what is in z if other nodes have contributed
   * already. y may be z, unless they must lie `apart`; it may also be dy where `last` says that nothing reads dy afterwards.
   */
  gradient(input: number, write: (y: Place, z: Place | undefined) => void, how?: "last" | "apart"): void;
  /** The gradient of an input is dy itself. */
  pass(input: number): void;
  /** Where the gradient of a trained input goes; mode 1 adds to what is there. Undefined where it is not trained. */
  parameter(input: number): { readonly place: Place; readonly mode: 0 | 1 } | undefined;
  /** A value that only this node's records use. */
  temporary(shape: readonly number[]): Value;
}

export interface Gradient<Attrs, Kept = unknown> {
  /** Which inputs, if constants, are trained, and as what. */
  readonly parameters: Readonly<Record<number, ParameterRole>>;
  /** Other inputs whose numbers training keeps up to date, such as running statistics: `forward` finds them among its inputs. */
  readonly statistics?: readonly number[];
  /** What the numbers of an input begin with when training begins from scratch; 0 unless it is said. Weights are drawn instead. */
  readonly initial?: Readonly<Record<number, number>>;
  /** What the operator clamps to, if that is all it does. */
  readonly clamp?: (attrs: Attrs) => Clamp;
  /** Whether a clamp behind can be computed along: `forward` observes it, and `backward` does not read the output. */
  readonly clamps: boolean;
  /** Whether `backward` wants the gradient behind that clamp, and sees to what passes itself. */
  readonly unclamps?: boolean;
  /** Records for a batch; left out where the layer's own steps do, image by image. */
  forward?(site: ForwardSite<Attrs>): Kept;
  backward(site: BackwardSite<Attrs, Kept>): void;
}

/** Identity at run time; at compile time it pins what `forward` hands to `backward`. */
export function defineGradient<Attrs, Kept = unknown>(gradient: Gradient<Attrs, Kept>): Gradient<Attrs, Kept> {
  return gradient;
}

/** A gradient whose attributes and kept things the caller does not look into. */
// oxlint-disable-next-line no-explicit-any -- different operators have nothing in common
export type AnyGradient = Gradient<any, any>;
