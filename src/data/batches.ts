/**
 * Batches for training, by epoch and number: nothing depends on what was asked before, so a run can go on anywhere and repeats bit
 * for bit. The order of an epoch is a function of the seed and the epoch, a picture's augmentation of these and its place in it.
 */
import { RequestError } from "../errors.js";
import type { Preprocessing } from "../graph/about.js";
import { deriveSeed, uniform } from "../random.js";
import { coloursOf } from "../runtime/colours.js";
import { type Augment, type Augmentation, augmenter } from "./augment.js";
import type { ImageSet } from "./image-set.js";
import { fillInput } from "./preprocess.js";

export interface BatchOptions {
  /** Pictures in a batch. */
  readonly size: number;
  readonly seed: number;
  readonly preprocessing: Preprocessing;
  /** Whether each epoch has an order of its own, as it does unless this is `false`; then it is the set's. */
  readonly shuffle?: boolean | undefined;
  readonly augment?: Augmentation | undefined;
}

export interface Batch {
  /** `count` inputs, one after the other, as the preprocessing says. */
  readonly inputs: Float32Array;
  /** -1 where the set has none. */
  readonly labels: Int32Array;
  /** Which pictures of the set these are. */
  readonly indices: Int32Array;
  readonly count: number;
}

/** What inputs that took resizing may take in memory. */
const KEPT_BYTES = 256 * 2 ** 20;

export class Batches {
  /** Whole batches in an epoch; what is left of it waits for another epoch's order. */
  readonly perEpoch: number;
  readonly #set: ImageSet;
  readonly #options: BatchOptions;
  readonly #augment: Augment | undefined;
  readonly #inputOf: (index: number) => Float32Array;
  readonly #inputSize: number;
  readonly #batch: Batch;
  #order: { readonly epoch: number; readonly indices: Int32Array } | undefined;

  constructor(set: ImageSet, options: BatchOptions) {
    const { size, preprocessing: p, augment } = options;
    checkSize(set, size);
    this.#set = set;
    this.#options = options;
    this.perEpoch = Math.floor(set.count / size);
    this.#inputSize = p.width * p.height * coloursOf(p);
    this.#inputOf = inputsOf(set, p, this.#inputSize);
    this.#augment = augment && augmenter(p, augment);
    const inputs = new Float32Array(size * this.#inputSize);
    this.#batch = { inputs, labels: new Int32Array(size), indices: new Int32Array(size), count: size };
  }

  /** Batch `index`, 0 to `perEpoch` - 1, of an epoch, 0 on. Its arrays are overwritten by the next call. */
  batch(epoch: number, index: number): Batch {
    checkWhole("epoch", epoch, Number.MAX_SAFE_INTEGER);
    checkWhole("batch", index, this.perEpoch - 1);
    const order = this.#orderOf(epoch);
    const { inputs, labels, indices, count } = this.#batch;
    for (let i = 0; i < count; i++) {
      const place = index * count + i;
      const picture = order[place]!;
      indices[i] = picture;
      labels[i] = this.#set.label(picture) ?? -1;
      this.#writeInput(picture, epoch, place, inputs, i * this.#inputSize);
    }
    return this.#batch;
  }

  #writeInput(picture: number, epoch: number, place: number, inputs: Float32Array, offset: number): void {
    const input = this.#inputOf(picture);
    if (this.#augment === undefined) return inputs.set(input, offset);
    this.#augment(input, inputs, offset, uniform(deriveSeed(this.#options.seed, `augment ${epoch} ${place}`)));
  }

  #orderOf(epoch: number): Int32Array {
    if (this.#order?.epoch === epoch) return this.#order.indices;
    const { seed, shuffle = true } = this.#options;
    const indices = Int32Array.from({ length: this.#set.count }, (_, at) => at);
    if (shuffle) shuffleInPlace(indices, uniform(deriveSeed(seed, `order ${epoch}`)));
    this.#order = { epoch, indices };
    return indices;
  }
}

/** Each picture as an input, in an array that the next call may overwrite. Inputs of pictures of another size are kept. */
function inputsOf(set: ImageSet, p: Preprocessing, inputSize: number): (index: number) => Float32Array {
  const scratch = new Float32Array(inputSize);
  const kept = new Map<number, Float32Array>();
  const mostKept = Math.floor(KEPT_BYTES / scratch.byteLength);
  return (index) => {
    const known = kept.get(index);
    if (known !== undefined) return known;
    const picture = set.picture(index);
    fillInput(picture, p, scratch);
    const resized = picture.width !== p.width || picture.height !== p.height;
    if (resized && kept.size < mostKept) kept.set(index, scratch.slice());
    return scratch;
  };
}

/** Fisher and Yates, as in Knuth, The Art of Computer Programming, volume 2, algorithm P. */
function shuffleInPlace(items: Int32Array, next: () => number): void {
  for (let last = items.length - 1; last > 0; last--) {
    const other = Math.floor(next() * (last + 1));
    [items[last], items[other]] = [items[other]!, items[last]!];
  }
}

function checkSize(set: ImageSet, size: number): void {
  if (!Number.isSafeInteger(size) || size < 1)
    throw new RequestError(`expected a batch of 1 picture or more, came ${size}`);
  if (size <= set.count) return;
  throw new RequestError(`has ${set.count} pictures, too few for a batch of ${size}; take smaller batches`, set.name);
}

function checkWhole(name: string, value: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= 0 && value <= most) return;
  throw new RequestError(`expected 0 to ${most}, came ${value}`, name);
}
