import { RequestError } from "../../errors.js";
import { allNames, freshName } from "../../graph/edit.js";
import { makeNode } from "../../ops/index.js";
import { branchNodes, cannotBypass, filterLayers, type Place, withoutBranch } from "../blocks.js";
import { type EditKind, type EditOf, nodeNamed } from "./edit.js";

/** A residual sum that becomes its shortcut; the branch goes, and whatever only the branch needs. */
export interface BypassEdit extends EditOf<"bypass"> {
  /** Which of the sum's inputs the branch is. */
  readonly branch: Place;
  /** The layers with filters that go, in running order. */
  readonly layers: readonly string[];
}

/** Made behind the cuts, so that units have the names and widths of the network that the plan was made for. */
export const bypass: EditKind<BypassEdit> = {
  kind: "bypass",
  form: "{node: a sum, branch: which of its inputs goes, 0 or 1, layers: [names of the layers with filters that go with it]}",
  afterCuts: true,

  fits: ({ branch, layers }) =>
    (branch === 0 || branch === 1) && Array.isArray(layers) && layers.every((name) => typeof name === "string"),

  check({ node: name, branch, layers }, graph) {
    const reason = cannotBypass(graph, nodeNamed(graph, name));
    if (reason !== undefined) throw new RequestError(reason, name);
    const going = filterLayers(graph, branchNodes(graph, name, branch));
    if (going.join() === layers.join()) return;
    const list = (names: readonly string[]) => names.join(", ") || "none";
    throw new RequestError(
      `the layers ${list(going)} go with this branch here, ${list(layers)} in the plan; the plan is another network's`,
      name,
    );
  },

  apply: ({ node, branch }, graph) => withoutBranch(graph, node, branch),

  // The branch times zero.
  masked({ node: name, branch }, graph) {
    const node = nodeNamed(graph, name);
    const taken = allNames(graph);
    const [zero, silent] = [freshName(`${name}:zero`, taken), freshName(`${name}:silent`, taken)];
    const product = makeNode("mul", {}, [node.inputs[branch]!, zero], silent);
    const sum = { ...node, inputs: node.inputs.map((input, place) => (place === branch ? silent : input)) };
    const nodes = graph.nodes.flatMap((other) => (other === node ? [product, sum] : [other]));
    const constants = new Map(graph.constants).set(zero, { shape: [], data: Float32Array.of(0) });
    return { ...graph, nodes, constants };
  },
};
