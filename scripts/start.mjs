/** `npm start`: the main job on the built-in example. */
import { pathToFileURL } from "node:url";
import { inRoot } from "./checkout.mjs";
import { setup } from "./setup.mjs";

await setup();
await import(pathToFileURL(inRoot("dist/examples/main-job/index.js")).href);
