/** Operators that cannot be imported, collected so that one error tells of all. */
import { ModelError } from "../errors.js";

const NODES_SHOWN = 3;

export class Unsupported {
  readonly #nodes = new Map<string, string[]>();

  add(operator: string, node: string): void {
    this.#nodes.set(operator, [...(this.#nodes.get(operator) ?? []), node]);
  }

  throwIfAny(): void {
    if (this.#nodes.size === 0) return;
    const list = [...this.#nodes].map(([operator, nodes]) => `${operator} (${shorten(nodes)})`);
    throw new ModelError(
      `not supported: ${list.join("; ")}. Export with constants folded and other operators, remove them from the model, ` +
        'or see CONTRIBUTING.md, "Adding an operator"',
    );
  }
}

function shorten(nodes: readonly string[]): string {
  const shown = nodes.slice(0, NODES_SHOWN).join(", ");
  return nodes.length > NODES_SHOWN ? `${shown} and ${nodes.length - NODES_SHOWN} more` : shown;
}
