import { suite } from "uvu";
import * as assert from "uvu/assert";
import { fillInput } from "../../src/data/preprocess.js";
import { uniform } from "../../src/random.js";
import { type Pixels, pixels } from "../../src/runtime/index.js";

const test = suite("runtime/pixels");

type Described = Parameters<typeof pixels>[0];
type Preprocessing = NonNullable<Described["inputs"][number]["preprocessing"]>;

const PLAIN: Preprocessing = { width: 5, height: 4, layout: "nchw", colour: "rgb", mean: [], std: [] };

function session(change: Partial<Preprocessing> = {}, batch = 1): Described {
  const preprocessing = { ...PLAIN, ...change };
  const { width, height, layout, colour } = preprocessing;
  const channels = colour === "grey" ? 1 : 3;
  const shape = layout === "nchw" ? [batch, channels, height, width] : [batch, height, width, channels];
  return { name: "net", inputs: [{ name: "x", shape, preprocessing }] };
}

function picture(width: number, height: number, channels: number, seed = 1): Pixels {
  const next = uniform(seed);
  return { width, height, data: Uint8ClampedArray.from({ length: width * height * channels }, () => 256 * next()) };
}

/** The same without the fourth sample of each pixel. */
function opaque({ width, height, data }: Pixels): Pixels {
  return { width, height, data: data.filter((_, i) => i % 4 !== 3) };
}

/** What the toolkit makes of it, which is what accuracy is measured with. */
function ofToolkit({ inputs }: Described, { width, height, data }: Pixels): Float32Array {
  const channels = (data.length / (width * height)) as 1 | 3;
  const out = new Float32Array(inputs[0]!.shape.reduce((product, size) => product * size, 1));
  fillInput({ width, height, channels, pixels: new Uint8Array(data) }, inputs[0]!.preprocessing!, out);
  return out;
}

const NORMALISED = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
const SIZES = [
  [5, 4],
  [17, 13],
  [3, 2],
  [3, 13],
  [50, 3],
  [1, 1],
] as const;

for (const colour of ["rgb", "bgr", "grey"] as const) {
  for (const layout of ["nchw", "nhwc"] as const) {
    test(`every size and kind of picture gives the toolkit's bits: ${colour}, ${layout}`, () => {
      const numbers = colour === "grey" ? { mean: [0.5], std: [0.25] } : NORMALISED;
      const into = session({ colour, layout, ...numbers });
      for (const [width, height] of SIZES) {
        for (const channels of [1, 3]) {
          const given = picture(width, height, channels);
          assert.equal(pixels(into, given)["x"], ofToolkit(into, given), `${width} x ${height} x ${channels}`);
        }
        const given = picture(width, height, 4);
        assert.equal(pixels(into, given)["x"], ofToolkit(into, opaque(given)), `${width} x ${height} x 4`);
      }
    });
  }
}

test("without mean and std samples go in as they are", () => {
  const given = picture(5, 4, 3);
  assert.equal([...pixels(session({ layout: "nhwc" }), given)["x"]!], [...given.data]);
});

/** The part of a picture, cut out beforehand. */
function cut({ width, data }: Pixels, x: number, y: number, w: number, h: number): Pixels {
  const channels = 3;
  const rows = Array.from({ length: h }, (_, row) => [
    ...data.subarray(((y + row) * width + x) * channels, ((y + row) * width + x + w) * channels),
  ]);
  return { width: w, height: h, data: Uint8Array.from(rows.flat()) };
}

test("fields that are getters of a class, as those of a page's ImageData, are fields", () => {
  const { width, height, data } = picture(9, 7, 4);
  class Image {
    get width() {
      return width;
    }
    get height() {
      return height;
    }
    get data() {
      return data;
    }
  }
  for (const fit of ["fill", "cover"] as const) {
    assert.equal(pixels(session(), new Image(), { fit }), pixels(session(), { width, height, data }, { fit }));
  }
});

test("a region is cut out first", () => {
  const given = picture(20, 15, 3);
  const region = { x: 3, y: 4, width: 11, height: 7 };
  assert.equal(pixels(session(), given, { region }), pixels(session(), cut(given, 3, 4, 11, 7)));
});

test('"cover" takes the largest part in the middle that has the proportions of the input', () => {
  const [wide, high] = [picture(31, 8, 3), picture(10, 30, 3)];
  assert.equal(pixels(session(), wide, { fit: "cover" }), pixels(session(), cut(wide, 10, 0, 10, 8)));
  assert.equal(pixels(session(), high, { fit: "cover" }), pixels(session(), cut(high, 0, 11, 10, 8)));
  const region = { x: 1, y: 0, width: 29, height: 8 };
  assert.equal(pixels(session(), wide, { fit: "cover", region }), pixels(session(), cut(wide, 10, 0, 10, 8)));
});

test("a batch takes as many pictures as it has", () => {
  const [a, b] = [picture(5, 4, 3, 1), picture(9, 9, 4, 2)];
  const { x } = pixels(session({}, 2), [a, b]);
  assert.equal([...x!], [...pixels(session(), a)["x"]!, ...pixels(session(), b)["x"]!]);
  assert.throws(() => pixels(session({}, 2), a), /x: expected 2 pictures, got 1/);
});

for (const [title, given, options, message] of [
  ["two samples a pixel", picture(4, 4, 2), {}, /expected width x height x 1, 3 or 4 samples, got 32 for 4 x 4/],
  ["a size that is none", { width: 0, height: 4, data: new Uint8Array(0) }, {}, /got 0 for 0 x 4/],
  ["no data", { width: 2, height: 2, data: undefined as unknown as Uint8Array }, {}, /got undefined for 2 x 2/],
  [
    "a region outside",
    picture(4, 4, 3),
    { region: { x: 1, y: 0, width: 4, height: 4 } },
    /pixels.region: .*inside 4 x 4, got 4 x 4 at 1, 0/,
  ],
  ["half a pixel", picture(4, 4, 3), { region: { x: 0.5, y: 0, width: 2, height: 2 } }, /expected whole pixels/],
  ["another fit", picture(4, 4, 3), { fit: "contain" as "fill" }, /no fit "contain"; there is fill, cover/],
] as const) {
  test(`refuses ${title}`, () => {
    assert.throws(() => pixels(session(), given, options), message);
  });
}

test("a network without pictures says so", () => {
  const inputs = [{ name: "x", shape: [1, 3], preprocessing: undefined }];
  assert.throws(() => pixels({ name: "net", inputs }, picture(1, 1, 3)), /net: .*how a picture becomes an input/);
});

test.run();
