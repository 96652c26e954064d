/** From channels that go, and what each is folded into, to edits of the layers that read them. */
import type { CutDecision } from "../cut-queues.js";
import type { Edit } from "../edits/index.js";
import type { MergeEdit } from "../edits/merge.js";
import type { Cut } from "../plan.js";
import type { Unit } from "../units.js";
import { keepsZeros, type Reader } from "./readers.js";

/** channel `from` = factor * channel `into` + rest, as nearly as can be. */
export interface Fold {
  readonly factor: number;
  readonly rest: number;
}

/** A unit whose channels may be folded into one another. */
export interface FoldingUnit {
  readonly unit: Unit;
  readonly readers: readonly Reader[];
  /** By channel: the lowest go first. */
  readonly scores: Float64Array;
  /** By channel the one that stands for it when it goes; the channel that goes last stands for itself. */
  readonly successors: Int32Array;
  /** What a reader knows of two channels; undefined where it had better read nothing in place of the first. */
  readonly fold: (reader: Reader, from: number, into: number) => Fold | undefined;
}

/** The decision with one edit more for each layer that stays and reads channels which go. */
export function foldChannels(units: readonly FoldingUnit[], decision: CutDecision): CutDecision {
  const { cuts, edits = [] } = decision;
  const gone = new Set(edits.flatMap((edit) => (edit.kind === "bypass" ? edit.layers : [])));
  return { ...decision, edits: [...edits, ...foldsOf(units, cuts).filter(({ node }) => !gone.has(node))] };
}

function foldsOf(units: readonly FoldingUnit[], cuts: readonly Cut[]): Edit[] {
  const entries = new Map<string, { shape: readonly number[]; folds: Entry[] }>();
  for (const { unit, readers, successors, fold } of units) {
    const removed = new Set(cuts.find((cut) => cut.unit === unit.name)?.remove);
    for (const reader of readers.filter(({ leftOut }) => leftOut === undefined)) {
      const known = entries.get(reader.node.name) ?? { shape: reader.filter.shape, folds: [] };
      entries.set(reader.node.name, known);
      for (const from of removed) known.folds.push(...foldOne(reader, fold, from, survivor(from, successors, removed)));
    }
  }
  return [...entries].flatMap(([node, { shape, folds }]) => (folds.length > 0 ? [editOf(node, shape, folds)] : []));
}

/** The first of those that stand for a channel, one after another, that stays. */
function survivor(channel: number, successors: Int32Array, removed: ReadonlySet<number>): number {
  let other = channel;
  while (removed.has(other)) other = successors[other]!;
  return other;
}

interface Entry extends Fold {
  readonly from: number;
  readonly into: number;
}

/** The slices of a channel, each folded into the slice at the same place of the other. */
function foldOne(reader: Reader, fold: FoldingUnit["fold"], from: number, into: number): Entry[] {
  const known = fold(reader, from, into);
  if (!known) return [];
  const factor = keepsZeros(reader, from, into) ? known.factor : 0;
  const rest = reader.takesRest ? known.rest : 0;
  if (factor === 0 && rest === 0) return [];
  return reader.slices[from]!.map((slice, k) => ({ from: slice, into: reader.slices[into]![k]!, factor, rest }));
}

function editOf(node: string, shape: readonly number[], folds: readonly Entry[]): MergeEdit {
  const sorted = [...folds].sort((a, b) => a.from - b.from);
  const column = <Key extends keyof Entry>(key: Key) => sorted.map((entry) => entry[key]);
  return {
    ...{ kind: "merge", node, shape },
    ...{ from: column("from"), into: column("into"), factors: column("factor"), rests: column("rest") },
  };
}
