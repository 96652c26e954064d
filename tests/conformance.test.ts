/**
 * ONNX's own cases, where ESPALIER_DATA names a folder with conformance/. tests/conformance/supported.txt lists what passes, one
 * name a line; unsupported.txt what is refused, each with the reason; disputed.txt what runs but is not compared. A case in no
 * list fails, and so does one in the wrong list.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { EspalierError } from "../src/errors.js";
import type { Build } from "../src/runtime/index.js";
import { findCases, runCase } from "./conformance/cases.js";

const BUILD = (process.env["ESPALIER_BUILD"] ?? "baseline") as Build;
const DATA = join(process.env["ESPALIER_DATA"] ?? "", "conformance");
const LISTS = new URL("../../tests/conformance/", import.meta.url);

const lines = (file: string) =>
  readFileSync(new URL(file, LISTS), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
const supported = new Set(lines("supported.txt"));
const reasons = (file: string) =>
  new Map(lines(file).map((line) => [line.slice(0, line.indexOf(": ")), line.slice(line.indexOf(": ") + 2)]));
const unsupported = reasons("unsupported.txt");
const disputed = reasons("disputed.txt");

const test = suite(`ONNX conformance, ${BUILD} build`);
const cases = process.env["ESPALIER_DATA"] && existsSync(DATA) ? findCases(DATA) : [];

for (const one of cases) {
  test(one.name, async () => {
    const lists = [supported, unsupported, disputed].filter((list) => list.has(one.name));
    assert.is(lists.length, 1, "belongs into exactly one of the lists");
    if (supported.has(one.name)) return runCase(one, BUILD);
    if (disputed.has(one.name)) return;
    const error = await runCase(one, BUILD).catch((thrown: unknown) => thrown);
    assert.instance(error, EspalierError, "is listed as unsupported, but is not refused");
  });
}

test("the lists name only cases that exist, each with a reason where it is not supported", () => {
  if (cases.length === 0) return;
  const names = new Set(cases.map(({ name }) => name));
  const strangers = [...supported, ...unsupported.keys(), ...disputed.keys()].filter((name) => !names.has(name));
  assert.equal(strangers, []);
  assert.ok([...unsupported.values(), ...disputed.values()].every((reason) => reason.length > 0));
  console.log(`ONNX conformance, ${BUILD} build: ${supported.size} of ${cases.length} supported, all pass`);
});

test.run();
