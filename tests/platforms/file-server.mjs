/** Serves a folder over HTTP on a free port, as a careful host would, and the faults that networks meet on their way. */
import { createReadStream, existsSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
  ".css": "text/css",
  ".wasm": "application/wasm",
  ".png": "image/png",
};

/** Scripts of this host only, no code from text; and what threads ask of a page. */
const HEADERS = {
  "content-security-policy": "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "access-control-allow-origin": "*",
};

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
export async function withFiles(folder, use, headers = HEADERS) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    const fault = FAULTS[pathname.replace("/faults/", "")];
    if (fault) return fault(response, readFileSync(join(folder, "network.esp")));
    const path = join(folder, normalize(pathname.endsWith("/") ? `${pathname}index.html` : pathname));
    if (!existsSync(path) || !statSync(path).isFile()) return response.writeHead(404).end("not found");
    response.setHeader("content-type", TYPES[extname(path)] ?? "application/octet-stream");
    response.setHeader("content-length", statSync(path).size);
    createReadStream(path).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await use(`http://127.0.0.1:${server.address().port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
