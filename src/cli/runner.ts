/** What commands run networks with. */
import { startHelper } from "../measure/helper.js";
import { runtimeRunner } from "../measure/runner.js";

/** One for the whole command; it begins when it is first asked. */
const helper = startHelper();

export const commandRunner = () => ({ ...runtimeRunner(), helper });
