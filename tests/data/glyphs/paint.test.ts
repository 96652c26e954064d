import { suite } from "uvu";
import * as assert from "uvu/assert";
import { contrasting } from "../../../src/data/glyphs/colours.js";
import { GLYPHS } from "../../../src/data/glyphs/outlines.js";
import { paintGlyph } from "../../../src/data/glyphs/paint.js";
import { direction, drawFrom, place, randomPose } from "../../../src/data/glyphs/pose.js";

const test = suite("data/glyphs/paint");

test("glyphs lie within their square, and fill it", () => {
  for (const { name, strokes } of GLYPHS) {
    const points = strokes.flatMap((stroke) => stroke.points);
    const reach = Math.max(...points.map(Math.abs));
    assert.ok(reach <= 1 && reach >= 0.7, `${name}: ${reach}`);
    for (const stroke of strokes) assert.ok(stroke.points.length % 2 === 0 && stroke.points.length >= 4, name);
  }
});

test("the class changes the glyph and not the ground", () => {
  const [one, two] = [paintGlyph(0, 5).pixels, paintGlyph(5, 5).pixels];
  assert.equal(one, paintGlyph(0, 5).pixels);
  assert.not.equal(one, two);
});

test("a pose moves, turns and stretches, and keeps most of the glyph inside", () => {
  const draw = drawFrom(3);
  for (let i = 0; i < 500; i++) {
    const pose = randomPose(draw, 32);
    const [x, y] = place([0, 0], pose, draw, 0);
    assert.ok(Math.min(x!, y!) > 6 && Math.max(x!, y!) < 26, `${x}, ${y}`);
    const area = pose.x[0] * pose.y[1] - pose.x[1] * pose.y[0];
    assert.ok(area > 30 && area < 300, `not mirrored, neither tiny nor huge: ${area}`);
  }
});

test("directions have length 1 and stay within their angle", () => {
  const draw = drawFrom(4);
  for (let i = 0; i < 500; i++) {
    const [cosine, sine] = direction(draw, 0.325);
    assert.ok(Math.abs(Math.hypot(cosine, sine) - 1) < 1e-12);
    assert.ok(Math.abs(Math.atan2(sine, cosine)) <= 2 * Math.atan(0.325));
  }
});

test("brightnesses are as far apart as asked, and within a byte", () => {
  const draw = drawFrom(5);
  const sides = new Set<number>();
  for (let i = 0; i < 500; i++) {
    const [ground, distance] = [draw(30, 225), draw(30, 110)];
    const ink = contrasting(draw, ground, distance);
    assert.ok(Math.abs(Math.abs(ink - ground) - distance) < 1e-9);
    assert.ok(ink >= 0 && ink <= 255, `${ground}, ${distance}: ${ink}`);
    sides.add(Math.sign(ink - ground));
  }
  assert.is(sides.size, 2);
});

test.run();
