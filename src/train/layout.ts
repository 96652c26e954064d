/** The memory of a plan for batches of images, laid out before anything runs, and its records written into it. */
import { Abi } from "../../assembly/abi.js";
import { Training, TrainingKernel } from "../../assembly/training/abi.js";
import { alignUp, type Place } from "../runtime/site.js";
import { writeStep } from "../runtime/write-step.js";
import type { Draft, EachBytes, Group, Records, TaskFields } from "./records.js";
import { type TaskNumbers, writeTask } from "./write-task.js";

/** What is laid out besides the records. */
export interface LayoutRequest {
  readonly batch: number;
  readonly threads: number;
  /** Groups of records in front of the backward ones. */
  readonly forwardGroups: number;
  /** Records that are written later, behind those of the plan. */
  readonly spareRecords: number;
}

/** Where everything lies, in byte addresses, and how it is written. */
export interface PlanLayout {
  readonly totalBytes: number;
  /** Of buffers: of all images, and what kernels work in. */
  readonly bufferBytes: number;
  /** Of packed filters and tables. */
  readonly tableBytes: number;
  readonly recordBytes: number;
  readonly recordsAt: number;
  readonly records: number;
  /** How many of them pack filters, which comes first. */
  readonly packingRecords: number;
  /** How many of them run before the backward ones. */
  readonly forwardRecords: number;
  /** Where the spare records stand. */
  readonly spareAt: number;
  /** The address of a place, of the first image's part where each image has one. */
  at(place: Place): number;
  /** Bytes from one image's part to the next one's; 0 where all images share the buffer. */
  eachOf(place: Place): number;
  /** How many records have to run until something is there. Later ones may use its memory again. */
  recordOf(place: Place): number;
  /** Writes tables and records. */
  write(memory: ArrayBufferLike): void;
}

/** A record with its place in the plan: of which image, if of one. */
interface Placed {
  readonly draft: Draft;
  readonly image: number;
}

/** Lays out all memory, and says how it is written. */
export function layOut(records: Records, request: LayoutRequest): PlanLayout {
  const { batch, threads, forwardGroups, spareRecords } = request;
  const arena = records.buffers.layOut(batch);
  const top = topRecords(records.groups);
  const inner = records.groups.reduce((sum, { each }) => sum + each.length * batch, 0);
  const packing = records.preparing.length;
  const count = packing + top;
  const recordBytes = (count + spareRecords + inner) * Training.taskBytes;
  const constantsAt = Abi.firstFree;
  const recordsAt = constantsAt + alignUp(records.constants.bytes);
  const spareAt = recordsAt + count * Training.taskBytes;
  const innerAt = spareAt + spareRecords * Training.taskBytes;
  const scratchAt = recordsAt + alignUp(recordBytes);
  const share = alignUp(records.scratchBytes + Abi.slackBytes);
  const arenaAt = scratchAt + share * threads;
  const addressOf = (place: Place, image: number): number => {
    if (place.region === "constants") return constantsAt + place.offset;
    if (place.region === "scratch")
      return scratchAt + (image < 0 ? 0 : ownerOf(image, batch, threads) * share) + place.offset;
    return arenaAt + arena.offsetOf(place.value) + Math.max(0, image) * arena.eachOf(place.value) + place.offset;
  };
  return {
    totalBytes: arenaAt + arena.bytes,
    bufferBytes: arena.bytes + share * threads,
    tableBytes: records.constants.bytes,
    recordBytes,
    recordsAt,
    records: count,
    packingRecords: packing,
    forwardRecords: packing + topRecords(records.groups.slice(0, forwardGroups)),
    spareAt,
    at: (place) => addressOf(place, -1),
    eachOf: ({ value }) => arena.eachOf(value),
    recordOf: (place) => packing + topRecords(records.groups.slice(0, records.buffers.firstGroup(place) + 1)),
    write(memory) {
      records.constants.write(memory, constantsAt);
      const view = new DataView(memory);
      const write = (to: number, { draft, image }: Placed) => {
        if (!draft.own) return writeStep(view, to, draft.step, (place) => addressOf(place, image));
        const number = (value: Place | EachBytes | number) => {
          if (typeof value === "number") return value;
          return "eachOf" in value ? arena.eachOf(value.eachOf.value) : addressOf(value, image);
        };
        writeTask(view, to, draft.kernel, { share: image < 0 ? share : 0, ...mapFields(draft.fields, number) });
      };
      let to = recordsAt;
      let inside = innerAt;
      const next = () => (to += Training.taskBytes) - Training.taskBytes;
      for (const draft of records.preparing) write(next(), { draft, image: -1 });
      for (const group of records.groups) {
        if (group.each.length > 0) {
          writeTask(view, next(), TrainingKernel.Images, { x: inside, images: batch, count: group.each.length });
          for (let image = 0; image < batch; image++) {
            for (const draft of group.each) {
              write(inside, { draft, image });
              inside += Training.taskBytes;
            }
          }
        }
        for (const draft of group.all) write(next(), { draft, image: -1 });
      }
    },
  };
}

function mapFields(fields: TaskFields, number: (value: Place | EachBytes | number) => number): TaskNumbers {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, number(value)]])),
  );
}

const topRecords = (groups: readonly Group[]) =>
  groups.reduce((sum, { each, all }) => sum + (each.length > 0 ? 1 : 0) + all.length, 0);

/** The thread that runs an image's records: as `firstOf` and `endOf` of assembly/threads.ts divide them. */
function ownerOf(image: number, images: number, threads: number): number {
  let thread = 0;
  while (image >= Math.floor((images * (thread + 1)) / threads)) thread++;
  return thread;
}
