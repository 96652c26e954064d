/** Whether time followed multiply-adds, and in which layers it was saved. */
import type { Drawing } from "../charts/drawing.js";
import { drawLayerTimes, type LayerPair } from "../charts/layer-times.js";
import { PAINT } from "../charts/palette.js";
import { drawRatios, type RatioRow } from "../charts/ratios.js";
import type { Comparison, LayerDuration, Variant } from "../comparison.js";
import { formatMilliseconds, formatRatio } from "../units.js";
import { chooseVariant, speedUp } from "../verdict.js";
import { figure, swatch } from "./figure.js";
import { markup, type Markup } from "./markup.js";
import { lookOf, seriesOf } from "./series.js";

/** More layers than this are too many bars: the shortest are left out. */
const MOST_LAYERS = 18;

export function speedSection(drawing: Drawing, comparison: Comparison): Markup | undefined {
  const { dense, variants } = comparison;
  const chosen = chooseVariant(comparison);
  const hasLayers = chosen !== undefined && dense.layers.length > 0 && chosen.layers.length > 0;
  if (variants.length === 0) return undefined;
  return markup`<section>
    <h2>Where the time goes</h2>
    <p>Multiply-adds are a promise; what counts is the clock.</p>
    ${ratiosFigure(drawing, comparison)} ${hasLayers && layersFigure(drawing, dense, chosen)}
  </section> `;
}

function ratiosFigure(drawing: Drawing, comparison: Comparison): Markup {
  const { dense, variants } = comparison;
  const series = seriesOf(comparison);
  const rows = variants.map((variant): RatioRow => ({
    name: variant.name,
    look: lookOf(series, variant),
    measured: speedUp(dense, variant),
    promised: dense.macs / variant.macs,
  }));
  const description = `Measured speed-up and ratio of multiply-adds: ${rows.map(({ name, measured, promised }) => `${name} ${formatRatio(measured)} of ${formatRatio(promised)}`).join("; ")}.`;
  return figure(
    {
      title: "Measured speed-up beside the ratio of multiply-adds",
      caption: `Both against the dense network, which is the line at 1x. ${sumUp(rows[variants.indexOf(chooseVariant(comparison)!)]!)}`,
      legend: [
        ...series.map((one) => ({ label: `${one.name}, measured`, mark: swatch("bar", one.look.colour) })),
        { label: "times fewer multiply-adds", mark: swatch("tick", PAINT.ink) },
      ],
    },
    (size) => drawRatios(drawing, size, { rows, description }),
  );
}

function sumUp({ name, measured, promised }: RatioRow): string {
  if (!Number.isFinite(measured) || !Number.isFinite(promised)) return "";
  return `${name} has ${formatRatio(promised)} fewer multiply-adds and ${formatRatio(measured)} the speed.`;
}

function layersFigure(drawing: Drawing, dense: Variant, chosen: Variant): Markup {
  const all = pairLayers(dense.layers, chosen.layers);
  const layers = longestOf(all);
  const which = layers.length < all.length ? `The ${layers.length} longest of ${all.length} layers, in` : "In";
  const total = (list: readonly LayerDuration[]) =>
    list.reduce((sum, { milliseconds }) => sum + finite(milliseconds), 0);
  const sums = `${formatMilliseconds(total(dense.layers))} became ${formatMilliseconds(total(chosen.layers))}`;
  return figure(
    {
      title: "Time of each layer",
      caption: `${which} the order in which they run. All layers, measured one by one: ${sums}.`,
      legend: [
        { label: "dense", mark: swatch("bar", PAINT.before) },
        { label: chosen.name, mark: swatch("bar", PAINT.accent) },
      ],
    },
    (size) =>
      drawLayerTimes(drawing, size, { layers, description: `Time of each layer, dense and ${chosen.name}: ${sums}.` }),
  );
}

const finite = (value: number) => (Number.isFinite(value) ? value : 0);

/** Layers of both by name, in the dense network's order; those that only the other has come last. */
function pairLayers(before: readonly LayerDuration[], after: readonly LayerDuration[]): LayerPair[] {
  const names = [...new Set([...before, ...after].map(({ name }) => name))];
  const time = (layers: readonly LayerDuration[], name: string) => {
    const own = layers.filter((layer) => layer.name === name && Number.isFinite(layer.milliseconds));
    return own.length > 0 ? own.reduce((sum, { milliseconds }) => sum + milliseconds, 0) : undefined;
  };
  return names.map((name) => ({
    name,
    before: time(before, name),
    after: time(after, name),
    kernels: kernelsOf(name, [before, after]),
  }));
}

/** "gemm_f32", or "gemm_f32 → conv_f32" where the cut changed the choice. */
function kernelsOf(name: string, networks: readonly (readonly LayerDuration[])[]): string {
  const kernels = networks.map((layers) => layers.find((layer) => layer.name === name)?.kernel ?? "none");
  return [...new Set(kernels)].join(" → ");
}

/** The layers that take the longest in either, in their order. */
function longestOf(layers: readonly LayerPair[]): LayerPair[] {
  const longest = ({ before = 0, after = 0 }: LayerPair) => Math.max(before, after);
  const shown = new Set(layers.toSorted((a, b) => longest(b) - longest(a)).slice(0, MOST_LAYERS));
  return layers.filter((layer) => shown.has(layer));
}
