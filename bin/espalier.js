#!/usr/bin/env node
// The launcher. In a checkout it first installs and builds whatever is missing or stale; a published package has nothing to build.
import { existsSync } from "node:fs";

const setup = new URL("../scripts/setup.mjs", import.meta.url);
if (existsSync(setup) && existsSync(new URL("../tsconfig.json", import.meta.url)))
  await (await import(setup.href)).setup();
const { main } = await import("../dist/src/cli/main.js");
process.exitCode = await main(process.argv.slice(2));
