/** A network with other input shapes than it was compiled with: another batch, or another size of picture. */
import { EspalierError, ModelError, RequestError } from "../errors.js";
import type { Input, Network } from "../gen/network.js";
import { formatShape, type Shape } from "./shape.js";
import type { Checked } from "./verify.js";

/** Shapes by input name. */
export type Shapes = Readonly<Record<string, Shape>>;

type Verify = (network: Network) => Checked;

/** The network as if it had been compiled for these shapes, checked by `verify`. The network itself is checked already. */
export function resizeNetwork(
  network: Network,
  shapes: Shapes,
  verify: Verify,
): { readonly network: Network; readonly checked: Checked } {
  for (const name of Object.keys(shapes)) {
    if (!network.inputs.some((input) => input.name === name)) {
      throw new RequestError(`no such input; there is ${network.inputs.map((input) => input.name).join(", ")}`, name);
    }
  }
  const asked = (name: string) => (Object.hasOwn(shapes, name) ? shapes[name] : undefined);
  const inputs = network.inputs.map((input) => resizeInput(input, asked(input.name)));
  const resized = { ...network, inputs };
  try {
    const checked = verify(resized);
    checkPositions(network, resized, checked, verify);
    return { network: resized, checked };
  } catch (error) {
    throw error instanceof ModelError ? explain(error, network, inputs) : error;
  }
}

/** Which pixels a layer computes is said for planes of one size. */
function checkPositions(before: Network, after: Network, { shapes }: Checked, verify: Verify): void {
  const layers = after.layers.filter(({ op }) => op.type === "convolution" && op.positions);
  if (layers.length === 0) return;
  const { shapes: known } = verify(before);
  for (const layer of layers) {
    const value = after.inputs.length + after.layers.indexOf(layer);
    if (shapes[value]![2] === known[value]![2] && shapes[value]![3] === known[value]![3]) continue;
    throw new ModelError("computes some positions only, which are said for planes of one size", layer.name);
  }
}

function resizeInput(input: Input, shape: Shape | undefined): Input {
  if (shape === undefined) return input;
  if (shape.length !== input.shape.length || !shape.every((size) => Number.isSafeInteger(size) && size >= 1)) {
    throw new RequestError(
      `shape ${formatShape(shape)} was asked for; expected ${input.shape.length} sizes as in ${formatShape(input.shape)}`,
      input.name,
    );
  }
  const { preprocessing } = input;
  if (!preprocessing) return { ...input, shape };
  const [height, width] = (preprocessing.layout === "nchw" ? shape.slice(2) : shape.slice(1)) as [number, number];
  return { ...input, shape, preprocessing: { ...preprocessing, width, height } };
}

/** What the layer says, and that it is the size that does not fit. */
function explain(error: EspalierError, network: Network, inputs: readonly Input[]): ModelError {
  const changed = network.inputs.flatMap(({ name, shape }, i) => {
    const asked = inputs[i]!.shape;
    return asked === shape ? [] : [`${name} was compiled as ${formatShape(shape)}, ${formatShape(asked)} does not fit`];
  });
  const message = error.where === undefined ? error.message : error.message.slice(error.where.length + 2);
  return new ModelError(`${message} (${changed.join("; ")})`, error.where, { cause: error });
}
