/** One ONNX node after the other: computed now, turned into graph nodes, or told to be unsupported. */
import { ModelError } from "../errors.js";
import { freshName } from "../graph/edit.js";
import type { onnx } from "../gen/onnx.js";
import { elementType } from "./element-types.js";
import { foldFor, isFoldable } from "./fold/index.js";
import { type ImportScope, within } from "./import-scope.js";
import { OnnxNode } from "./onnx-node.js";
import { IMPORTERS, SEVERAL_OUTPUTS } from "./ops/index.js";
import { followQuantised } from "./quantised.js";
import { followSignals } from "./signals.js";
import { Unsupported } from "./unsupported.js";

export type NodeProto = onnx.NodeProto.$Properties;

const DEFAULT_DOMAINS: readonly string[] = ["", "ai.onnx"];
export const isDefaultDomain = (domain: string | null | undefined): boolean => DEFAULT_DOMAINS.includes(domain ?? "");

/** What people call the outputs that are most often asked for in vain. */
const OUTPUT_NAMES: Readonly<Record<string, readonly string[]>> = {
  BatchNormalization: ["Y", "running_mean", "running_var"],
  LayerNormalization: ["Y", "Mean", "InvStdDev"],
  MaxPool: ["Y", "Indices"],
};

/** The nodes' own names, or operator and number; all different. */
export function nameNodes(protos: readonly NodeProto[]): { names: readonly string[]; taken: Set<string> } {
  const taken = new Set<string>();
  // Given names first, so that no made-up name takes one away.
  const given = protos.map(({ name }) => (name ? freshName(name, taken) : ""));
  const names = given.map((name, i) => name || freshName(`${protos[i]!.opType ?? "node"}_${i}`, taken));
  return { names, taken };
}

/** All values that some output depends on. */
export function neededValues(protos: readonly NodeProto[], outputs: readonly string[]): Set<string> {
  const needed = new Set(outputs);
  for (const { input, output } of [...protos].reverse()) {
    if (output?.some((name) => needed.has(name))) input?.forEach((name) => needed.add(name));
  }
  needed.delete("");
  return needed;
}

/** Whether the output is integers: as a rule, like the first input. */
function givesWhole(node: OnnxNode): boolean {
  if (node.type === "Cast") return elementType(node.attributes.int("to") ?? 0).kind === "int";
  return node.isWhole(node.type === "Where" ? 1 : 0);
}

class NodeImport {
  readonly unsupported = new Unsupported();
  /** Values behind an unsupported operator: nothing can be said about them. */
  readonly #unknown = new Set<string>();
  readonly #scope: ImportScope;
  readonly #needed: ReadonlySet<string>;

  constructor(scope: ImportScope, needed: ReadonlySet<string>) {
    this.#scope = scope;
    this.#needed = needed;
  }

  importNode(node: OnnxNode, domain: string): void {
    const inputs = node.inputs.filter((name) => name !== "");
    const behindUnknown = inputs.some((name) => this.#unknown.has(name));
    inputs.filter((name) => !this.#unknown.has(name)).forEach((name) => this.#scope.shape(name));
    const isKnown = isDefaultDomain(domain) && (IMPORTERS.has(node.type) || isFoldable(node.type));
    if (!isKnown) return this.#refuse(node, isDefaultDomain(domain) ? node.type : `${domain}.${node.type}`);
    if (behindUnknown) return node.outputs.forEach((name) => this.#unknown.add(name));
    if (!SEVERAL_OUTPUTS.has(node.type)) this.#refuseSecondOutput(node);
    const fold = this.#scope.quantised.has(node.inputs[0] ?? "") ? undefined : foldFor(node);
    if (fold) return this.#scope.defineComputed(node.outputs[0]!, fold(node));
    const importer = IMPORTERS.get(node.type);
    if (!importer) return this.#refuse(node, `${node.type} of computed values`);
    followQuantised(node, (read) => followSignals(read, importer));
    if (givesWhole(node)) this.#scope.markWhole(node.outputs[0]!);
  }

  #refuse(node: OnnxNode, operator: string): void {
    this.unsupported.add(operator, node.name);
    node.outputs.forEach((name) => this.#unknown.add(name));
  }

  #refuseSecondOutput(node: OnnxNode): void {
    if (node.type === "DynamicQuantizeLinear") return;
    const second = node.outputs.findIndex((name, i) => i > 0 && this.#needed.has(name));
    if (second <= 0) return;
    const name = OUTPUT_NAMES[node.type]?.[second];
    const output = name ? `output ${second} (${name})` : `output ${second}`;
    throw new ModelError(`${output} of ${node.type} is used; only the first one is supported`);
  }
}

/** Nodes that left nothing in the graph. */
export interface Absent {
  /** Computed during the import. */
  readonly computed: readonly NodeProto[];
  /** No output depends on them. */
  readonly unneeded: readonly NodeProto[];
}

/** Nodes that no output depends on are left out. */
export function importNodes(
  protos: readonly NodeProto[],
  names: readonly string[],
  needed: ReadonlySet<string>,
  scope: ImportScope,
): Absent {
  const state = new NodeImport(scope, needed);
  const isNeeded = (proto: NodeProto) => proto.output?.some((name) => needed.has(name)) ?? false;
  protos.forEach((proto, i) => {
    if (!isNeeded(proto)) return;
    const name = names[i]!;
    within(name, () => state.importNode(new OnnxNode(proto, name, scope), proto.domain ?? ""));
  });
  state.unsupported.throwIfAny();
  return {
    computed: protos.filter((proto) => isNeeded(proto) && scope.constant(proto.output![0]!)),
    unneeded: protos.filter((proto) => !isNeeded(proto)),
  };
}
