/** One ONNX node after the other: computed now, turned into graph nodes, or told to be unsupported. */
import { ModelError } from "../errors.js";
import { freshName } from "../graph/edit.js";
import type { onnx } from "../gen/onnx.js";
import { elementType } from "./element-types.js";
import { foldFor, isFoldable } from "./fold/index.js";
import { type ImportScope, within } from "./import-scope.js";
import { OnnxNode } from "./onnx-node.js";
import { IMPORTERS } from "./ops/index.js";
import { Unsupported } from "./unsupported.js";

export type NodeProto = onnx.NodeProto.$Properties;

const DEFAULT_DOMAINS: readonly string[] = ["", "ai.onnx"];
export const isDefaultDomain = (domain: string | null | undefined): boolean => DEFAULT_DOMAINS.includes(domain ?? "");

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
    this.#refuseSecondOutput(node);
    const fold = foldFor(node);
    if (fold) return this.#scope.defineComputed(node.outputs[0]!, fold(node));
    const importer = IMPORTERS.get(node.type);
    if (!importer) return this.#refuse(node, `${node.type} of computed values`);
    importer(node);
    if (givesWhole(node)) this.#scope.markWhole(node.outputs[0]!);
  }

  #refuse(node: OnnxNode, operator: string): void {
    this.unsupported.add(operator, node.name);
    node.outputs.forEach((name) => this.#unknown.add(name));
  }

  #refuseSecondOutput(node: OnnxNode): void {
    const second = node.outputs.findIndex((name, i) => i > 0 && this.#needed.has(name));
    if (second > 0) throw new ModelError(`output ${second} of ${node.type} is used; only the first one is supported`);
  }
}

/** Nodes that no output depends on are left out. */
export function importNodes(
  protos: readonly NodeProto[],
  names: readonly string[],
  needed: ReadonlySet<string>,
  scope: ImportScope,
): void {
  const state = new NodeImport(scope, needed);
  protos.forEach((proto, i) => {
    if (!proto.output?.some((name) => needed.has(name))) return;
    const name = names[i]!;
    within(name, () => state.importNode(new OnnxNode(proto, name, scope), proto.domain ?? ""));
  });
  state.unsupported.throwIfAny();
}
