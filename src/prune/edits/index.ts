/** THE list of kinds of edits, in the order in which they are applied. Adding one is one file, and a line here. */
import { RequestError } from "../../errors.js";
import type { Graph } from "../../graph/graph.js";
import { bypass, type BypassEdit } from "./bypass.js";
import type { EditKind, EditOf } from "./edit.js";
import { factor, type FactorEdit } from "./factor.js";
import { mask, type MaskEdit } from "./mask.js";
import { merge, type MergeEdit } from "./merge.js";
import { positions, type PositionsEdit } from "./positions.js";
import { reads, type ReadsEdit } from "./reads.js";
import { weights, type WeightsEdit } from "./weights.js";

export type Edit = MaskEdit | WeightsEdit | MergeEdit | PositionsEdit | ReadsEdit | FactorEdit | BypassEdit;

// Each is only handed edits of its own kind.
export const EDITS = [mask, weights, merge, positions, reads, factor, bypass] as unknown as readonly EditKind<Edit>[];

const kindOf = ({ kind }: EditOf<string>) => EDITS.find((candidate) => candidate.kind === kind)!;

/** Throws an `Error` that says what was expected, unless the value, read from JSON, is an edit in form. */
export function checkForm(value: unknown): asserts value is Edit {
  const fields = Object(value) as Partial<EditOf<string>>;
  const kind = EDITS.find((candidate) => candidate.kind === fields.kind);
  if (!kind) throw new Error(`expected {kind, node, ..}, kind one of ${EDITS.map((known) => known.kind).join(", ")}`);
  if (typeof fields.node !== "string" || !kind.fits(fields)) throw new Error(`${kind.kind}: expected ${kind.form}`);
}

/** Throws a `RequestError` that names the node unless all edits are this graph's, at most one of a kind for each node. */
export function checkEdits(edits: readonly Edit[], graph: Graph): void {
  const seen = new Set<string>();
  for (const edit of edits) {
    const key = `${edit.kind} ${edit.node}`;
    if (seen.has(key)) throw new RequestError(`the plan has two edits of kind ${edit.kind}; join them`, edit.node);
    seen.add(key);
    kindOf(edit).check(edit, graph);
  }
}

/** Those that are made before channels are cut, and those that are made afterwards. */
export function byTime(edits: readonly Edit[]): { readonly before: readonly Edit[]; readonly after: readonly Edit[] } {
  const isLate = (edit: Edit) => kindOf(edit).afterCuts === true;
  return { before: edits.filter((edit) => !isLate(edit)), after: edits.filter(isLate) };
}

const inOrder = (edits: readonly Edit[]) => EDITS.flatMap((kind) => edits.filter((edit) => edit.kind === kind.kind));

/** The graph with all edits made. They must have been checked. */
export function applyEdits(edits: readonly Edit[], graph: Graph): Graph {
  return inOrder(edits).reduce((current, edit) => kindOf(edit).apply(edit, current), graph);
}

/** What the edited graph must be equal to. */
export function maskedByEdits(edits: readonly Edit[], graph: Graph): Graph {
  return inOrder(edits).reduce((current, edit) => kindOf(edit).masked(edit, current), graph);
}
