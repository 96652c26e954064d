/** A folder over HTTP, under a strict policy, with the faults that networks meet on their way. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { serveFolder } from "../../web/static-server.mjs";

/** What `/faults/NAME` does with the bytes of network.esp. */
const FAULTS = {
  damaged(response, network) {
    network[network.length - 100] ^= 1;
    response.end(network);
  },
  truncated: (response, network) => response.end(network.subarray(0, network.length >> 1)),
  "cut-off"(response, network) {
    response.setHeader("content-length", network.length);
    response.write(network.subarray(0, 1000), () => setTimeout(() => response.destroy(), 50));
  },
  missing(response) {
    response.statusCode = 404;
    response.end("gone");
  },
};

/** Calls `use` with the address of a server for the folder, without a / behind it. */
export async function withFiles(folder, use) {
  const answers = Object.fromEntries(
    Object.entries(FAULTS).map(([name, fault]) => [
      `/faults/${name}`,
      (response) => fault(response, readFileSync(join(folder, "network.esp"))),
    ]),
  );
  const server = await serveFolder(folder, { answers });
  try {
    return await use(`http://127.0.0.1:${server.address().port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
