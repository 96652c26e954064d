/** Inputs from files: numbers from .npy and .pb, pictures from .png and .jpg. */
import { extname } from "node:path";
import { decodeImage } from "../data/image-file.js";
import { readNpy } from "../data/npy.js";
import type { Picture } from "../data/picture.js";
import { fillInput } from "../data/preprocess.js";
import { DataError, EspalierError, RequestError } from "../errors.js";
import { formatShape, type Graph, type GraphInput, sameShape, type Shape, sizeOf } from "../graph/graph.js";
import { readTensorFile } from "../onnx/tensor-file.js";
import { readBytes } from "./files.js";
import { type PictureOptions, preprocessingOf } from "./options.js";

type Reader = (bytes: Uint8Array, path: string, graph: Graph, input: GraphInput, options: PictureOptions) => ReadInput;

/** An input's numbers, and the picture that they came from if they did. */
interface ReadInput {
  readonly numbers: Float32Array;
  readonly picture?: Picture;
}

/** THE list of kinds of input files, by the end of the name. */
const READERS: Readonly<Record<string, Reader>> = {
  ".npy": (bytes, path, _graph, input) => {
    const { shape, data } = readNpy(bytes, path);
    return checkShape(shape, Float32Array.from(data as ArrayLike<number>), path, input);
  },
  ".pb": (bytes, path, _graph, input) => {
    const { tensor } = at(path, () => readTensorFile(bytes));
    return checkShape(tensor.shape, Float32Array.from(tensor.data), path, input);
  },
  ".png": readPicture,
  ".jpg": readPicture,
  ".jpeg": readPicture,
};

/** `[name=]path` for each input, read; those without a name go to the inputs in the graph's order. */
export function readInputs(
  specs: readonly string[],
  graph: Graph,
  options: PictureOptions,
): { readonly numbers: Record<string, Float32Array>; readonly pictures: readonly Picture[] } {
  const given = new Map<string, string>();
  const unnamed: string[] = [];
  for (const spec of specs) {
    const [name, ...rest] = spec.split("=");
    const input = rest.length > 0 ? graph.inputs.find((candidate) => candidate.name === name) : undefined;
    if (input && given.has(input.name)) throw new RequestError(`"${input.name}" is given twice`, "--input");
    if (input) given.set(input.name, rest.join("="));
    else unnamed.push(spec);
  }
  for (const input of graph.inputs)
    if (!given.has(input.name) && unnamed.length > 0) given.set(input.name, unnamed.shift()!);
  const missing = graph.inputs.filter(({ name }) => !given.has(name));
  if (missing.length > 0 || unnamed.length > 0) {
    const wanted = graph.inputs.map(({ name, shape }) => `${name} (${formatShape(shape)})`).join(", ");
    throw new RequestError(`${specs.length} given; the network wants ${graph.inputs.length}: ${wanted}`, "--input");
  }
  const read = graph.inputs.map((input) => readInput(given.get(input.name)!, graph, input, options));
  return {
    numbers: Object.fromEntries(graph.inputs.map(({ name }, i) => [name, read[i]!.numbers])),
    pictures: read.flatMap(({ picture }) => picture ?? []),
  };
}

function readInput(path: string, graph: Graph, input: GraphInput, options: PictureOptions): ReadInput {
  const reader = READERS[extname(path).toLowerCase()];
  if (!reader) throw new RequestError(`cannot be read as an input; expected ${Object.keys(READERS).join(", ")}`, path);
  return reader(readBytes(path, DataError), path, graph, input, options);
}

/** Runs `read`; what is wrong with the file is said of the file. */
function at<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof EspalierError) throw new DataError(error.message, path, { cause: error });
    throw error;
  }
}

function checkShape(shape: Shape, data: Float32Array, path: string, input: GraphInput): ReadInput {
  if (!sameShape(shape, input.shape)) {
    throw new DataError(
      `has shape ${formatShape(shape)}, input "${input.name}" wants ${formatShape(input.shape)}`,
      path,
    );
  }
  return { numbers: data };
}

function readPicture(
  bytes: Uint8Array,
  path: string,
  graph: Graph,
  input: GraphInput,
  options: PictureOptions,
): ReadInput {
  const numbers = new Float32Array(sizeOf(input.shape));
  if (input.shape[0] !== 1)
    throw new RequestError(`input "${input.name}" takes ${input.shape[0]} pictures at once; give an .npy`, path);
  const picture = decodeImage(bytes, path);
  fillInput(picture, preprocessingOf(graph, input, options), numbers);
  return { numbers, picture };
}
