/**
 * The built-in set: ten kinds of drawn glyphs on coloured, cluttered, noisy grounds, 32 x 32, without any file.
 *
 * Picture `i` of a seed and a split is a function of these three alone, and of class `i mod 10`; so a smaller `n` gives the
 * beginning of a larger one. No picture belongs to both splits, whatever their seeds.
 */
import { RequestError } from "../../errors.js";
import { deriveSeed } from "../../random.js";
import { checkIndex, type ImageSet, type SetOptions, type Split } from "../image-set.js";
import { keepPictures } from "../kept-pictures.js";
import { GLYPHS } from "./outlines.js";
import { paintGlyph } from "./paint.js";

/** How many pictures there are unless `n` says. */
const COUNTS: Readonly<Record<Split, number>> = { train: 10_000, test: 2000 };
const MOST = 100_000_000;
const MOST_SEED = 2 ** 32 - 1;

/** `words`: `train` or `test`, which overrule the option; `seed=1`; `n=2000`; in any order, with commas between them. */
export function openGlyphs(words: string, options: SetOptions = {}): ImageSet {
  const { split, seed, count } = readWords(words, options.split ?? "test");
  const paint = (index: number) => paintGlyph(index % GLYPHS.length, seedOf(split, seed, index));
  const kept = keepPictures(paint, options.keptBytes);
  const set: ImageSet = {
    name: `glyphs:${split},seed=${seed},n=${count}`,
    count,
    classes: GLYPHS.map(({ name }) => name),
    label: (index) => checkIndex(set, index) % GLYPHS.length,
    picture: (index) => kept(checkIndex(set, index)),
  };
  return set;
}

/** The last bit is the split, so that no seed of one is a seed of the other. */
function seedOf(split: Split, seed: number, index: number): number {
  return ((deriveSeed(seed, `glyph ${index}`) << 1) | (split === "test" ? 1 : 0)) >>> 0;
}

interface Words {
  readonly split: Split;
  readonly seed: number;
  readonly count: number;
}

function readWords(text: string, defaultSplit: Split): Words {
  const read: { split?: Split; seed?: number; n?: number } = {};
  const once = (key: keyof typeof read): void => {
    if (read[key] !== undefined) throw new RequestError(`its ${key} is given twice`, `glyphs:${text}`);
  };
  for (const word of text === "" ? [] : text.split(",")) {
    const [, key, digits] = /^(seed|n)=(\d+)$/.exec(word) ?? [];
    if (key === "seed" || key === "n") {
      once(key);
      read[key] = inRange(key, Number(digits), text);
    } else if (word === "train" || word === "test") {
      once("split");
      read.split = word;
    } else throw unknownWord(word, text);
  }
  const split = read.split ?? defaultSplit;
  return { split, seed: read.seed ?? 1, count: read.n ?? COUNTS[split] };
}

function inRange(key: "seed" | "n", value: number, text: string): number {
  const [least, most] = key === "seed" ? [0, MOST_SEED] : [1, MOST];
  if (value >= least && value <= most) return value;
  throw new RequestError(`expected ${key} from ${least} to ${most}, came ${value}`, `glyphs:${text}`);
}

function unknownWord(word: string, text: string): RequestError {
  const expected = "expected train or test, seed=1, n=2000, with commas between them";
  return new RequestError(`${expected}, came ${JSON.stringify(word)}`, `glyphs:${text}`);
}
