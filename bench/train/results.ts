/** What a few training steps gave, tensor by tensor, and how far two of them are apart. */
import { type Graph, sizeOf } from "../../src/graph/graph.js";
import { summarise } from "../rounds.js";
import type { Role } from "./task.js";

export interface Result {
  readonly name: string;
  readonly values: Float64Array;
}

export interface ErrorRow {
  readonly name: string;
  readonly espalier: number;
  readonly pytorch: number;
}

/** What `pytorch.py step` wrote: for each step the loss, then of each constant its gradient, if it is trained, and its numbers. */
export function takeResults(graph: Graph, roles: ReadonlyMap<string, Role>, steps: number, bytes: Buffer): Result[] {
  const numbers = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  let at = 0;
  const take = (name: string, count: number): Result => {
    at += count;
    return { name, values: numbers.subarray(at - count, at) };
  };
  const results = Array.from({ length: steps }, (_, i) => [
    take(`step ${i + 1}: loss`, 1),
    ...[...graph.constants].flatMap(([name, { shape }]) => {
      const isTrained = ["weight", "bias", "norm"].includes(roles.get(name)!);
      const gradient = isTrained ? [take(`step ${i + 1}: gradient of ${name}`, sizeOf(shape))] : [];
      return [...gradient, take(`step ${i + 1}: ${name}`, sizeOf(shape))];
    }),
  ]).flat();
  if (at !== numbers.length) throw new RangeError(`expected ${at} numbers, came ${numbers.length}`);
  return results;
}

/** Of each tensor the largest |a - b| as a share of the largest |b|. Infinite where a number or a tensor is missing. */
export function errorsOf(a: readonly Result[], b: readonly Result[]): { name: string; error: number }[] {
  return b.map(({ name, values: exact }, i) => {
    const values = a[i]?.name === name && a[i]!.values.length === exact.length ? a[i]!.values : undefined;
    let [difference, largest] = [0, 0];
    exact.forEach((value, at) => {
      const apart = Math.abs((values?.[at] ?? NaN) - value);
      difference = Math.max(difference, Number.isNaN(apart) ? Infinity : apart);
      largest = Math.max(largest, Math.abs(value));
    });
    return { name, error: difference === 0 ? 0 : difference / largest };
  });
}

/** Of each tensor the medians of several trials. */
export function medianOf(trials: readonly (readonly ErrorRow[])[]): ErrorRow[] {
  return trials[0]!.map(({ name }, i) => ({
    name,
    espalier: summarise(trials.map((rows) => rows[i]!.espalier)).medianMs,
    pytorch: summarise(trials.map((rows) => rows[i]!.pytorch)).medianMs,
  }));
}

/** The largest of each column. */
export function worstOf(rows: readonly ErrorRow[]): { readonly espalier: number; readonly pytorch: number } {
  return {
    espalier: Math.max(0, ...rows.map(({ espalier }) => espalier)),
    pytorch: Math.max(0, ...rows.map(({ pytorch }) => pytorch)),
  };
}
