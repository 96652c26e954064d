/**
 * `npm run web [-- --port N] [-- --host ADDRESS] [-- --out FOLDER]`: the benchmark page. Serves it on this machine; `--host 0.0.0.0`
 * offers it to a phone in the same network (one thread there: browsers isolate only what is local or comes over TLS). `--out` only
 * writes the static files.
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { inRoot } from "../scripts/checkout.mjs";
import { setup } from "../scripts/setup.mjs";
import { buildSite } from "./site.mjs";
import { serveFolder } from "./static-server.mjs";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "8080" },
    host: { type: "string", default: "127.0.0.1" },
    out: { type: "string" },
  },
});

await setup();
const folder = values.out ? resolve(values.out) : inRoot("dist/site");
await buildSite(folder);
if (values.out) {
  console.log(`the page is in ${folder}`);
} else {
  const server = await serveFolder(folder, { host: values.host, port: Number(values.port) });
  console.log(`http://${values.host}:${server.address().port}/ (ends with Ctrl-C)`);
}
