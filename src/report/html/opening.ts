/** The top of the page: one sentence, what it means, and six figures. */
import type { Comparison, Variant } from "../comparison.js";
import { formatBytes, formatCount, formatMilliseconds, formatPercentage, formatRatio, formatWhole } from "../units.js";
import {
  accuracyChange,
  chooseVariant,
  finalAccuracy,
  headline,
  isWithinError,
  standardError,
  TOLERATED_LOSS,
} from "../verdict.js";
import { markup, type Markup } from "./markup.js";

export function opening(comparison: Comparison): Markup {
  const { dense, title } = comparison;
  const chosen = chooseVariant(comparison);
  return markup`<header>
    <p class="eyebrow">${title}</p>
    <h1>${chosen ? headline(dense, chosen) : "The dense network, before any pruning"}</h1>
    ${chosen && markup`<p class="lede">${lede(comparison, chosen)}</p>`}
    <dl class="key">${keyFigures(comparison, chosen ?? dense)}</dl>
  </header> `;
}

/** How the headline comes about, and how far it can be trusted. */
function lede(comparison: Comparison, chosen: Variant): Markup {
  const { dense, testPictures } = comparison;
  const name = markup`<strong>${chosen.name}</strong>`;
  const times = `takes ${formatMilliseconds(chosen.medianMs)} a run, the dense network ${formatMilliseconds(dense.medianMs)}.`;
  const [before, after] = [finalAccuracy(dense), finalAccuracy(chosen)];
  const why = reason(comparison, chosen);
  if (before === undefined || after === undefined) return markup`${name} ${times} Accuracies were not measured. ${why}`;
  const of = testPictures === undefined ? "the test pictures" : `${formatWhole(testPictures)} test pictures`;
  const right = `It is right on ${withError(after, testPictures)} of ${of}, the dense one on ${withError(before, testPictures)}`;
  const doubt = isWithinError(before, after, testPictures) ? ", a difference within the error" : "";
  return markup`${name} ${times} ${right}${doubt}. ${why}`;
}

function reason(comparison: Comparison, chosen: Variant): string {
  const { dense, variants } = comparison;
  if (variants.length < 2 || comparison.chosen === chosen.name) return "";
  const change = accuracyChange(dense, chosen);
  if (change === undefined) return `It is the fastest of ${variants.length}.`;
  if (change < -TOLERATED_LOSS - 1e-9) return `Of ${variants.length}, it loses the least.`;
  return `Of ${variants.length}, it is the fastest that loses at most ${100 * TOLERATED_LOSS} point.`;
}

const withError = (fraction: number, n: number | undefined) => {
  const error = standardError(fraction, n);
  return `${formatPercentage(fraction)}${error === undefined ? "" : `\u00a0±\u00a0${(100 * error).toFixed(1)}`}`;
};

function keyFigures({ dense, testPictures }: Comparison, chosen: Variant): Markup[] {
  const accuracy = (variant: Variant) => finalAccuracy(variant) ?? NaN;
  const cost = (
    label: string,
    key: "medianMs" | "macs" | "parameters" | "bytes" | "peakBytes",
    format: (n: number) => string,
  ) => keyFigure(label, format(chosen[key]), from(format(dense[key]), times(dense[key] / chosen[key])));
  const from = (before: string, change = "") => (chosen === dense ? "" : `from ${before}${change}`);
  const error = standardError(accuracy(chosen), testPictures);
  const notes = [error === undefined ? "" : `± ${(100 * error).toFixed(1)}`, from(formatPercentage(accuracy(dense)))];
  return [
    cost("time a run, median", "medianMs", formatMilliseconds),
    keyFigure("accuracy, top-1", formatPercentage(accuracy(chosen)), notes.filter((note) => note !== "").join(", ")),
    cost("multiply-adds a run", "macs", formatCount),
    cost("parameters", "parameters", formatCount),
    cost("file", "bytes", formatBytes),
    cost("memory of a session", "peakBytes", formatBytes),
  ];
}

function times(ratio: number): string {
  if (!Number.isFinite(ratio) || ratio === 1) return "";
  return ratio > 1 ? `, ${formatRatio(ratio)}\u00a0less` : `, ${formatRatio(1 / ratio)}\u00a0more`;
}

const keyFigure = (label: string, value: string, from: string) =>
  markup`<div>
    <dt>${label}</dt>
    <dd>
      <div class="figure">${value}</div>
      ${from !== "" && markup`<div class="from">${from}</div>`}
    </dd>
  </div> `;
