/** The page is whole by itself, says what was measured, and cannot be broken by what is put into it. */
import { DOMParser, type Element } from "@xmldom/xmldom";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Comparison, Variant } from "../../src/report/comparison.js";
import { renderReport } from "../../src/report/html/page.js";
import { sampleComparison } from "./sample-comparison.js";

const test = suite("report/html");

const WORST = `<script>alert("1")</script> & '\u0000\u001b[31m\ud800 ]]>`;
const HARMLESS = `<script>alert("1")</script> & '\ufffd\ufffd[31m\ufffd ]]>`;

/** The page's root; throws where it is not well-formed. */
function parse(page: string): Element {
  const onError = (level: string, message: string) => {
    // It only wonders at the characters that stand for others.
    if (level === "warning" && message.includes("replacement character")) return;
    throw new Error(`${level}: ${message}`);
  };
  const body = page.replace("<!DOCTYPE html>", "").trim();
  return new DOMParser({ onError }).parseFromString(body, "application/xml").documentElement!;
}

const all = (root: Element, tag: string) => Array.from(root.getElementsByTagName(tag));
const texts = (root: Element, tag: string) => all(root, tag).map(({ textContent }) => (textContent ?? "").trim());

function changed(comparison: Comparison, change: (variant: Variant) => Partial<Variant>): Comparison {
  return { ...comparison, variants: comparison.variants.map((variant) => ({ ...variant, ...change(variant) })) };
}

const full = sampleComparison();
const one = sampleComparison({ methods: ["l1"], budgets: [0.5], layers: 3, epochs: 1 });

/** Every one of these must give a whole page without a trace of what is missing. */
const CASES: Readonly<Record<string, Comparison>> = {
  "nine variants": full,
  "one variant, one epoch": one,
  "no variant": { ...full, variants: [] },
  "nothing measured but time": changed({ ...full, testPictures: undefined, facts: [] }, () => ({
    accuracy: {},
    units: [],
    layers: [],
    history: undefined,
  })),
  "no training": sampleComparison({ epochs: 0 }),
  "epochs without accuracies": changed(full, () => ({
    history: [
      { epoch: 1, loss: NaN },
      { epoch: 2, loss: 0.5 },
    ],
  })),
  "one accuracy is NaN": changed(full, ({ name, accuracy }) =>
    name === "l2, macs=0.5" ? { accuracy: { asCut: NaN } } : { accuracy },
  ),
  "all are NaN": changed(full, ({ layers }) => ({
    accuracy: { fineTuned: NaN },
    medianMs: NaN,
    macs: NaN,
    parameters: NaN,
    bytes: NaN,
    peakBytes: NaN,
    layers: layers.map((layer) => ({ ...layer, milliseconds: NaN })),
  })),
  "all are 0": changed(full, () => ({
    accuracy: { fineTuned: 0 },
    medianMs: 0,
    macs: 0,
    parameters: 0,
    bytes: 0,
    peakBytes: 0,
  })),
  "all are equal": changed(full, () => ({
    accuracy: full.dense.accuracy,
    medianMs: full.dense.medianMs,
    macs: full.dense.macs,
  })),
  "21 variants, 60 layers": sampleComparison({
    methods: ["l1", "l2", "random", "four", "five", "six", "seven"],
    layers: 60,
    epochs: 90,
  }),
  "twice the same name": changed(full, ({ units, layers }) => ({
    name: "twin",
    units: units.map((unit) => ({ ...unit, name: "conv" })),
    layers: layers.map((layer) => ({ ...layer, name: "conv" })),
  })),
  "the worst names": {
    ...changed(full, ({ units, layers }) => ({
      name: WORST,
      method: WORST,
      units: units.map((unit) => ({ ...unit, name: WORST })),
      layers: layers.map((layer) => ({ ...layer, name: WORST })),
    })),
    title: WORST,
    facts: [{ label: WORST, value: WORST.repeat(20) }],
  },
};

