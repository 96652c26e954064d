/** Attributes of ONNX nodes, read with their types checked, and written. */
import { ModelError } from "../errors.js";
import type { onnx } from "../gen/onnx.js";
import { toNumber } from "./decode.js";
import type { TensorProto } from "./tensor-proto.js";

export type AttributeProto = onnx.AttributeProto.$Properties;

/** ONNX's numbers of the attribute types that are read here. */
const TYPES = { FLOAT: 1, INT: 2, STRING: 3, TENSOR: 4, FLOATS: 6, INTS: 7 } as const;

/** A getter answers undefined where the attribute is absent and throws where it has another type. */
export class Attributes {
  readonly #byName: ReadonlyMap<string, AttributeProto>;

  constructor(protos: readonly AttributeProto[]) {
    this.#byName = new Map(protos.map((proto) => [proto.name ?? "", proto]));
  }

  get names(): readonly string[] {
    return [...this.#byName.keys()];
  }

  int(name: string): number | undefined {
    const proto = this.#find(name, "INT");
    return proto && toNumber(proto.i);
  }

  float(name: string): number | undefined {
    const proto = this.#find(name, "FLOAT");
    return proto && (proto.f ?? 0);
  }

  text(name: string): string | undefined {
    const proto = this.#find(name, "STRING");
    return proto && new TextDecoder().decode(proto.s ?? new Uint8Array());
  }

  ints(name: string): number[] | undefined {
    return this.#find(name, "INTS")?.ints?.map(toNumber);
  }

  floats(name: string): number[] | undefined {
    return this.#find(name, "FLOATS")?.floats ?? undefined;
  }

  tensor(name: string): TensorProto | undefined {
    return this.#find(name, "TENSOR")?.t ?? undefined;
  }

  /** Models from before IR version 2 leave the type out: 0. */
  #find(name: string, type: keyof typeof TYPES): AttributeProto | undefined {
    const proto = this.#byName.get(name);
    if (proto?.type && proto.type !== TYPES[type]) {
      throw new ModelError(`attribute "${name}" has type number ${proto.type}, expected ${TYPES[type]} (${type})`);
    }
    return proto;
  }
}

export const intAttribute = (name: string, i: number): AttributeProto => ({ name, type: TYPES.INT, i });
export const floatAttribute = (name: string, f: number): AttributeProto => ({ name, type: TYPES.FLOAT, f });
export const intsAttribute = (name: string, ints: readonly number[]): AttributeProto => ({
  name,
  type: TYPES.INTS,
  ints: [...ints],
});
export const textAttribute = (name: string, text: string): AttributeProto => ({
  name,
  type: TYPES.STRING,
  s: new TextEncoder().encode(text),
});
