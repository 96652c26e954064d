/** How the dense network was trained, and the others fine-tuned. */
import { type Curve, type Curves, drawCurves } from "../charts/curves.js";
import type { Drawing } from "../charts/drawing.js";
import { PAINT } from "../charts/palette.js";
import type { Comparison, Epoch, Variant } from "../comparison.js";
import { chooseVariant } from "../verdict.js";
import { figureOfPair, type LegendEntry, swatch } from "./figure.js";
import { markup, type Markup } from "./markup.js";
import { type Series, seriesOf } from "./series.js";

type Measure = Exclude<keyof Epoch, "epoch">;

export function trainingSection(drawing: Drawing, comparison: Comparison): Markup | undefined {
  const { dense, variants } = comparison;
  const tuned = variants.some(hasHistory);
  if (!hasHistory(dense) && !tuned) return undefined;
  return markup`<section>
    <h2>How they learned</h2>
    ${hasHistory(dense) && denseFigure(drawing, dense)} ${tuned && fineTuningFigure(drawing, comparison)}
  </section> `;
}

const hasHistory = ({ history }: Variant) => history !== undefined && history.length > 0;

function denseFigure(drawing: Drawing, dense: Variant): Markup {
  const curve = (name: string, measure: Measure, colour: string, isDashed = false): Curve => ({
    name,
    colour,
    isDashed,
    isChosen: !isDashed,
    points: pointsOf(dense, measure),
  });
  const shares = [
    curve("validation", "validationTop1", PAINT.accent),
    curve("training", "top1", PAINT.muted, true),
  ].filter(isDrawable);
  const loss = [curve("training", "loss", PAINT.muted, true)].filter(isDrawable);
  const marks: Readonly<Record<string, LegendEntry>> = {
    validation: { label: "validation pictures", mark: swatch("rule", PAINT.accent) },
    training: { label: "training pictures", mark: swatch("dashed", PAINT.muted) },
  };
  const names = [...new Set([...shares, ...loss].map(({ name }) => name))];
  return figureOfPair(
    {
      title: "Training the dense network",
      caption: lastValues(dense),
      legend: names.map((name) => marks[name]!),
    },
    [...drawIfAny(drawing, "accuracy", shares), ...drawIfAny(drawing, "loss", loss)],
  );
}

function fineTuningFigure(drawing: Drawing, comparison: Comparison): Markup {
  const chosen = chooseVariant(comparison);
  const series = seriesOf(comparison).filter(({ variants }) => variants.some(hasHistory));
  const measure = comparison.variants.some((variant) => pointsOf(variant, "validationTop1").length > 0)
    ? "validationTop1"
    : "top1";
  const caption = `${measure === "top1" ? "Accuracy on training" : "Accuracy on validation"} pictures, and loss on training pictures, by epoch.`;
  return figureOfPair(
    {
      title: "Fine-tuning the pruned networks",
      caption: chosen && hasHistory(chosen) ? `${caption} The thick curve is ${chosen.name}.` : caption,
      legend: series.map(({ name, look }) => ({ label: name, mark: swatch("rule", look.colour) })),
    },
    [
      ...drawIfAny(drawing, "accuracy", curvesOf(series, measure, chosen)),
      ...drawIfAny(drawing, "loss", curvesOf(series, "loss", chosen)),
    ],
  );
}

const curvesOf = (series: readonly Series[], measure: Measure, chosen: Variant | undefined): Curve[] =>
  series
    .flatMap(({ look, variants }) =>
      variants.map((variant) => ({
        name: variant.name,
        colour: look.colour,
        isChosen: variant === chosen,
        points: pointsOf(variant, measure),
      })),
    )
    .filter(isDrawable);

const pointsOf = ({ history = [] }: Variant, measure: Measure) =>
  history
    .map((epoch) => ({ epoch: epoch.epoch, value: epoch[measure] ?? NaN }))
    .filter(({ value }) => Number.isFinite(value));

const isDrawable = ({ points }: Curve) => points.length > 0;

function drawIfAny(drawing: Drawing, measure: "accuracy" | "loss", curves: readonly Curve[]): string[] {
  if (curves.length === 0) return [];
  const chart: Curves = {
    description: `${measure} by epoch: ${curves.map(({ name }) => name).join(", ")}.`,
    measure,
    isShare: measure === "accuracy",
    curves,
  };
  return [drawCurves(drawing, chart)];
}

function lastValues({ history = [] }: Variant): string {
  const { epoch, loss, validationTop1 } = history.at(-1)!;
  const loss3 = Number.isFinite(loss) ? `, loss ${loss.toFixed(3)}` : "";
  const share =
    validationTop1 === undefined || !Number.isFinite(validationTop1)
      ? ""
      : `, ${(100 * validationTop1).toFixed(1)}% of validation pictures`;
  return `After epoch ${epoch}${loss3}${share}.`;
}
