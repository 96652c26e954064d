/** `npm run check`: formatting and linting. Types, layering and meaning are checked by `npm test`. */
import { runNode } from "./checkout.mjs";
import { setup } from "./setup.mjs";

await setup();
runNode("node_modules/prettier/bin/prettier.cjs", ["--check", "."]);
runNode("node_modules/oxlint/bin/oxlint", [
  "--deny-warnings",
  "src",
  "assembly",
  "scripts",
  "tests",
  "bench",
  "examples",
  "web",
  "bin",
]);
