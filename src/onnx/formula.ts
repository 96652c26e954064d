/** ONNX operators that are one formula, and differ from ours in names and in the attributes' defaults only. */
import type { AttrsOf, OpName } from "../ops/index.js";
import { floatAttribute } from "./attributes.js";
import type { Exporter } from "./export-scope.js";
import type { Importer } from "./onnx-node.js";

/** For each attribute of ours what ONNX calls it, and its value where it is left out. */
export type Defaults<K extends OpName> = {
  readonly [A in keyof AttrsOf<K>]: readonly [theirs: string, otherwise: number];
};

type Rows = readonly [ours: string, row: readonly [theirs: string, otherwise: number]][];

export function importFormula<K extends OpName>(op: K, defaults: Defaults<K>): Importer {
  const rows = Object.entries(defaults) as unknown as Rows;
  return (node) => {
    const numbers = rows.map(
      ([ours, [theirs, otherwise]]) => [ours, node.attributes.float(theirs) ?? otherwise] as const,
    );
    node.emit(op, Object.fromEntries(numbers) as AttrsOf<K>, [node.value(0)]);
  };
}

export function exportFormula<K extends OpName>(type: string, defaults: Defaults<K>): Exporter<K> {
  const rows = Object.entries(defaults) as unknown as Rows;
  return ({ attrs, inputs, outputs, name }, scope) => {
    const numbers = attrs as Readonly<Record<string, number>>;
    const attributes = rows.map(([ours, [theirs]]) => floatAttribute(theirs, numbers[ours]!));
    scope.add(type, inputs, outputs[0]!, name, attributes);
  };
}
