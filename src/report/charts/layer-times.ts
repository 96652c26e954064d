/** Where the time goes: each layer of the dense network above the same layer of another. */
import { sameUnitOfTime } from "../units.js";
import type { Drawing, Size } from "./drawing.js";
import { PAINT } from "./palette.js";
import { layOutRows, rowBands, rowTexts } from "./rows.js";

export interface LayerTimes {
  readonly description: string;
  readonly layers: readonly LayerPair[];
}

/** Milliseconds; a layer that one of the networks does not have is left out there. */
export interface LayerPair {
  readonly name: string;
  readonly before?: number | undefined;
  readonly after?: number | undefined;
  /** What computes it, for those who point at it. */
  readonly kernels?: string | undefined;
}

const ROW = 26;

export function drawLayerTimes(drawing: Drawing, size: Size, { layers, description }: LayerTimes): string {
  const { plot, svg } = drawing;
  const format = sameUnitOfTime(layers.flatMap(({ before = 0, after = 0 }) => [before, after]));
  const rows = layers.map((layer, i) => ({ ...layer, row: i, figures: figuresOf(layer, format) }));
  const layout = layOutRows(
    size,
    rows.map(({ name }) => name),
    rows.map(({ figures }) => figures),
    ROW,
  );
  const most = Math.max(1e-9, ...layers.flatMap(({ before = 0, after = 0 }) => [before, after]));
  const title = (layer: LayerPair) =>
    [`${layer.name}: ${figuresOf(layer, format)}`, layer.kernels].filter(Boolean).join(", ");
  const bar = (key: "before" | "after") => ({ x1: 0, x2: key, y: "row", title }) as const;
  const has = (key: "before" | "after") => rows.filter((row) => Number.isFinite(row[key]));
  const band = ROW * 0.66;
  const options = {
    ...layout,
    x: { axis: null, domain: [0, most] },
    y: rowBands(rows, 0.34),
    marks: [
      plot.barX(has("before"), { ...bar("before"), fill: PAINT.before, insetBottom: band / 2 }),
      plot.barX(has("after"), { ...bar("after"), fill: PAINT.accent, insetTop: band / 2 }),
      plot.ruleX([0], { stroke: PAINT.muted }),
      ...rowTexts(drawing, rows, layout),
    ],
  };
  return svg(size, options, description);
}

/** `88.8 → 52.1 µs`; the unit once, as a phone has little room. */
function figuresOf({ before, after }: LayerPair, format: (milliseconds: number) => string): string {
  const [from, to] = [before, after].map((time) => (time === undefined ? "-" : format(time)));
  return `${to === "-" ? from : from!.split(" ")[0]} → ${to}`;
}
