/** Pruning units: channels that own the same weights, and so compete with one another. */
import { RequestError } from "../errors.js";
import { type Graph, sizeOf, type Tensor } from "../graph/graph.js";
import { type ChannelMap, mapChannels, type Ownership } from "./atoms.js";

/** One axis of a constant, and for each channel of the unit the slices that are its own. */
export interface OwnedSlices {
  readonly constant: string;
  readonly axis: number;
  readonly role: Ownership["role"];
  readonly tensor: Tensor;
  /** By channel of the unit. */
  readonly slices: readonly (readonly number[])[];
}

/** All numbers of some slices along the owned axis, in the constant's order. */
export function elementsOf({ tensor, axis }: OwnedSlices, slices: readonly number[]): Float64Array {
  const { shape, data } = tensor;
  const [outer, size, inner] = [sizeOf(shape.slice(0, axis)), shape[axis]!, sizeOf(shape.slice(axis + 1))];
  const elements = new Float64Array(outer * slices.length * inner);
  let at = 0;
  for (let o = 0; o < outer; o++) {
    for (const slice of slices) {
      const from = (o * size + slice) * inner;
      for (let i = from; i < from + inner; i++) elements[at++] = data[i]!;
    }
  }
  return elements;
}

export interface Unit {
  /** The name of the node that first produces these channels. */
  readonly name: string;
  /** How many channels (classes of channels that only go together) there are to choose from. */
  readonly width: number;
  /** Why nothing of it can be removed; undefined where something can. */
  readonly frozen: string | undefined;
  /** Whether a residual add couples it. */
  readonly residual: boolean;
  /** All nodes whose weights produce these channels; none where they are chosen from others. */
  readonly producers: readonly string[];
  /** By channel of the unit: its class. */
  readonly roots: readonly number[];
  readonly owned: readonly OwnedSlices[];
}

export interface UnitMap {
  readonly graph: Graph;
  readonly channels: ChannelMap;
  readonly units: readonly Unit[];
}

/** The units of a graph, in the order in which their channels first appear. */
export function findUnits(graph: Graph): UnitMap {
  const channels = mapChannels(graph);
  const slices = collectSlices(channels);
  const places = collectPlaces(channels);
  const bySignature = new Map<string, number[]>();
  for (const root of [...slices.keys()].sort((a, b) => a - b)) {
    const key = `${places.get(root)} ${channels.frozen(root) ?? ""} ${channels.residual(root)}`;
    bySignature.set(key, [...(bySignature.get(key) ?? []), root]);
  }
  const taken = new Map<string, number>();
  const units = [...bySignature.values()].map((roots) => describe(graph, channels, slices, roots, taken));
  return { graph, channels, units };
}

/** For each class, for each ownership it has a part in (by number), which slices are its own. */
function collectSlices(channels: ChannelMap): Map<number, Map<number, number[]>> {
  const found = new Map<number, Map<number, number[]>>();
  channels.owners.forEach(({ constant, axis }, owner) => {
    channels.atoms.get(constant)![axis]?.forEach((atom, index) => {
      const root = channels.rootOf(atom);
      if (root < 0) return;
      const own = found.get(root) ?? new Map<number, number[]>();
      found.set(root, own);
      own.set(owner, [...(own.get(owner) ?? []), index]);
    });
  });
  return found;
}

/**
 * For each class, where it appears and how often, over all axes of values and constants. Channels of a unit appear in the same
 * places: they cost the same, and no value loses its last channel as long as each unit keeps one.
 */
function collectPlaces(channels: ChannelMap): Map<number, string> {
  const places = new Map<number, string>();
  [...channels.atoms.values()].flat().forEach((atoms, place) => {
    const counts = new Map<number, number>();
    atoms?.forEach((atom) => {
      const root = channels.rootOf(atom);
      counts.set(root, (counts.get(root) ?? 0) + 1);
    });
    for (const [root, count] of counts) places.set(root, `${places.get(root) ?? ""} ${place}:${count}`);
  });
  return places;
}

function describe(
  graph: Graph,
  channels: ChannelMap,
  slices: ReadonlyMap<number, ReadonlyMap<number, number[]>>,
  roots: readonly number[],
  taken: Map<string, number>,
): Unit {
  const ownerNumbers = [...slices.get(roots[0]!)!.keys()];
  const owners = ownerNumbers.map((owner) => channels.owners[owner]!);
  const producers = [...new Set(owners.filter(({ role }) => role === "produce").map(({ node }) => node))];
  const wanted = producers[0] ?? channels.madeBy(roots[0]!);
  const count = (taken.get(wanted) ?? 0) + 1;
  taken.set(wanted, count);
  return {
    name: count === 1 ? wanted : `${wanted}#${count}`,
    width: roots.length,
    frozen: channels.frozen(roots[0]!),
    residual: channels.residual(roots[0]!),
    producers,
    roots,
    owned: owners.map(({ constant, axis, role }, i) => ({
      constant,
      axis,
      role,
      tensor: graph.constants.get(constant)!,
      slices: roots.map((root) => slices.get(root)!.get(ownerNumbers[i]!)!),
    })),
  };
}

/** Which units a method may touch: all that are not frozen, only those that no residual add couples, or by name with * and ?. */
export function selectUnits(units: readonly Unit[], only: string | undefined): Unit[] {
  const free = units.filter((unit) => unit.frozen === undefined);
  const chosen =
    only === "inner" ? free.filter((unit) => !unit.residual) : free.filter(({ name }) => matchesPattern(name, only));
  if (chosen.length > 0) return chosen;
  if (free.length === 0) throw new RequestError("nothing of this network can be removed; inspect says why");
  const names = free.map((unit) => `${unit.name}${unit.residual ? " (coupled by a residual add)" : ""}`).join(", ");
  throw new RequestError(`no unit fits "${only}"; there are: ${names}`, "--only");
}

/** Whether a name fits a pattern with * and ?; all fit none. */
export function matchesPattern(name: string, pattern: string | undefined): boolean {
  if (pattern === undefined) return true;
  const literal = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${literal.replaceAll("*", ".*").replaceAll("?", ".")}$`).test(name);
}
