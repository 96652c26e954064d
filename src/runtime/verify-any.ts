/** Checks networks of all kinds, for whoever has all of the runtime at hand. */
import type { Network } from "../gen/network.js";
import { checkBoxes } from "./detector.js";
import { ruleOf } from "./layers/index.js";
import { type Checked, verifyNetwork } from "./verify.js";

/** `verifyNetwork` with every part that a network could need. */
export function verifyAnyNetwork(network: Network): Checked {
  return verifyNetwork(network, { ruleOf, checkBoxes });
}
