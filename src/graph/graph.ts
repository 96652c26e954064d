/**
 * The graph: a trained network as an immutable value. An edit makes a new graph.
 *
 * Nodes are in running order. Every name (input, constant, node output) is defined once. Constants are what training
 * produced; everything that only computed shapes has been folded away by whoever built the graph.
 */
import type { About } from "./about.js";

/** Sizes of all axes, outermost first. */
export type Shape = readonly number[];

/** Numbers in row-major order of `shape`. */
export interface Tensor {
  readonly shape: Shape;
  readonly data: Float32Array | Float64Array;
}

export interface GraphInput {
  readonly name: string;
  /** Batch first; a symbolic batch stands here as 1 unless another was asked for. */
  readonly shape: Shape;
  /** The symbolic batch dimension's name; empty where the batch is fixed. */
  readonly batch: string;
}

/** One use of an operator. Which operators there are, and what their attributes mean, is the business of `ops/`. */
export interface Node {
  /** Unique in the graph. */
  readonly name: string;
  readonly op: string;
  readonly attrs: object;
  /** Names of graph inputs, constants or earlier outputs; an optional input that is absent at the end is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

export interface Graph {
  readonly name: string;
  readonly inputs: readonly GraphInput[];
  readonly outputs: readonly string[];
  readonly nodes: readonly Node[];
  readonly constants: ReadonlyMap<string, Tensor>;
  readonly about: About;
}

/** Number of elements of a shape. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** `1x3x32x32`, as shapes are printed and typed. */
export function formatShape(shape: Shape): string {
  return shape.length === 0 ? "scalar" : shape.join("x");
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}
