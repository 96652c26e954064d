/** What every entry of the runtime offers besides `load`, which gets engines in the way of its platform. */
export { DataError, EspalierError, FileError, ModelError, RequestError } from "../errors.js";
export type { Preprocessing, Provenance } from "../gen/network.js";
export { type Box, boxes, type BoxesOptions } from "./boxes.js";
export { type ClassesOptions, classes, type FoundClass } from "./classes.js";
export { type Build, type EngineLike, hasRelaxedSimd } from "./engine.js";
export type { LoadOptions } from "./load.js";
export { type Pixels, pixels, type PixelsOptions, type Region } from "./pixels.js";
export type { MemoryMap, PlannedLayer } from "./plan.js";
export type { RemoteOptions, RemoteSession } from "./remote.js";
export type { Shapes } from "./resize.js";
export type { InputInfo, Inputs, LayerTime, OutputInfo, Outputs, RunOptions } from "./session.js";
export { Session } from "./session.js";
export type { NetworkSource, ReadOptions } from "./source.js";
export type { ThreadOptions } from "./threads.js";
export type { Tuning } from "./tuning.js";
export type { WorkerLike } from "./workers.js";
