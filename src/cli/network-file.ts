/** Networks as files: `.onnx` and `.esp` alike, read and written. */
import { dirname, isAbsolute, normalize, resolve, sep } from "node:path";
import { compile, type Encoding } from "../compile/encode.js";
import { readEncoding, readNetwork } from "../compile/raise.js";
import { EspalierError, FileError, ModelError, RequestError } from "../errors.js";
import type { Graph } from "../graph/graph.js";
import { exportOnnx } from "../onnx/export.js";
import { importOnnx } from "../onnx/import.js";
import type { Shapes } from "../runtime/index.js";
import { readBytes, writeFileSafely } from "./files.js";

export interface NetworkFile {
  readonly path: string;
  readonly graph: Graph;
  /** The compiled network: the file itself where it is one. */
  readonly compiled: Uint8Array;
  /** Input shapes that `compiled` is to be loaded with, where they are not its own. */
  readonly shapes: Shapes;
  readonly format: "onnx" | "esp";
  /** How its weights are stored, and those of what is made from it unless it is said. */
  readonly weights: Encoding;
  /** Bytes on disk. */
  readonly fileBytes: number;
  /** What the importer noticed. */
  readonly notes: readonly string[];
}

/**
 * Reads either format, told apart by the first bytes, with other input shapes where they are given. Throws an `EspalierError`
 * that begins with the path.
 */
export async function readNetworkFile(path: string, shapes: Shapes = {}): Promise<NetworkFile> {
  const bytes = readBytes(path);
  try {
    return isCompiled(path, bytes) ? await readCompiled(path, bytes, shapes) : readOnnx(path, bytes, shapes);
  } catch (error) {
    if (error instanceof RequestError) throw new RequestError(error.message, path, { cause: error });
    if (error instanceof EspalierError && !(error instanceof FileError))
      throw new ModelError(error.message, path, { cause: error });
    throw error;
  }
}

/** By magic; a damaged file is taken for what its name says. */
function isCompiled(path: string, bytes: Uint8Array): boolean {
  const magic = bytes.length >= 5 && String.fromCharCode(...bytes.subarray(1, 5)) === "ESPN";
  return magic || path.toLowerCase().endsWith(".esp");
}

async function readCompiled(path: string, bytes: Uint8Array, shapes: Shapes): Promise<NetworkFile> {
  const graph = await readNetwork(bytes, { shapes });
  return {
    path,
    graph,
    compiled: bytes,
    shapes,
    format: "esp",
    weights: await readEncoding(bytes),
    fileBytes: bytes.length,
    notes: [],
  };
}

function readOnnx(path: string, bytes: Uint8Array, shapes: Shapes): NetworkFile {
  const { graph, notes } = importOnnx(bytes, { external: (location) => readExternal(path, location), shapes });
  let compiled: Uint8Array | undefined;
  return {
    path,
    graph,
    get compiled() {
      return (compiled ??= compile(graph));
    },
    shapes: {},
    format: "onnx",
    weights: "f32",
    fileBytes: bytes.length,
    notes,
  };
}

/** Weights in a file beside the model; a model may not reach outside its folder. */
function readExternal(path: string, location: string): Uint8Array {
  const inside = normalize(location);
  if (isAbsolute(inside) || inside === ".." || inside.startsWith(`..${sep}`)) {
    throw new ModelError(`weights lie in "${location}", outside the model's folder; move them beside it`);
  }
  return readBytes(resolve(dirname(path), inside));
}

/** Throws a `RequestError` unless the name ends in .onnx or .esp. Called before any work is done for it. */
export function checkNetworkPath(path: string): void {
  if (!/\.(onnx|esp)$/i.test(path))
    throw new RequestError("a network is written as .onnx or .esp; end the name in one of them", path);
}

/** Writes in the format that the name asks for; returns the bytes written. */
export function writeNetworkFile(path: string, graph: Graph, weights: Encoding = "f32"): number {
  checkNetworkPath(path);
  const bytes = path.toLowerCase().endsWith(".onnx") ? exportOnnx(graph) : compile(graph, { weights });
  writeFileSafely(path, bytes);
  return bytes.length;
}
