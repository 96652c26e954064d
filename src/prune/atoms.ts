/**
 * Channels as atoms: which channels of which axes of which values are one and the same, over the whole graph.
 *
 * Every operator tells how its outputs' channels arise from its inputs' (Op.atoms); elementwise meetings unite atoms. The
 * classes of united atoms are what can be removed, and only as a whole.
 */
import type { Graph, Node, Shape } from "../graph/graph.js";
import { opOf } from "../ops/index.js";
import { type Atoms, type AtomShape, type Channels, FIXED, type Kept, type Role } from "../ops/op.js";
import { inferShapes } from "../ops/walk.js";

/** One axis of a constant, and what its slices are to their channels. */
export interface Ownership {
  readonly constant: string;
  readonly axis: number;
  readonly role: Role;
  /** The node that uses the constant. */
  readonly node: string;
}

/** Everything known about the channels of a graph. */
export interface ChannelMap {
  /** The class of each atom. */
  rootOf(atom: number): number;
  /** For every value and constant, the atoms of its axes. */
  readonly atoms: ReadonlyMap<string, AtomShape>;
  readonly owners: readonly Ownership[];
  /** Why a class cannot be removed; undefined where it can. */
  frozen(root: number): string | undefined;
  /** Whether an elementwise join of branches couples the class. */
  residual(root: number): boolean;
  /** The name of the node that first produces the class. */
  madeBy(root: number): string;
}

/** Atoms as a union-find forest; what is known of a class stands at its root. */
class Forest {
  readonly #parent: number[] = [];
  readonly #reason = new Map<number, string>();
  readonly #residual = new Set<number>();
  readonly #makers: string[] = [];

  fresh(count: number, maker: string): Atoms {
    return Int32Array.from({ length: count }, () => {
      this.#makers.push(maker);
      return this.#parent.push(this.#parent.length) - 1;
    });
  }

  root(atom: number): number {
    if (atom === FIXED) return FIXED;
    let root = atom;
    while (this.#parent[root] !== root) root = this.#parent[root]!;
    while (this.#parent[atom] !== root) [atom, this.#parent[atom]] = [this.#parent[atom]!, root];
    return root;
  }

  join(a: number, b: number, residual: boolean): void {
    const [p, q] = [this.root(a), this.root(b)];
    if (p === FIXED || q === FIXED) return this.freeze(p === FIXED ? q : p, "meets a channel of fixed width");
    const [first, second] = p < q ? [p, q] : [q, p];
    if (residual || this.#residual.has(second)) this.#residual.add(first);
    if (p === q) return;
    this.#parent[second] = first;
    const reason = this.#reason.get(first) ?? this.#reason.get(second);
    if (reason !== undefined) this.#reason.set(first, reason);
  }

  freeze(atom: number, reason: string): void {
    const root = this.root(atom);
    if (root !== FIXED && !this.#reason.has(root)) this.#reason.set(root, reason);
  }

  reason = (root: number): string | undefined => this.#reason.get(root);
  isResidual = (root: number): boolean => this.#residual.has(root);
  /** Of a class: its root is the atom that was there first. */
  maker = (root: number): string => this.#makers[root]!;
}

/** Follows the channels through the whole graph. */
export function mapChannels(graph: Graph): ChannelMap {
  const shapes = inferShapes(graph);
  const forest = new Forest();
  const atoms = new Map<string, AtomShape>();
  const owners: Ownership[] = [];
  for (const input of graph.inputs)
    atoms.set(
      input.name,
      input.shape.map(() => null),
    );
  for (const [name, tensor] of graph.constants)
    atoms.set(
      name,
      tensor.shape.map(() => null),
    );
  const claims = new Claims(forest, atoms, owners);
  for (const node of graph.nodes) {
    const outputs = opOf(node).atoms(
      node.attrs,
      node.inputs.map((name) => atoms.get(name)!),
      channelsOf(graph, node, shapes, forest, claims),
    );
    node.outputs.forEach((name, i) => atoms.set(name, outputs[i]!));
  }
  for (const name of graph.outputs) {
    for (const axis of atoms.get(name)!) axis?.forEach((atom) => forest.freeze(atom, "is an output of the network"));
  }
  return {
    ...{ rootOf: (atom) => forest.root(atom), atoms, owners },
    ...{ frozen: forest.reason, residual: forest.isResidual, madeBy: forest.maker },
  };
}

/** Which atoms own which axes of constants. An axis that two users claim belongs to both. */
class Claims {
  readonly #forest: Forest;
  readonly #atoms: Map<string, AtomShape>;
  readonly #owners: Ownership[];
  readonly #fixed = new Set<string>();

  constructor(forest: Forest, atoms: Map<string, AtomShape>, owners: Ownership[]) {
    this.#forest = forest;
    this.#atoms = atoms;
    this.#owners = owners;
  }

  add(owner: Ownership, atoms: Atoms | null | undefined): void {
    const { constant, axis } = owner;
    const known = this.#atoms.get(constant)!;
    const key = `${axis} ${constant}`;
    const existing = known[axis];
    if (!atoms || this.#fixed.has(key)) {
      this.#fixed.add(key);
      for (const list of [atoms, existing]) {
        list?.forEach((atom) => this.#forest.freeze(atom, `shares weights "${constant}" with a layer of fixed width`));
      }
      return;
    }
    this.#owners.push(owner);
    if (existing) existing.forEach((atom, i) => this.#forest.join(atom, atoms[i]!, false));
    else
      this.#atoms.set(
        constant,
        known.map((other, i) => (i === axis ? atoms : other)),
      );
  }
}

function channelsOf(
  graph: Graph,
  node: Node,
  shapes: ReadonlyMap<string, Shape>,
  forest: Forest,
  claims: Claims,
): Channels {
  const isConstant = (input: number) => graph.constants.has(node.inputs[input] ?? "");
  return {
    fresh: (count) => forest.fresh(count, node.name),
    join: (a, b, coupling) => a.forEach((atom, i) => forest.join(atom, b[i]!, coupling === "residual")),
    freeze: (atoms, reason) => atoms?.forEach((atom) => forest.freeze(atom, `${node.name}: ${reason}`)),
    own(input, axis, atoms, role) {
      if (isConstant(input)) claims.add({ constant: node.inputs[input]!, axis, role, node: node.name }, atoms);
    },
    isConstant,
    shape: (input) => shapes.get(node.inputs[input]!)!,
  };
}

/** For each axis of a value or constant, which elements stay when these classes go. */
export function keptOf(map: ChannelMap, name: string, removed: ReadonlySet<number>): Kept {
  return map.atoms.get(name)!.map((atoms) => {
    if (!atoms) return null;
    const mask = Uint8Array.from(atoms, (atom) => (removed.has(map.rootOf(atom)) ? 0 : 1));
    return mask.includes(0) ? mask : null;
  });
}
