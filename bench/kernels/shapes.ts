/** Files of convolutions to measure: one a line, `64x56x56 64 3x3 s1 g1 layer1.conv`; `k0.1` behind g1 keeps a tenth of the weights. */
import { RequestError } from "../../src/errors.js";

/** A convolution whose padding keeps the size: (k - 1) / 2 on each side. */
export interface ConvShape {
  /** The line without its name, in one spelling: equal for equal convolutions. */
  readonly text: string;
  /** What uses it; empty where nothing was said. */
  readonly name: string;
  readonly ic: number;
  readonly ih: number;
  readonly iw: number;
  readonly oc: number;
  readonly kh: number;
  readonly kw: number;
  readonly stride: number;
  readonly groups: number;
  /** The share of the filter's weights that are not 0. */
  readonly keep: number;
}

const LINE = /^(\d+)x(\d+)x(\d+)\s+(\d+)\s+(\d+)x(\d+)\s+s(\d+)\s+g(\d+)(?:\s+k(0?\.\d+))?(?:\s+(\S.*))?$/;

/** Blank lines, and lines that begin with #, say nothing. Throws a `RequestError` that names file and line. */
export function parseShapes(text: string, file: string): ConvShape[] {
  return text.split("\n").flatMap((line, i) => {
    const words = line.trim();
    return words === "" || words.startsWith("#") ? [] : [parseShape(words, `${file}:${i + 1}`)];
  });
}

/** One line. */
export function parseShape(line: string, where: string): ConvShape {
  const match = LINE.exec(line);
  if (!match) throw new RequestError(`expected a line such as 64x56x56 64 3x3 s1 g1 name, got "${line}"`, where);
  const sizes = match.slice(1, 9).map(Number);
  const [ic, ih, iw, oc, kh, kw, stride, groups] = sizes as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (sizes.includes(0)) throw new RequestError("every number is 1 or more", where);
  if (kh % 2 === 0 || kw % 2 === 0)
    throw new RequestError(`kernel ${kh}x${kw} is even; padding cannot keep the size`, where);
  if (ic % groups !== 0 || oc % groups !== 0) {
    throw new RequestError(`${ic} and ${oc} channels do not divide into ${groups} groups`, where);
  }
  const keep = Number(match[9] ?? 1);
  if (keep === 0) throw new RequestError("k0 would leave nothing to compute", where);
  const text = `${ic}x${ih}x${iw} ${oc} ${kh}x${kw} s${stride} g${groups}${keep < 1 ? ` k${keep}` : ""}`;
  return { text, name: match[10] ?? "", ic, ih, iw, oc, kh, kw, stride, groups, keep };
}

/** Each convolution once, with the names of all that use it. */
export function distinctShapes(shapes: readonly ConvShape[]): ConvShape[] {
  const found = new Map<string, ConvShape>();
  for (const shape of shapes) {
    const before = found.get(shape.text);
    const names = new Set([...(before?.name.split(", ") ?? []), shape.name].filter((name) => name !== ""));
    found.set(shape.text, { ...shape, name: [...names].join(", ") });
  }
  return [...found.values()];
}
