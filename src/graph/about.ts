/** What a network carries besides its mathematics: how pictures go in, what the answers mean, what was done to it. */

/** How a picture becomes an input: (pixel / 255 - mean) / std per colour, or the raw pixel where mean and std are empty. */
export interface Preprocessing {
  readonly width: number;
  readonly height: number;
  readonly layout: "nchw" | "nhwc";
  readonly colour: "rgb" | "bgr" | "grey";
  /** One number a colour, in units of pixel / 255, or none. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** A figure before and after a step. */
export interface Measurement {
  readonly name: string;
  readonly before: number;
  readonly after: number;
}

/** One thing that was done to the network, the options as a user would type them. */
export interface Provenance {
  readonly step: string;
  readonly detail: string;
  readonly measurements: readonly Measurement[];
}

/** How a detector's outputs say boxes. The fields are those of `Boxes` in schemas/network.proto, explained there. */
export interface Boxes {
  readonly boxesOutput: number;
  readonly scoresOutput: number;
  readonly order: "places_first" | "numbers_first";
  readonly layout: "corners" | "centre";
  readonly unit: "relative" | "pixels";
  readonly activation: "none" | "sigmoid" | "softmax";
  readonly objectness: boolean;
  readonly background: number;
  readonly score: number;
  readonly iou: number;
  readonly most: number;
  readonly acrossClasses: boolean;
  readonly anchors: readonly number[];
  readonly variances: readonly number[];
}

export interface About {
  /** Class names in the order of the classes; empty where there are none. */
  readonly labels: readonly string[];
  readonly task: "tensors" | "classes" | "boxes";
  /** There exactly where the task is "boxes". */
  readonly boxes?: Boxes;
  /** By input name. */
  readonly preprocessing: Readonly<Record<string, Preprocessing>>;
  /** Oldest first. */
  readonly provenance: readonly Provenance[];
}

export const NOTHING_KNOWN: About = { labels: [], task: "tensors", preprocessing: {}, provenance: [] };
