/** Every kernel for the gradient of a filter, on every layer that it fits, against plain sums in float64. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Abi } from "../../assembly/abi.js";
import { TaskOffset, Training, TrainingKernel } from "../../assembly/training/abi.js";
import { normal } from "../../src/random.js";
import { type Geometry, geometryOf } from "../../src/runtime/geometry.js";
import { startMachine } from "../../src/train/engine.js";
import { chunkFloats, FILTER_KERNELS, type FilterKernel } from "../../src/train/gradients/conv-filter.js";
import { BUILD } from "./differences.js";

const filter = suite("train/conv-filter");

/** Largest error of an element, relative to the largest of the tensor. */
const BOUNDS = new Map([
  [TrainingKernel.FilterGradient, 2 ** -18],
  [TrainingKernel.WinogradFilterGradient, 2 ** -14],
]);

interface Case {
  readonly images: number;
  readonly chunks: number;
  readonly groups?: number;
  readonly ic: number;
  readonly oc: number;
  readonly size: readonly [number, number];
  readonly kernel?: number;
  readonly stride?: number;
  readonly pad?: number;
}

/** Around the edges of tiles, panels, blocks, slices and chunks. */
const CASES: readonly Case[] = [
  ...[4, 5, 7, 8, 9, 12]
    .flatMap((size) => [
      { images: 5, chunks: 2, ic: 3 + (size % 5), oc: 4 + size, size: [size, 13 - size] as const },
      { images: 3, chunks: 3, ic: 13 - size / 2, oc: 3, size: [size, size] as const, pad: 0 },
    ])
    .map((one) => ({ ...one, ic: Math.floor(one.ic) })),
  ...[4, 5, 6, 8, 9, 10, 11, 12, 13].map((ic) => ({ images: 2, chunks: 1, ic, oc: 17 - ic, size: [6, 7] as const })),
  { images: 2, chunks: 2, ic: 2, oc: 1, size: [1, 1] },
  { images: 20, chunks: 8, ic: 5, oc: 6, size: [2, 3] },
  { images: 3, chunks: 2, ic: 3, oc: 4, size: [6, 5], pad: 3 },
  { images: 2, chunks: 2, ic: 5, oc: 7, size: [70, 61] },
  { images: 2, chunks: 1, ic: 4, oc: 4, size: [9, 600] },
  { images: 4, chunks: 2, ic: 100, oc: 7, size: [5, 5] },
  { images: 4, chunks: 2, ic: 6, oc: 197, size: [5, 5] },
  { images: 3, chunks: 1, ic: 101, oc: 98, size: [4, 6] },
  { images: 3, chunks: 2, groups: 3, ic: 5, oc: 6, size: [9, 10] },
  { images: 16, chunks: 8, ic: 64, oc: 64, size: [8, 8] },
  { images: 3, chunks: 2, ic: 5, oc: 7, size: [9, 8], kernel: 5, stride: 2, pad: 2 },
];

for (const one of CASES) {
  const { ic, oc, size, kernel = 3, stride = 1, pad = (kernel - 1) / 2, groups = 1 } = one;
  const attrs = { strides: [stride, stride], dilations: [1, 1], pads: [pad, pad, pad, pad], groups } as const;
  const whole = geometryOf([1, groups * ic, ...size], groups * oc, [kernel, kernel], attrs);
  const geometry: Geometry = { ...whole, ic, oc };
  FILTER_KERNELS.filter(({ fits }) => fits(geometry)).forEach((fitting) => {
    filter(`${nameOf(fitting)} of ${JSON.stringify(one)}`, () => check(fitting, geometry, one, groups));
  });
}

function nameOf({ kernel }: FilterKernel): string {
  return kernel === TrainingKernel.FilterGradient ? "products" : "winograd";
}

