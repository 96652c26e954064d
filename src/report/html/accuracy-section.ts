/** Accuracy against measured time: after the last stage, and stage by stage. */
import type { Drawing } from "../charts/drawing.js";
import { DENSE_LOOK } from "../charts/palette.js";
import { drawTradeOff, type TradeOff, type TradeOffPoint } from "../charts/trade-off.js";
import type { Comparison, Stage, Variant } from "../comparison.js";
import { STAGES } from "../comparison.js";
import { chooseVariant, finalAccuracy, stagesOf, standardError } from "../verdict.js";
import { figure, type FigureText, type LegendEntry, ringMark, symbolMark } from "./figure.js";
import { markup, type Markup } from "./markup.js";
import { type Series, seriesOf } from "./series.js";
import { STAGE_FINISHES, STAGE_NAMES } from "./stages.js";
import { comparisonTable } from "./table.js";

const READING =
  "Each mark is one network, compiled and run as it ships. Further left is faster, further up more often right.";
const COST = "measured time of a run, ms";

export function accuracySection(drawing: Drawing, comparison: Comparison): Markup {
  const chosen = chooseVariant(comparison);
  const stages = STAGES.filter((stage) => comparison.variants.some((variant) => stagesOf(variant).includes(stage)));
  return markup`<section>
    <h2>What pruning costs, and what it gains</h2>
    ${stages.length > 0 && markup`<p>${READING}</p>`} ${stages.length > 0 && finalFigure(drawing, comparison, stages)}
    ${stages.length > 1 && stagesFigure(drawing, comparison, stages)} ${comparisonTable(comparison, chosen)}
  </section> `;
}

function finalFigure(drawing: Drawing, comparison: Comparison, stages: readonly Stage[]): Markup {
  const { dense, testPictures } = comparison;
  const chosen = chooseVariant(comparison);
  const point = (variant: Variant) => pointOf(variant, finalAccuracy(variant), testPictures);
  const series = seriesOf(comparison);
  const chart: TradeOff = {
    description: describe(comparison, series),
    cost: COST,
    series: series.map(({ look, variants }) => ({ look, finish: "solid", points: variants.map(point) })),
    dense: point(dense),
    chosen: chosen && point(chosen),
  };
  const when = stages.length > 1 ? ", after the last stage" : `, ${STAGE_NAMES[stages[0]!]}`;
  const bars = testPictures === undefined ? "" : "Bars reach one standard error up and down. ";
  const text: FigureText = {
    title: `Accuracy against time${when}`,
    caption: `${bars}The accuracy axis does not begin at zero.`,
    legend: [
      denseEntry(drawing),
      ...series.map((one) => seriesEntry(drawing, one)),
      ...(chosen ? [{ label: chosen.name, mark: ringMark(drawing) }] : []),
    ],
  };
  return figure(text, (size) => drawTradeOff(drawing, size, chart));
}

function stagesFigure(drawing: Drawing, comparison: Comparison, stages: readonly Stage[]): Markup {
  const { dense } = comparison;
  const series = seriesOf(comparison);
  const chart: TradeOff = {
    description: `Accuracy against measured time at each stage: ${stages.map((stage) => STAGE_NAMES[stage]).join(", ")}. The table has the numbers.`,
    cost: COST,
    series: stages.flatMap((stage) =>
      series.map(({ look, variants }) => ({
        look,
        finish: STAGE_FINISHES[stage],
        points: variants.map((variant) => pointOf(variant, variant.accuracy[stage])),
      })),
    ),
    dense: pointOf(dense, finalAccuracy(dense)),
  };
  const text: FigureText = {
    title: "The same, stage by stage",
    caption:
      "What the cut itself took away, and how much of it came back. Weights do not change the time, so a network's marks are in one vertical.",
    legend: [
      ...stages.map((stage) => ({
        label: STAGE_NAMES[stage],
        mark: symbolMark(drawing, { ...DENSE_LOOK, symbol: "circle" }, STAGE_FINISHES[stage]),
      })),
      ...series.map((one) => seriesEntry(drawing, one)),
    ],
  };
  return figure(text, (size) => drawTradeOff(drawing, size, chart));
}

function pointOf({ name, medianMs }: Variant, accuracy = NaN, testPictures?: number): TradeOffPoint {
  return { name, cost: medianMs, accuracy, error: standardError(accuracy, testPictures) };
}

const denseEntry = (drawing: Drawing): LegendEntry => ({
  label: "dense",
  mark: symbolMark(drawing, DENSE_LOOK, "solid"),
});

const seriesEntry = (drawing: Drawing, { name, look }: Series): LegendEntry => ({
  label: name,
  mark: symbolMark(drawing, look, "solid"),
});

const describe = ({ variants }: Comparison, series: readonly Series[]) =>
  `Accuracy against measured time of ${variants.length} pruned networks by ${series.map(({ name }) => name).join(", ")}, and of the dense network. The table has the numbers.`;
