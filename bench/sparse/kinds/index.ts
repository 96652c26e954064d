/** THE list of the kinds of sparsity that are measured. A new one is one more file and one line. */
import { block2, block4 } from "./blocks.js";
import { gather, scatter } from "./channels.js";
import type { Kind } from "./kind.js";
import { nOfM } from "./n-of-m.js";
import { perforated } from "./perforated.js";
import { strided } from "./strided.js";
import { unstructured } from "./unstructured.js";

export const KINDS: readonly Kind[] = [unstructured, block2, block4, nOfM, strided, gather, scatter, perforated];
