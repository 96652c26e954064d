/**
 * Colours and shapes. Series are told apart by both, so that no reader depends on colour: the colours are those of Okabe and Ito
 * 2008 ("Color universal design"), darkened on light ground and lightened on dark ground to a contrast of 3 or more.
 */

interface Shades {
  readonly light: string;
  readonly dark: string;
}

/** CSS variables `--NAME`. */
export const SHADES: Readonly<Record<string, Shades>> = {
  page: { light: "#f6f5f0", dark: "#131714" },
  card: { light: "#fffefb", dark: "#1a1f1b" },
  ink: { light: "#1f2521", dark: "#e6eae4" },
  muted: { light: "#5a645d", dark: "#9eaaa1" },
  line: { light: "#dcddd3", dark: "#333b35" },
  accent: { light: "#2c6e49", dark: "#7cc796" },
  before: { light: "#b9bfb5", dark: "#5d685f" },
  series1: { light: "#0072b2", dark: "#56b4e9" },
  series2: { light: "#c65102", dark: "#f08a4b" },
  series3: { light: "#00805d", dark: "#2fc79b" },
  series4: { light: "#a8518a", dark: "#d98fbb" },
  series5: { light: "#8a6d00", dark: "#e6c229" },
  series6: { light: "#4b5a9b", dark: "#a3b1ee" },
};

/** Declarations of all shades of a scheme. */
export const variables = (scheme: "light" | "dark") =>
  Object.entries(SHADES)
    .map(([name, { [scheme]: colour }]) => `--${name}: ${colour};`)
    .join(" ");

/** Rules of a style sheet that give the variables their shades. */
export const SCHEMES = `:root { ${variables("light")} }
@media (prefers-color-scheme: dark) { :root { ${variables("dark")} } }`;

/** As values of fill and stroke; a chart outside a page that says the variables is drawn for light ground. */
const paint = (name: string) => `var(--${name}, ${SHADES[name]!.light})`;

export const PAINT = {
  card: paint("card"),
  ink: paint("ink"),
  muted: paint("muted"),
  line: paint("line"),
  accent: paint("accent"),
  before: paint("before"),
} as const;

const SERIES = Object.keys(SHADES).filter((name) => name.startsWith("series"));
const SYMBOLS = ["circle", "square", "triangle", "diamond", "cross", "wye", "hexagon"] as const;

/** What the unpruned network is drawn as; no series is. */
export const DENSE_SYMBOL = "star";

export interface SeriesLook {
  readonly colour: string;
  readonly symbol: (typeof SYMBOLS)[number] | typeof DENSE_SYMBOL;
}

export const DENSE_LOOK: SeriesLook = { colour: PAINT.ink, symbol: DENSE_SYMBOL };

/** The look of the i-th series: 42 different ones. */
export function seriesLook(i: number): SeriesLook {
  return { colour: paint(SERIES[i % SERIES.length]!), symbol: SYMBOLS[i % SYMBOLS.length]! };
}