async function check(fitting: FilterKernel, g: Geometry, { images, chunks }: Case, groups: number): Promise<void> {
  const { scratch: share, ...cuts } = fitting.plan({ geometry: g, images: Math.ceil(images / chunks) });
  const [xEach, gEach] = [groups * g.ic * g.ih * g.iw, groups * g.oc * g.oh * g.ow];
  const taps = groups * g.oc * g.ic * g.kh * g.kw;
  // The end of each part is marked, and nobody may write there.
  const sizes = [images * xEach, images * gEach, chunks * groups * chunkFloats(g), taps, Math.ceil(share / 4)];
  const records = Abi.firstFree;
  let end = records + 2 * Training.taskBytes;
  const [x, dy, sums, y, scratch] = sizes.map((floats) => {
    const at = end;
    end += 64 * Math.ceil((4 * floats + Abi.slackBytes) / 64);
    return at;
  }) as [number, number, number, number, number];
  const machine = await startMachine(end, 1, BUILD, "filter");
  const floats = (at: number, count: number) => new Float32Array(machine.bytes, at, count);
  floats(x, (end - x) / 4).fill(NaN);
  const next = normal(5);
  floats(x, sizes[0]!).forEach((_, i, all) => (all[i] = next()));
  floats(dy, sizes[1]!).forEach((_, i, all) => (all[i] = next()));
  const { ic, ih, iw, oc, oh, ow, kh, kw, sh, sw, dh, dw, top, left } = g;
  const fields = { ic, ih, iw, oc, oh, ow, kh, kw, sh, sw, dh, dw, top, left, groups, chunks, images };
  const each = { xEach: 4 * xEach, gEach: 4 * gEach };
  const view = new DataView(machine.bytes);
  const record = (number: number, task: { readonly [K in keyof typeof TaskOffset]?: number }) => {
    for (const [name, value] of Object.entries(task)) {
      const at = records + number * Training.taskBytes + TaskOffset[name as keyof typeof TaskOffset];
      view.setInt32(at, value!, true);
    }
  };
  record(0, { ...fields, ...cuts, ...each, kernel: fitting.kernel, x, g: dy, y: sums, scratch, share });
  record(1, { ...fields, kernel: TrainingKernel.SumFilterGradient, x: sums, y });
  machine.crew.run(records, 0, 2);
  const meant = meantGradient(floats(x, sizes[0]!), floats(dy, sizes[1]!), g, images, groups);
  const largest = Math.max(...meant.map(Math.abs));
  const given = floats(y, taps);
  const error = Math.max(...meant.map((value, i) => Math.abs(given[i]! - value))) / largest;
  assert.ok(error <= BOUNDS.get(fitting.kernel)!, `off by ${error} of the largest`);
  for (const [at, count, name] of [
    [sums, sizes[2]!, "sums"],
    [y, taps, "y"],
    [scratch, sizes[4]!, "scratch"],
  ] as const)
    assert.ok(Number.isNaN(floats(at + 4 * count, 1)[0]), `wrote behind ${name}`);
  machine.crew.end();
}

function meantGradient(x: Float32Array, dy: Float32Array, g: Geometry, images: number, groups: number): Float64Array {
  const out = new Float64Array(groups * g.oc * g.ic * g.kh * g.kw);
  const place = (image: number, group: number, o: number, c: number, ky: number, kx: number) => {
    const xAt = ((image * groups + group) * g.ic + c) * g.ih * g.iw;
    const gAt = ((image * groups + group) * g.oc + o) * g.oh * g.ow;
    let sum = 0;
    for (let row = 0; row < g.oh; row++) {
      const iy = row * g.sh + ky - g.top;
      if (iy < 0 || iy >= g.ih) continue;
      for (let column = 0; column < g.ow; column++) {
        const ix = column * g.sw + kx - g.left;
        if (ix >= 0 && ix < g.iw) sum += dy[gAt + row * g.ow + column]! * x[xAt + iy * g.iw + ix]!;
      }
    }
    return sum;
  };
  for (let image = 0; image < images; image++) {
    let to = 0;
    for (let go = 0; go < groups * g.oc; go++) {
      for (let c = 0; c < g.ic; c++) {
        for (let tap = 0; tap < g.kh * g.kw; tap++, to++) {
          const [group, o] = [Math.floor(go / g.oc), go % g.oc];
          out[to]! += place(image, group, o, c, Math.floor(tap / g.kw), tap % g.kw);
        }
      }
    }
  }
  return out;
}

filter.run();
