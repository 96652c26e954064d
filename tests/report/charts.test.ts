import { suite } from "uvu";
import * as assert from "uvu/assert";
import { NARROW, openDrawing, WIDE } from "../../src/report/charts/drawing.js";
import { SHADES, seriesLook } from "../../src/report/charts/palette.js";
import { shorten } from "../../src/report/charts/rows.js";
import { drawTradeOff } from "../../src/report/charts/trade-off.js";

const test = suite("report/charts");

/** WCAG 2.2, "relative luminance" and "contrast ratio", of colours as #rrggbb. */
function contrast(a: string, b: string): number {
  const luminance = (colour: string) => {
    const [red, green, blue] = [1, 3, 5].map((at) => {
      const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
  };
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light! + 0.05) / (dark! + 0.05);
}

for (const scheme of ["light", "dark"] as const) {
  test(`text and series are legible on ${scheme} ground`, () => {
    const shade = (name: string) => SHADES[name]![scheme];
    for (const ground of ["page", "card"]) {
      for (const text of ["ink", "muted", "accent"]) {
        assert.ok(contrast(shade(text), shade(ground)) >= 4.5, `${text} on ${ground}`);
      }
    }
    const series = Object.keys(SHADES).filter((name) => name.startsWith("series"));
    assert.is(series.length, 6);
    for (const name of series) assert.ok(contrast(shade(name), shade("card")) >= 3, name);
    assert.ok(contrast(shade("before"), shade("accent")) >= 2, "before and after");
  });
}

test("42 series look different", () => {
  const looks = Array.from({ length: 42 }, (_, i) => JSON.stringify(seriesLook(i)));
  assert.is(new Set(looks).size, 42);
});

test("names are shortened in the middle, by characters", () => {
  assert.is(shorten("conv", 4), "conv");
  assert.is(shorten("layer3.block12.conv2", 11), "layer…conv2");
  assert.is([...shorten("🌳".repeat(30), 9)].length, 9);
});

test("a trade-off against any cost: better is further left and further up", async () => {
  const points = [
    { name: "good", cost: 20, accuracy: 0.9 },
    { name: "bad", cost: 40, accuracy: 0.8 },
    { name: "unknown", cost: NaN, accuracy: 0.8 },
  ];
  const series = [{ look: seriesLook(0), finish: "solid", points }] as const;
  const drawing = await openDrawing();
  for (const size of [NARROW, WIDE]) {
    const svg = drawTradeOff(drawing, size, { description: "two & more", cost: "M multiply-adds", series });
    assert.match(svg, /^<svg [^>]*role="img"[^>]*aria-label="two &amp; more"/);
    assert.match(svg, />M multiply-adds</);
    const places = [...svg.matchAll(/cx="([\d.]+)" cy="([\d.]+)"[^>]*><title>(\w+)/g)].map(([, x, y, name]) => ({
      x: Number(x),
      y: Number(y),
      name,
    }));
    assert.equal(
      places.map(({ name }) => name),
      ["good", "bad"],
    );
    assert.ok(places[0]!.x < places[1]!.x && places[0]!.y < places[1]!.y);
  }
});

test.run();
