/** The backward records of a network: each stage's gradients, in reverse order, with as few copies as possible. */
import { TrainingKernel } from "../../assembly/training/abi.js";
import { ModelError } from "../errors.js";
import { type Shape, sizeOf } from "../graph/graph.js";
import { atNode } from "../ops/walk.js";
import type { Place } from "../runtime/site.js";
import type { BackwardSite } from "./gradients/gradient.js";
import { addOrCopy } from "./gradients/pieces.js";
import { type PlannedNetwork, type Stage } from "./network.js";
import type { ParameterLayout } from "./parameters.js";
import { NO_CLAMP, type Records, type Value } from "./records.js";

/** What gradients are asked for. */
export interface Asked {
  /** Where those of parameters go. */
  readonly parameters?: { readonly layout: ParameterLayout; readonly at: Place };
  /** Where those of values in between go, by their names. */
  readonly values?: ReadonlyMap<string, Place>;
}

export class BackwardPass {
  readonly #network: PlannedNetwork;
  readonly #records: Records;
  readonly #asked: Asked;
  /** Where the gradient of each value stands, as far as it is known. */
  readonly #gradients = new Map<string, Place>();
  /** How many values' gradients a buffer holds at the moment. */
  readonly #owners = new Map<number, number>();
  readonly #written = new Set<string>();
  /** Values that anything asked for is in front of. */
  readonly #wanted: ReadonlySet<string>;

  constructor(network: PlannedNetwork, records: Records, asked: Asked) {
    this.#network = network;
    this.#records = records;
    this.#asked = asked;
    this.#wanted = wantedValues(network, asked);
    checkGradients(network, this.#wanted, asked);
  }

  /** Plans all backward records, from the gradients of some values. */
  run(from: ReadonlyMap<string, Place>): void {
    from.forEach((dy, name) => this.#give(name, dy));
    for (const stage of [...this.#network.stages].reverse()) {
      const place = this.#gradients.get(stage.output);
      if (place === undefined || !this.#wanted.has(stage.output)) continue;
      this.#records.beginLayer();
      const asked = this.#asked.values?.get(stage.output);
      if (asked) addOrCopy(this.#records, place, asked, undefined, sizeOf(this.#network.shapes.get(stage.output)!));
      atNode(stage.node, () => this.#backwardStage(stage, place));
      this.#take(stage.output);
    }
  }

  #backwardStage(stage: Stage, place: Place): void {
    const output = this.#network.values.get(stage.output)!;
    const { node, gradient, clamp } = stage;
    const behind = clamp === NO_CLAMP || gradient!.unclamps;
    const dy: Value = { shape: output.shape, place: behind ? place : this.#throughClamp(stage, output, place) };
    const site: BackwardSite<object, unknown> = {
      ...this.#network.site(stage),
      kept: this.#network.kept.get(stage),
      output,
      dy,
      clamp,
      wants: (input) => this.#wanted.has(node.inputs[input] ?? ""),
      gradient: (input, write, how) => this.#gradient(node.inputs[input]!, dy, write, how),
      pass: (input) => this.#pass(node.inputs[input]!, dy),
      parameter: (input) => this.#parameter(node.inputs[input]),
      temporary: (shape) => ({ shape, place: this.#fresh(shape) }),
    };
    gradient!.backward(site);
  }

  /** The gradient in front of the clamp that the stage took over. */
  #throughClamp({ clamp, output: name }: Stage, output: Value, g: Place): Place {
    const y = this.#isOwn(g) ? g : this.#fresh(output.shape);
    const fields = { x: output.place, g, y, count: sizeOf(output.shape), alpha: clamp.lo, beta: clamp.hi };
    this.#records.each(TrainingKernel.ClipGradient, fields);
    if (y !== g) {
      this.#take(name);
      this.#give(name, y);
    }
    return y;
  }

  #gradient(name: string, dy: Value, write: (y: Place, z: Place | undefined) => void, how?: "last" | "apart"): void {
    if (!this.#wanted.has(name)) return;
    const z = this.#gradients.get(name);
    const shape = this.#network.shapes.get(name)!;
    const over = z !== undefined && how !== "apart" && this.#isOwn(z) ? z : undefined;
    const replaced =
      how === "last" && this.#isOwn(dy.place) && sizeOf(shape) === sizeOf(dy.shape) ? dy.place : undefined;
    const y = over ?? replaced ?? this.#fresh(shape);
    write(y, z);
    if (z !== undefined) this.#take(name);
    this.#give(name, y);
  }

  #pass(name: string, dy: Value): void {
    if (!this.#wanted.has(name)) return;
    if (!this.#gradients.has(name)) return this.#give(name, dy.place);
    this.#gradient(name, dy, (y, z) => addOrCopy(this.#records, dy.place, y, z, sizeOf(dy.shape)));
  }

  #parameter(name: string | undefined): { place: Place; mode: 0 | 1 } | undefined {
    const { parameters } = this.#asked;
    const parameter = name === undefined ? undefined : parameters?.layout.get(name);
    if (!parameter) return undefined;
    const mode = this.#written.has(parameter.name) ? 1 : 0;
    this.#written.add(parameter.name);
    return { place: { ...parameters!.at, offset: parameter.offset }, mode };
  }

  #fresh(shape: Shape): Place {
    return this.#records.buffers.add(4 * sizeOf(shape), true);
  }

  #give(name: string, place: Place): void {
    this.#gradients.set(name, place);
    this.#owners.set(place.value, (this.#owners.get(place.value) ?? 0) + 1);
  }

  #take(name: string): void {
    const place = this.#gradients.get(name)!;
    this.#gradients.delete(name);
    this.#owners.set(place.value, this.#owners.get(place.value)! - 1);
  }

  /** Whether one value's gradient alone is in a buffer, and no record of this group reads it later. */
  #isOwn(place: Place): boolean {
    return this.#owners.get(place.value) === 1 && !this.#records.isHeld(place);
  }
}

/** Values between what is asked for and the output. */
function wantedValues(network: PlannedNetwork, { parameters, values }: Asked): Set<string> {
  const wanted = new Set<string>();
  for (const { node, output } of network.stages) {
    const isBehind = node.inputs.some((name) => wanted.has(name) || parameters?.layout.get(name));
    if (isBehind || values?.has(output)) wanted.add(output);
  }
  return wanted;
}

/** Throws a `ModelError` that names every operator without a gradient that would have to be passed through. */
function checkGradients(network: PlannedNetwork, wanted: ReadonlySet<string>, { parameters }: Asked): void {
  const without = network.stages.filter(({ gradient, output }) => !gradient && wanted.has(output));
  if (without.length === 0) return;
  const names = [...new Set(without.map(({ node }) => node.op))];
  const list = names.map((op) => {
    const nodes = without.filter(({ node }) => node.op === op).map(({ node }) => node.name);
    return `${op} (${nodes.slice(0, 3).join(", ")}${nodes.length > 3 ? ", ..." : ""})`;
  });
  const missing = `no gradient for ${list.join("; ")}`;
  if (!parameters) throw new ModelError(`${missing}, and values in front of that are asked for`);
  throw new ModelError(`cannot be trained: ${missing}; prune it without training instead`);
}
