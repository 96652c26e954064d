/** At which widths layers are measured: fine enough to interpolate between them, few enough for the time there is. */
import { groupsOf, type TimedLayer } from "./timed-layers.js";

/** All layers of one form. */
export interface GridPlan {
  /** One of them. */
  readonly layer: TimedLayer;
  readonly widths: readonly (readonly number[])[];
  /** Every combination, row-major. */
  readonly points: readonly (readonly number[])[];
}

export interface GridOptions {
  /** Widths are multiples of this. */
  readonly multiple: number;
  readonly samples: number;
  /** What all measurements should take. */
  readonly milliseconds: number;
}

/** Into how many parts a width is divided, finest first. */
const PARTS = [8, 4, 2];
/** How long a layer takes on the average of a grid, of its time at full width in both directions. */
const MEAN_SHARE = 0.4;

/** For each form of layers with filters its widths: those of the layers, and equal parts of the largest. */
export function planGrids(layers: readonly TimedLayer[], times: readonly number[], options: GridOptions): GridPlan[] {
  const byForm = new Map<string, { layers: TimedLayer[]; ms: number }>();
  layers.forEach((layer, i) => {
    if (layer.axes === 0) return;
    const found = byForm.get(layer.form) ?? { layers: [], ms: 0 };
    byForm.set(layer.form, { layers: [...found.layers, layer], ms: Math.max(found.ms, times[i]!) });
  });
  const forms = [...byForm.values()];
  const plan = (parts: number) =>
    forms.map((form) => ({ ...planGrid(form.layers, parts, options.multiple), ms: form.ms }));
  const taken = (plans: readonly { points: readonly unknown[]; ms: number }[]) =>
    plans.reduce((sum, { points, ms }) => sum + points.length * options.samples * MEAN_SHARE * ms, 0);
  return PARTS.map(plan).find((plans) => taken(plans) <= options.milliseconds) ?? plan(PARTS.at(-1)!);
}

function planGrid(layers: readonly TimedLayer[], parts: number, multiple: number): GridPlan {
  const [layer] = layers as [TimedLayer];
  const widths = layer.sizes.slice(0, layer.axes).map((_, axis) => {
    const own = layers.map(({ sizes }) => sizes[axis]!);
    if (layers.every(({ fixed }) => fixed[axis])) return unique(own);
    return unique([...partsOf(Math.max(...own), parts, multiple, groupsOf(layer)), ...own]);
  });
  const [first, second] = widths as [number[], number[]?];
  const points = first.flatMap((width) => (second ? second.map((other) => [width, other]) : [[width]]));
  return { layer, widths, points };
}

/** The least width and about so many more, up to the whole; multiples of `multiple`, and of the number of groups. */
function partsOf(whole: number, parts: number, multiple: number, groups: number): number[] {
  const steps = Array.from({ length: parts }, (_, i) => (whole * (i + 1)) / parts);
  const rounded = steps.map((width) => Math.max(groups, Math.round(width / multiple / groups) * multiple * groups));
  return [groups, ...rounded.filter((width) => width < whole), whole];
}

const unique = (list: readonly number[]) => [...new Set(list)].sort((a, b) => a - b);
