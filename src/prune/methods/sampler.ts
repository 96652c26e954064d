import type { ReadsEdit } from "../edits/reads.js";
import type { Layer } from "../layers.js";
import type { ChannelMap } from "../atoms.js";
import { isOp } from "../../ops/index.js";
import { definePlanMethod } from "./method.js";
import { groupsOf, layersOf, planByGroups } from "./weight-groups.js";

/** The first convolution of a residual branch reads some channels of the trunk only; the trunk itself keeps all of them. */
export const sampler = definePlanMethod({
  name: "sampler",
  summary:
    "input channels of each residual branch's first convolution, smallest sum of absolute weights first; the trunk keeps all",
  paper:
    "He, Zhang, Sun 2017, Channel Pruning for Accelerating Very Deep Neural Networks, section 3.3 (feature map sampler)",
  removes: "input channels of branches",
  needs: ["weights"],
  budgets: ["macs", "parameters", "ms"],
  scopes: ["global", "local"],
  options: {},
  plan(context) {
    const { channels } = context.map;
    const layers = layersOf(
      context,
      (layer) => beginsBranch(layer, channels),
      "no convolution begins a residual branch: there is no branch to sample",
    );
    return planByGroups(
      context,
      layers.map((layer) => {
        const [, width, kh, kw] = layer.filter.shape as [number, number, number, number];
        const groups = groupsOf(layer, width, (i) => Math.floor(i / (kh * kw)) % width, "l1");
        return { ...groups, edit: (kept) => readsEdit(layer, width, kept) };
      }),
    );
  },
});

/** Whether it reads a trunk, all of whose channels residual adds couple, and writes something else. */
function beginsBranch({ node, readers }: Layer, channels: ChannelMap): boolean {
  if (!isOp(node, "conv") || node.attrs.groups !== 1 || readers > 1) return false;
  const coupled = (name: string) => {
    const atoms = channels.atoms.get(name)![1];
    return atoms ? [...atoms].map((atom) => channels.residual(channels.rootOf(atom))) : [false];
  };
  return coupled(node.inputs[0]!).every(Boolean) && !coupled(node.outputs[0]!).some(Boolean);
}

function readsEdit({ name }: Layer, width: number, kept: Uint8Array): ReadsEdit | undefined {
  if (!kept.includes(0)) return undefined;
  return { kind: "reads", node: name, width, channels: [...kept.keys()].filter((channel) => kept[channel]) };
}
