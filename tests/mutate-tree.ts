/** Changes bytes, and decoded protobuf messages field by field, as a seed says. */

/** Uniform in [0, 1). */
export type Next = () => number;
/** A message or a list, whose parts are numbers, texts, bytes, messages and lists. */
export type Tree = Record<string | number, unknown>;

/** Numbers at which something could turn. */
const EDGES = [
  ...[0, 1, -1, 2, 3, 4, 7, 8, 255, 65_535, 65_536, 2 ** 24 - 1, 2 ** 24, 2 ** 24 + 1],
  ...[2 ** 28, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, -(2 ** 31), 2 ** 53, 0.5, 1e-38, 3e38, NaN, Infinity, -Infinity],
];
const TEXTS = ["", "x", "__proto__", "constructor", "toString", "length", "\0", "\ud800", "größer", "x".repeat(1000)];

export const below = (count: number, next: Next): number => Math.floor(count * next());
export const oneOf = <T>(list: readonly T[], next: Next): T => list[below(list.length, next)]!;

/** Nothing, or a list cannot be drawn from. */
export const anyOf = <T>(list: readonly T[] | null | undefined, next: Next): T | undefined =>
  list && list.length > 0 ? oneOf(list, next) : undefined;

export const edge = (next: Next): number => oneOf(EDGES, next);

/** Another number: an edge, or one nearby, which is more often sound. */
export function otherNumber(number: number, next: Next): number {
  return oneOf([number + 1, number - 1, 2 * number, -number, edge(next), edge(next)], next);
}

/** A stretch of bytes flipped, cut off, inserted, removed or written twice. */
export function mutateBytes(bytes: Uint8Array, next: Next): Uint8Array {
  const at = below(bytes.length + 1, next);
  const end = Math.min(bytes.length, at + 1 + below(oneOf([1, 8, 64], next), next));
  const noise = Uint8Array.from({ length: 1 + below(8, next) }, () => 256 * next());
  const [head, part, tail] = [bytes.subarray(0, at), bytes.subarray(at, end), bytes.subarray(end)];
  const flipped = part.map((byte) => byte ^ (1 << below(8, next)));
  const changed = oneOf([[head], [head, tail], [head, noise, part, tail], [head, part, part, tail]], next);
  return Buffer.concat(next() < 0.5 ? [head, flipped, tail] : changed);
}

/** The decoder's int64. */
const isLong = (part: unknown): part is { toNumber(): number } =>
  typeof part === "object" && part !== null && "toNumber" in part;

/** Every place of a tree: what holds a part, and under which key. */
function places(tree: Tree, found: [Tree, string][] = []): [Tree, string][] {
  for (const key of Object.keys(tree)) {
    const part = tree[key];
    found.push([tree, key]);
    const isInner = typeof part === "object" && part !== null && !(part instanceof Uint8Array) && !isLong(part);
    if (isInner) places(part as Tree, found);
  }
  return found;
}

/** Dropped, written twice, reordered, emptied, or one standing in the place of another. */
export function mutateList<T>(list: readonly T[], next: Next): T[] {
  const [at, other] = [below(list.length, next), below(list.length, next)];
  const edits = [
    () => list.toSpliced(at, 1),
    () => list.toSpliced(at, 0, ...list.slice(at, at + 1)),
    () => list.toSpliced(other, 0, ...list.slice(at, at + 1)),
    () => (list.length === 0 ? [] : list.with(at, list[other]!)),
    () => list.toReversed(),
    () => [],
    () => [...list, ...list],
  ];
  return oneOf(edits, next)();
}

/** One place of the tree becomes something else of its kind, now and then of another kind. */
export function mutateTree(tree: Tree, next: Next): void {
  const [holder, key] = oneOf(places(tree), next);
  const part = holder[key];
  if (typeof part === "number") holder[key] = otherNumber(part, next);
  else if (isLong(part)) holder[key] = otherNumber(part.toNumber(), next);
  else if (typeof part === "boolean") holder[key] = !part;
  else if (typeof part === "string") holder[key] = oneOf([`${part}${part}`, oneOf(TEXTS, next)], next);
  else if (part instanceof Uint8Array) holder[key] = mutateBytes(part, next);
  else if (Array.isArray(part)) holder[key] = mutateList(part, next);
  else if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else if (next() < 0.5) delete holder[key];
  else {
    const other = oneOf(Object.keys(holder), next);
    [holder[key], holder[other]] = [holder[other], part];
  }
}
