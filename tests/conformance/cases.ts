/** ONNX's backend test cases as networks: where they lie, and how each is run and compared. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { compile } from "../../src/compile/encode.js";
import { onnx } from "../../src/gen/onnx.js";
import { importOnnx } from "../../src/onnx/import.js";
import { readTensorFile } from "../../src/onnx/tensor-file.js";
import { type Build, load, type Session } from "../../src/runtime/index.js";

/** Folders of cases, in the order in which they are run. */
export const GROUPS = ["node", "node-latest", "pytorch-converted", "pytorch-operator", "simple"] as const;

export interface Case {
  /** `group/test_name`. */
  readonly name: string;
  readonly folder: string;
}

const FLOAT_TYPES = new Set([1, 10, 11, 16]);

export function findCases(root: string): Case[] {
  return GROUPS.filter((group) => existsSync(join(root, group))).flatMap((group) =>
    readdirSync(join(root, group))
      .filter((name) => name.startsWith("test_"))
      .sort()
      .map((name) => ({ name: `${group}/${name}`, folder: join(root, group, name) })),
  );
}

/**
 * Runs a case. Inputs that are floats are computed values first; where that is not possible only the first input is, and the
 * others (filters, sizes, bounds) are constants, as networks have them. Throws what the last attempt threw.
 */
export async function runCase({ folder }: Case, build: Build): Promise<void> {
  const model = onnx.ModelProto.decode(readFileSync(join(folder, "model.onnx")));
  const given = givenInputs(model);
  const inputs = given.map(({ name }) => name!);
  const floats = given.filter(({ type }) => FLOAT_TYPES.has(type?.tensorType?.elemType ?? 0)).map(({ name }) => name!);
  const attempts = [floats.length > 0 ? floats : inputs, inputs.slice(0, 1)];
  try {
    await runWith(folder, model, attempts[0]!, build);
  } catch (error) {
    if (attempts[0]!.length === attempts[1]!.length) throw error;
    await runWith(folder, model, attempts[1]!, build);
  }
}

/** Inputs that come in files: all that are not initialised. */
function givenInputs(model: onnx.ModelProto): readonly onnx.ValueInfoProto.$Properties[] {
  const initialised = new Set((model.graph?.initializer ?? []).map(({ name }) => name));
  return (model.graph?.input ?? []).filter(({ name }) => !initialised.has(name));
}

async function runWith(
  folder: string,
  model: onnx.ModelProto,
  computed: readonly string[],
  build: Build,
): Promise<void> {
  const names = givenInputs(model).map(({ name }) => name!);
  const constants = names.flatMap((name, i) => {
    if (computed.includes(name)) return [];
    const tensor = onnx.TensorProto.decode(readDataSet(folder, `input_${i}.pb`));
    tensor.name = name;
    return [tensor];
  });
  const graph = {
    ...model.graph!,
    input: givenInputs(model).filter(({ name }) => computed.includes(name!)),
    initializer: [...(model.graph!.initializer ?? []), ...constants],
  };
  const bytes = onnx.ModelProto.encode({ ...model, graph }).finish();
  const session = await load(compile(importOnnx(bytes).graph), { build });
  const given = session.inputs.map(
    ({ name }) => [name, readNumbers(folder, `input_${names.indexOf(name)}.pb`)] as const,
  );
  compare(folder, session, session.run(Object.fromEntries(given)));
  session.dispose();
}

const readDataSet = (folder: string, file: string) => readFileSync(join(folder, "test_data_set_0", file));
const readNumbers = (folder: string, file: string) => readTensorFile(readDataSet(folder, file)).tensor.data;

/** The tolerances that the cases are meant for; equal infinities and NaN are equal. */
function compare(folder: string, session: Session, outputs: Record<string, Float32Array>): void {
  session.outputs.forEach(({ name }, i) => {
    const expected = readNumbers(folder, `output_${i}.pb`);
    const actual = outputs[name]!;
    if (actual.length !== expected.length)
      throw new Error(`${name}: ${actual.length} numbers, expected ${expected.length}`);
    expected.forEach((value, k) => {
      const near = Math.abs(value - actual[k]!) <= 1e-5 + 1e-3 * Math.abs(value);
      if (!near && !Object.is(value, actual[k]!)) throw new Error(`${name}[${k}]: ${actual[k]}, expected ${value}`);
    });
  });
}
