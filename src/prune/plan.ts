/** A pruning decision as plain data: print it, compare it, store it, replay it. Nothing has been cut yet. */
import { RequestError } from "../errors.js";
import { checkForm, type Edit } from "./edits/index.js";
import type { Unit } from "./units.js";

/** Channels of one unit that go. */
export interface Cut {
  readonly unit: string;
  /** The unit's width when the plan was made; a unit of another width is refused. */
  readonly width: number;
  /** Numbers of channels, increasing. */
  readonly remove: readonly number[];
}

export interface PrunePlan {
  /** 1. */
  readonly espalierPlan: 1;
  readonly method: string;
  readonly seed: number;
  /** What was asked for, as it was typed. */
  readonly request: Readonly<Record<string, string>>;
  readonly cuts: readonly Cut[];
  /** Made before the cuts: what is no removal of channels. */
  readonly edits?: readonly Edit[];
}

/** The classes that a plan removes from these units. Throws a `RequestError` for a plan that does not fit them. */
export function removedClasses(plan: PrunePlan, units: readonly Unit[]): Set<number> {
  const removed = new Set<number>();
  const seen = new Set<string>();
  for (const cut of plan.cuts) {
    if (seen.has(cut.unit)) throw new RequestError("the plan cuts this unit twice; join the two cuts", cut.unit);
    seen.add(cut.unit);
    const unit = units.find(({ name }) => name === cut.unit);
    if (!unit) throw new RequestError("the network has no unit of this name; the plan is another network's", cut.unit);
    if (unit.width !== cut.width) {
      throw new RequestError(
        `is ${unit.width} channels wide here, ${cut.width} in the plan; the plan is another network's`,
        cut.unit,
      );
    }
    if (unit.frozen !== undefined) throw new RequestError(`cannot be removed: ${unit.frozen}`, cut.unit);
    if (cut.remove.length >= unit.width)
      throw new RequestError(`the plan removes all ${unit.width} channels`, cut.unit);
    for (const channel of cut.remove) removed.add(unit.roots[channel]!);
  }
  return removed;
}

/** The text of a plan file. */
export function formatPlan(plan: PrunePlan): string {
  const { cuts, edits, ...head } = plan;
  const lines = (list: readonly object[]) => list.map((entry) => `    ${JSON.stringify(entry)}`).join(",\n");
  const text = JSON.stringify(head, null, 2).replace(/\n}$/, "");
  const lists = edits ? `  "edits": [\n${lines(edits)}\n  ],\n` : "";
  return `${text},\n${lists}  "cuts": [\n${lines(cuts)}\n  ]\n}\n`;
}

/** What a plan that was written by hand may leave out. */
const DEFAULTS = { method: "by hand", seed: 1, request: {} } as const;

/** Reads a plan file. Throws a `RequestError` that says what is wrong with it. */
export function parsePlan(text: string, where: string): PrunePlan {
  let plan: Partial<PrunePlan>;
  try {
    plan = JSON.parse(text) as Partial<PrunePlan>;
  } catch (error) {
    throw new RequestError(`not JSON: ${(error as Error).message}`, where);
  }
  if (plan?.espalierPlan !== 1 || !Array.isArray(plan.cuts)) {
    throw new RequestError('not a pruning plan: expected {"espalierPlan": 1, "cuts": [...]}', where);
  }
  plan.cuts.forEach((cut, i) => {
    if (!isCut(cut)) {
      throw new RequestError(
        `cut ${i}: expected {unit, width, remove: [increasing channel numbers below width]}`,
        where,
      );
    }
  });
  const { edits } = plan;
  if (edits !== undefined) checkEditForms(edits, where);
  const { method, seed, request } = { ...DEFAULTS, ...plan };
  const isRequest = Object.values(Object(request)).every((value) => typeof value === "string");
  if (
    typeof method !== "string" ||
    !Number.isSafeInteger(seed) ||
    seed < 0 ||
    Object(request) !== request ||
    !isRequest
  ) {
    throw new RequestError("expected {method: text, seed: whole number from 0 on, request: {option: text}}", where);
  }
  return { espalierPlan: 1, method, seed, request, cuts: plan.cuts, ...(edits ? { edits } : {}) };
}

function checkEditForms(edits: unknown, where: string): void {
  if (!Array.isArray(edits)) throw new RequestError("expected a list of edits", where);
  edits.forEach((edit, i) => {
    try {
      checkForm(edit);
    } catch (error) {
      throw new RequestError(`edit ${i}: ${(error as Error).message}`, where);
    }
  });
}

function isCut(cut: unknown): cut is Cut {
  const { unit, width, remove } = (cut ?? {}) as Partial<Cut>;
  if (typeof unit !== "string" || !Number.isInteger(width) || !Array.isArray(remove)) return false;
  const list = remove as readonly unknown[];
  return list.every(
    (c, i) => Number.isInteger(c) && (c as number) > (i ? (list[i - 1] as number) : -1) && (c as number) < width!,
  );
}
