/** What goes from a network: classes of channels, and residual blocks whose units have none left. */
import type { Graph } from "../graph/graph.js";
import { applyCuts } from "./apply.js";
import { type Block, type Ending, withoutBranch } from "./blocks.js";
import type { Edit } from "./edits/index.js";
import type { UnitMap } from "./units.js";

export interface Removal {
  /** None of them is in a block that goes. */
  readonly classes: ReadonlySet<number>;
  /** None of them is inside another one. */
  readonly blocks: readonly Block[];
}

/** When these classes are removed, an ending for each unit that lost all of its own. */
export function removalOf(removed: ReadonlySet<number>, endings: readonly Ending[]): Removal {
  const over = endings.filter(({ unit: { roots } }) => roots.every((root) => removed.has(root)));
  if (over.length === 0) return { classes: removed, blocks: [] };
  const inside = new Set(over.flatMap((ending) => ending.inside.flatMap(({ roots }) => roots)));
  const blocks = over.map(({ block }) => block);
  return {
    classes: new Set([...removed].filter((root) => !inside.has(root))),
    blocks: blocks.filter(({ name }) => !blocks.some(({ nodes }) => nodes.includes(name))),
  };
}

/** The network without what goes. */
export function withoutRemoved({ graph, channels }: UnitMap, { classes, blocks }: Removal): Graph {
  const cut = applyCuts(graph, channels, classes).graph;
  return blocks.reduce((current, { name, branch }) => withoutBranch(current, name, branch), cut);
}

/** The blocks as a plan says it. */
export const bypassesOf = (blocks: readonly Block[]): Edit[] =>
  blocks.map(({ name, branch, layers }) => ({ kind: "bypass", node: name, branch, layers }));
