import { ModelError } from "../errors.js";
import type { Shape, Tensor } from "../graph/graph.js";
import type { LayerOp, Weights } from "../gen/network.js";

/**
 * A channel of one axis, as a number that all places have in common where this channel is written, read or owns weights.
 * `FIXED` stands where nothing can be removed.
 */
export type Atoms = Int32Array;
export const FIXED = -1;

/** For each axis of a value the atoms along it; null where the axis does not hold channels that could be removed. */
export type AtomShape = readonly (Atoms | null)[];

/**
 * What owning an atom means to a constant: its slices `produce` the channel (filters: methods score these), `consume` it
 * (filters of the next layer), or are a `parameter` of it (bias, batch norm, a constant factor).
 */
export type Role = "produce" | "consume" | "parameter";

/** How an operator tells which channels belong together. */
export interface Channels {
  /** New channels that nothing else has to do with yet. */
  fresh(count: number): Atoms;
  /** Channels i of both go or stay together. Two equal-sized lists; `residual` when a sum of branches couples them. */
  join(a: Atoms, b: Atoms, coupling: "structure" | "residual"): void;
  /** These channels stay, for a reason in words that can follow "cannot be removed: ". */
  freeze(atoms: Atoms | null | undefined, reason: string): void;
  /** The slices along `axis` of the constant at this input belong to these channels. Nothing happens at a computed input. */
  own(input: number, axis: number, atoms: Atoms | null | undefined, role: Role): void;
  isConstant(input: number): boolean;
  /** Shape of an input. */
  shape(input: number): Shape;
}

/** For each axis, 1 where an element stays and 0 where it goes; null where all stay. */
export type Kept = readonly (Uint8Array | null)[];

/** The contract's types with weights as numbers instead of encoded bytes. */
export type WithTensors<T> = T extends unknown
  ? { [K in keyof T]: Exclude<T[K], undefined> extends Weights ? Tensor | Extract<T[K], undefined> : T[K] }
  : never;

/** A layer of the network format as `lower` makes it and `raise` reads it. */
export type LayerSpec = WithTensors<LayerOp>;

/** Whether a part of a layer is weights. */
export function isTensor(part: unknown): part is Tensor {
  return typeof part === "object" && part !== null && "shape" in part && "data" in part;
}

export interface LowerInput {
  readonly shape: Shape;
  /** The numbers, where the input is a constant. */
  readonly constant: Tensor | undefined;
}

export interface Lowered {
  readonly layer: LayerSpec;
  /** Which of the node's inputs the layer reads as values; the others became weights. */
  readonly reads: readonly number[];
}

export interface Raised<Attrs> {
  readonly attrs: Attrs;
  /** Constants that follow the layer's own inputs. */
  readonly constants: readonly Tensor[];
  /** They stand in front of the inputs instead. */
  readonly constantsLead?: boolean;
}

/**
 * What the toolkit must know about an operator, and nothing else.
 *
 * One file per operator fills this in; importer, pruner, verifier and compiler all read it. Nobody switches on an
 * operator's name.
 */
export interface Op<Name extends string, Attrs extends object> {
  /** The name in the graph and in printed output: lower case, no dialect. */
  readonly name: Name;
  /** The outputs' shapes. Throws a `ModelError` (without the node's name: the caller adds it) if the inputs do not fit. */
  infer(attrs: Attrs, inputs: readonly Shape[]): readonly Shape[];
  /** Plain float64 loops, no tricks: the meaning of the operator and every test's oracle. */
  evaluate(attrs: Attrs, inputs: readonly Tensor[]): readonly Tensor[];
  /** Which channel of which axis of the outputs is which of the inputs'; pruning units come from this. */
  atoms(attrs: Attrs, inputs: readonly AtomShape[], channels: Channels): readonly AtomShape[];
  /** The attributes after channels were removed; left out by operators whose attributes count no channels. */
  cut?(attrs: Attrs, inputs: readonly Kept[], outputs: readonly Kept[]): Attrs;
  /**
   * The same operator in front of a transpose instead of behind it: op(transpose(x, order)) for every input becomes
   * transpose(op(x), order) with what is returned. Left out where axes have fixed places. Constants come with as many axes as
   * the values, and are transposed by the caller.
   */
  reorder?(attrs: Attrs, order: readonly number[]): { attrs: Attrs; order: readonly number[] };
  /** Whether it only moves elements, so that whole numbers stay whole. */
  readonly moves?: true;
  /** Whether it changes nothing when it is done a second time, with the same attributes, right behind itself. */
  readonly idempotent?: true;
  /** Whether each element takes the time of a window, which a file may make as large as it likes: importers fold none of it. */
  readonly windowed?: true;
  /** Multiply-adds for one run. */
  macs(attrs: Attrs, inputs: readonly Shape[]): number;
  /** Which layer of the format computes it, with which weights. Kernels, tiles and addresses come later, on the device. */
  lower(attrs: Attrs, inputs: readonly LowerInput[]): Lowered;
  /** The way back: attributes and constants for a layer that this operator stands for, else undefined. */
  raise?(layer: LayerSpec, inputs: number): Raised<Attrs> | undefined;
}

/** An operator whose attributes the caller does not look into. */
// oxlint-disable-next-line no-explicit-any -- the attributes of different operators have nothing in common
export type AnyOp = Op<string, any>;

/** Identity at run time; at compile time it pins the name and the attributes. */
export function defineOp<const Name extends string, Attrs extends object>(
  op: Op<Name, Attrs> & ThisType<AnyOp>,
): Op<Name, Attrs> {
  return op;
}

/** For operators on NCHW values that mix neighbouring pixels: channels that were moved behind axis 1 stay. */
export function freezePixels(x: AtomShape, channels: Channels): void {
  x.slice(2).forEach((atoms) => channels.freeze(atoms, "they lie where this layer expects pixels"));
}

/** `reorder` of operators that treat every element alike. */
export const reorderElements = <Attrs>(attrs: Attrs, order: readonly number[]) => ({ attrs, order });

/** The numbers of a parameter, if it is there. Throws a `ModelError` where the network computes it. */
export function parameterOf<Input extends LowerInput | undefined>(
  input: Input,
  what: string,
): Tensor | Extract<Input, undefined> {
  if (input && !input.constant) {
    throw new ModelError(`a ${what} that the network computes is not supported; it must be a constant`);
  }
  return input?.constant as Tensor | Extract<Input, undefined>;
}

/** How many elements a mask keeps in `[from, to)`; all of them where there is no mask. */
export function countKept(mask: Uint8Array | null | undefined, from: number, to: number): number {
  if (!mask) return to - from;
  let kept = 0;
  for (let i = from; i < to; i++) kept += mask[i]!;
  return kept;
}
