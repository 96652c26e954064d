/** The memory of a training step: buffers with lifetimes in groups of records, laid out before anything runs. */
import { Abi } from "../../assembly/abi.js";
import { placeBuffers } from "../runtime/arena.js";
import { alignUp, type Place } from "../runtime/site.js";

export interface Buffer {
  /** Bytes of one image's part where each image has one, else of all. */
  readonly bytes: number;
  /** Whether there is a part for each image of the batch. */
  readonly each: boolean;
  /** First and last group of records at which the contents matter. */
  from: number;
  to: number;
}

/** Where everything lies; addresses behind the arena's beginning. */
export interface Layout {
  readonly bytes: number;
  /** Bytes behind the arena's beginning. */
  offsetOf(buffer: number): number;
  /** Bytes from one image's part to the next; 0 where all images share the buffer. */
  eachOf(buffer: number): number;
}

const ALWAYS = { from: -1, to: Number.MAX_SAFE_INTEGER };

export class Buffers {
  readonly #list: Buffer[] = [];

  /** A buffer that lives while records use it. */
  add(bytes: number, each: boolean): Place {
    return this.#push({ bytes, each, from: Infinity, to: -Infinity });
  }

  /** A buffer whose contents last from step to step. */
  keep(bytes: number, each: boolean): Place {
    return this.#push({ bytes, each, ...ALWAYS });
  }

  /** Notes that a group of records uses a buffer. */
  touch(place: Place, group: number): void {
    if (place.region !== "value") return;
    const buffer = this.#list[place.value]!;
    buffer.from = Math.min(buffer.from, group);
    buffer.to = Math.max(buffer.to, group);
  }

  /** The first group of records that uses a buffer. */
  firstGroup(place: Place): number {
    return this.#list[place.value]!.from;
  }

  layOut(images: number): Layout {
    const each = this.#list.map((buffer) => (buffer.each ? alignUp(buffer.bytes + Abi.slackBytes) : 0));
    const sized = this.#list.map(({ bytes, from, to }, i) => ({
      bytes: from > to ? 0 : alignUp(each[i]! > 0 ? each[i]! * images : bytes + Abi.slackBytes),
      from: Math.min(from, to),
      to,
    }));
    const { offsets, bytes } = placeBuffers(sized);
    return { bytes, offsetOf: (i) => offsets[i]!, eachOf: (i) => each[i]! };
  }

  #push(buffer: Buffer): Place {
    this.#list.push(buffer);
    return { region: "value", value: this.#list.length - 1, offset: 0 };
  }
}
