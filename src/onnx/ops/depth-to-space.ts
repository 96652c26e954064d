import { ModelError } from "../../errors.js";
import type { Importer, OnnxNode } from "../onnx-node.js";

function readBlock(node: OnnxNode): number {
  const block = node.attributes.int("blocksize");
  const shape = node.shape(0);
  if (shape.length !== 4) throw new ModelError(`expected an input with 4 axes, got ${shape.length}`);
  if (!block || block < 1) throw new ModelError(`blocksize is ${block}, expected 1 or more`);
  return block;
}

/** Channels become blocks of pixels: block x block of them stand in front of (DCR), or behind (CRD), the new channels' numbers. */
export const importDepthToSpace: Importer = (node) => {
  const b = readBlock(node);
  const [, c, h, w] = node.shape(0) as [number, number, number, number];
  const mode = node.attributes.text("mode") || "DCR";
  if (mode !== "DCR" && mode !== "CRD") throw new ModelError(`mode "${mode}" does not exist`);
  if (c % (b * b) !== 0) throw new ModelError(`${c} channels do not divide into blocks of ${b} x ${b}`);
  const channels = c / (b * b);
  const [split, permutation] =
    mode === "DCR"
      ? [
          [0, b, b, channels, h, w],
          [0, 3, 4, 1, 5, 2],
        ]
      : [
          [0, channels, b, b, h, w],
          [0, 1, 4, 2, 5, 3],
        ];
  const blocks = node.step("reshape", { shape: split! }, [node.value(0)]);
  const moved = node.step("transpose", { permutation: permutation! }, [blocks]);
  node.emit("reshape", { shape: [0, channels, h * b, w * b] }, [moved]);
};

/** Blocks of pixels become channels, the pixel's place in the block in front of the channel's number. */
export const importSpaceToDepth: Importer = (node) => {
  const b = readBlock(node);
  const [, c, h, w] = node.shape(0) as [number, number, number, number];
  if (h % b !== 0 || w % b !== 0) throw new ModelError(`${h} x ${w} pixels do not divide into blocks of ${b} x ${b}`);
  const blocks = node.step("reshape", { shape: [0, c, h / b, b, w / b, b] }, [node.value(0)]);
  const moved = node.step("transpose", { permutation: [0, 3, 5, 1, 2, 4] }, [blocks]);
  node.emit("reshape", { shape: [0, b * b * c, h / b, w / b] }, [moved]);
};
