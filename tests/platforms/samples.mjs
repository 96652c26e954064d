/**
 * The networks that every platform runs, with inputs and the outputs of this Node's baseline build, as data that every platform
 * reads: JSON, bytes in base64.
 */
import jpeg from "jpeg-js";

const CLASSES = 10;

/** A MobileNet of three stages: [expansion, channels, repeats, stride]. */
const SMALL = {
  stages: [
    [1, 8, 1, 1],
    [6, 12, 2, 2],
    [6, 16, 2, 2],
  ],
  stem: 8,
  head: 64,
  size: 64,
  classes: 16,
};

export async function makeSamples() {
  const { compile, load } = await import("../../dist/src/index.js");
  const { mobilenetV2, resnet } = await import("../../dist/src/models/index.js");
  const { normal } = await import("../../dist/src/random.js");
  const { everyLayer } = await import("../../dist/tests/runtime/samples.js");
  const classifier = { ...resnet({ depth: 8, width: 8 }), about: ABOUT };
  const graphs = [classifier, mobilenetV2(SMALL), everyLayer()];
  const networks = [];
  for (const graph of graphs) {
    const network = new Uint8Array(compile(graph));
    const session = await load(network, { build: "baseline" });
    const inputs = Object.fromEntries(
      session.inputs.map(({ name, shape }) => [name, Float32Array.from({ length: sizeOf(shape) }, normal(7))]),
    );
    const outputs = session.run(inputs);
    networks.push({ name: graph.name, network: base64(network), inputs: encoded(inputs), outputs: encoded(outputs) });
  }
  return { networks, classifier: await classifierOf(networks[0].network) };
}

const ABOUT = {
  labels: Array.from({ length: CLASSES }, (_, i) => `kind ${i}`),
  task: "classes",
  preprocessing: {
    input: {
      width: 32,
      height: 32,
      layout: "nchw",
      colour: "rgb",
      mean: [0.485, 0.456, 0.406],
      std: [0.229, 0.224, 0.225],
    },
  },
  provenance: [],
};

/** Pictures as files and as pixels, and the classes that this Node finds in them, whole and cut to the input's proportions. */
async function classifierOf(network) {
  const { encodePng } = await import("../../dist/src/data/png.js");
  const { classes, load, pixels } = await import("../../dist/src/runtime/index.js");
  const session = await load(Buffer.from(network, "base64"), { build: "baseline" });
  const picture = gradient(60, 44);
  const png = encodePng({ ...picture, channels: 3, pixels: picture.data });
  const rgba = Uint8Array.from({ length: 60 * 44 * 4 }, (_, i) =>
    i % 4 === 3 ? 255 : picture.data[3 * (i >> 2) + (i % 4)],
  );
  const file = jpeg.encode({ ...picture, data: rgba }, 95).data;
  const found = (given, fit) => classes(session, session.run(pixels(session, given, { fit })), { probabilities: true });
  const decoded = jpeg.decode(file, { useTArray: true });
  return {
    network,
    pictures: { "picture.png": base64(png), "picture.jpg": base64(file) },
    pixels: { ...picture, data: base64(picture.data) },
    input: base64(new Uint8Array(pixels(session, picture).input.buffer)),
    found: {
      "picture.png": found(picture, "fill"),
      "picture.jpg": found(decoded, "fill"),
      "picture.png, cover": found(picture, "cover"),
    },
  };
}

function gradient(width, height) {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const [pixel, colour] = [Math.floor(i / 3), i % 3];
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    return [4 * x, 5 * y, (x * y) % 256][colour];
  });
  return { width, height, data };
}

const sizeOf = (shape) => shape.reduce((product, size) => product * size, 1);
const base64 = (bytes) => Buffer.from(bytes).toString("base64");
const encoded = (arrays) =>
  Object.fromEntries(Object.entries(arrays).map(([name, { buffer }]) => [name, base64(new Uint8Array(buffer))]));
