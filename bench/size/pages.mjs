/** THE list of pages whose downloads are counted: what they do, and the networks they do it with. */
const code = (finder) => `
  import { ${finder}, load, pixels } from "espalier/runtime";
  export async function answer(network, picture) {
    const session = await load(network);
    return ${finder}(session, session.run(pixels(session, picture)));
  }`;

/** `promised`: with one engine it has to fit into what is promised. */
export const PAGES = [
  { name: "pictures to classes, dense networks", code: code("classes"), networks: denseNetworks, promised: true },
  { name: "... with layers that few have", code: code("classes"), networks: rareNetworks },
  { name: "... sparse networks", code: code("classes"), networks: sparseNetworks },
  { name: "pictures to boxes", code: code("boxes"), networks: detectors },
];

/** Architectures of the models, and one that has lost channels. */
async function denseNetworks({ MODELS, pruned }) {
  const whole = ["lenet5", "resnet20_32", "mobilenet_v2_32", "squeezenet1_1"].map((name) => MODELS[name]());
  return [...whole, await pruned("l1", "macs=0.5")];
}

/** Zeros single, in patterns that channels share, and pixels that are not computed. */
async function sparseNetworks({ pruned }) {
  return [
    await pruned("magnitude", "weights=0.1"),
    await pruned("strided", "macs=0.5"),
    await pruned("perforate", "macs=0.5"),
  ];
}

/** A transposed convolution, a normalisation and a resampling. */
function rareNetworks({ GraphBuilder }) {
  const b = new GraphBuilder(3);
  const x = b.relu("relu", b.conv("conv", b.input("input", [1, 3, 32, 32]), 8, 3, { stride: 2 }));
  const up = { strides: [2, 2], dilations: [1, 1], pads: [0, 0, 0, 0], outputPadding: [0, 0], groups: 1 };
  const y = b.node("up", "transposed-conv", up, [x, b.weights("up.weight", [8, 4, 2, 2], 0.2)]);
  const scale = [b.weights("scale", [4], 1), b.weights("bias", [4], 1)];
  const normed = b.node("normed", "instance-norm", { epsilon: 1e-3 }, [y, ...scale]);
  return [b.build("rare", [b.gemm("logits", b.globalPool(normed), 10)])];
}

function detectors({ detector }) {
  return [detector()];
}
