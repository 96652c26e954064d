import type { Graph } from "../graph/graph.js";
import { GraphBuilder } from "./builder.js";

export interface LeNetOptions {
  /** Channels of the two convolutions. */
  readonly channels?: readonly [number, number];
  /** Features of the hidden dense layers. */
  readonly hidden?: readonly number[];
  readonly classes?: number;
  readonly seed?: number;
}

/**
 * LeNet-5 (LeCun et al. 1998, section II.B) for grey pictures of 28 x 28, padded by 2. The widths are the paper's; the parts are
 * those of today: relu and max pooling, every feature map seen by every filter, and a dense layer at the end.
 */
export function leNet({ channels = [6, 16], hidden = [120, 84], classes = 10, seed = 1 }: LeNetOptions = {}): Graph {
  const b = new GraphBuilder(seed);
  const first = b.relu("relu1", b.conv("conv1", b.input("input", [1, 1, 28, 28]), channels[0], 5, { bias: true }));
  const halved = b.maxPool("pool1", first, { kernel: 2, stride: 2 });
  const second = b.relu("relu2", b.conv("conv2", halved, channels[1], 5, { pad: 0, bias: true }));
  let x = b.node("flatten", "flatten", { axis: 1 }, [b.maxPool("pool2", second, { kernel: 2, stride: 2 })]);
  hidden.forEach((width, i) => (x = b.relu(`relu_fc${i + 1}`, b.gemm(`fc${i + 1}`, x, width))));
  return b.build("lenet5", [b.gemm("logits", x, classes)]);
}