for (const [name, comparison] of Object.entries(CASES)) {
  test(`${name}: a well-formed page that asks for nothing, and says nothing of NaN`, async () => {
    const page = await renderReport(comparison);
    const root = parse(page);
    const elements = all(root, "*");
    for (const tag of ["script", "link", "img", "iframe", "object", "image", "use", "foreignObject", "base"]) {
      assert.is(elements.filter((element) => element.localName === tag).length, 0, tag);
    }
    const attributes = elements.flatMap((element) => Array.from(element.attributes));
    assert.equal(
      attributes
        .filter((attribute) => /^(src|srcset|href|xlink:href|on.*)$/.test(attribute.name))
        .map(({ name }) => name),
      [],
    );
    const styles = [...texts(root, "style"), ...attributes.map(({ value }) => value)].join("\n");
    assert.not.match(styles, /url\(|@import|@font-face|NaN|undefined|Infinity/);
    assert.not.match(root.textContent ?? "", /NaN|undefined|Infinity|⚠|\[object/);
    assert.is(attributes.filter((attribute) => attribute.name === "id").length, 0);
    assert.ok(page.length < 400_000, `${page.length} bytes`);
  });
}

test("the same comparison gives the same page", async () => {
  assert.is(await renderReport(sampleComparison()), await renderReport(full));
});

test("the figures of every network stand in the table, the dense network's first", async () => {
  const root = parse(await renderReport(full));
  const rows = all(root, "tr").map((row) => texts(row, "td"));
  assert.is(rows.length, 1 + 1 + full.variants.length);
  assert.equal(rows[1]!.slice(0, 2), ["93.1% ± 0.6", "1.50 ms"]);
  assert.equal(rows[3], [
    "92.5% ± 0.6",
    "0.95 ms 1.58x",
    "20.3 M 2.00x",
    "145 k 1.87x",
    "584 kB 1.87x",
    "1.56 MB 1.54x",
    "45.0% ± 1.1",
    "70.0% ± 1.0",
  ]);
});

test("the headline, the circumstances and every name", async () => {
  const root = parse(await renderReport(full));
  assert.equal(texts(root, "h1"), ["1.58x faster at 0.7\u00a0points less accuracy"]);
  assert.equal(texts(root, "title")[0], `${full.title}: 1.58x faster at 0.7\u00a0points less accuracy`);
  const text = root.textContent ?? "";
  for (const { label, value } of full.facts) assert.ok(text.includes(label) && text.includes(value), label);
  for (const { name } of full.variants) assert.ok(text.includes(name), name);
  for (const { name } of full.dense.units) assert.ok(text.includes(name), name);
});

test("every chart is drawn for a phone and for a desk, and described", async () => {
  const root = parse(await renderReport(full));
  const charts = all(root, "svg").filter((svg) => svg.getAttribute("role") === "img");
  assert.is(charts.length, 5 * 2 + 4);
  for (const chart of charts) {
    assert.ok((chart.getAttribute("aria-label") ?? "").length > 20);
    const [, , width] = chart.getAttribute("viewBox")!.split(" ").map(Number);
    assert.ok(width === 296 || width === 704, String(width));
  }
});

test("names are shown, not obeyed", async () => {
  const root = parse(await renderReport(CASES["the worst names"]!));
  assert.is(texts(root, "p")[0], HARMLESS);
  assert.ok(all(root, "th").some(({ textContent }) => textContent === HARMLESS));
});

test("sections without figures are left out", async () => {
  const headings = async (name: string) => texts(parse(await renderReport(CASES[name]!)), "h2");
  assert.is((await headings("nine variants")).length, 5);
  assert.equal(
    await headings("no training"),
    (await headings("nine variants")).filter((heading) => heading !== "How they learned"),
  );
  assert.equal(await headings("nothing measured but time"), [
    "What pruning costs, and what it gains",
    "Where the time goes",
    "How they learned",
    "How it was measured",
  ]);
});

test.run();
