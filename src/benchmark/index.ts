/**
 * Benchmarks on the device itself: networks side by side, layer by layer, as plain data. Pages, Deno, Node and Workers hand in
 * their own `load`.
 *
 * @module
 */
export { benchmark, type BenchmarkOptions, type Candidate, type Load } from "./benchmark.js";
export { benchmarkHandler, latencyTableHandler } from "./handler.js";
export { checkLatencyTable, formatLatencyTable, type LatencyTable } from "./latency-table.js";
export { type LatencyTableOptions, measureLatencyTable, type OpenNetwork } from "./measure-latency.js";
export type { BenchmarkReport, MeasuredLayer, MeasuredNetwork, Platform } from "./report.js";
