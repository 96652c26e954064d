/** THE list of ways to take a convolution apart. Adding one is one file and one word. */
import { channel } from "./channel.js";
import { cp } from "./cp.js";
import type { Form } from "./form.js";
import { spatial } from "./spatial.js";
import { tucker } from "./tucker.js";

export const FORMS: readonly Form[] = [channel, spatial, tucker, cp];

export function formByName(name: string): Form | undefined {
  return FORMS.find((form) => form.name === name);
}
