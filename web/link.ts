/** A report in an address: deflated, in letters that addresses take as they are, behind the #, which no server hears of. */
import type { BenchmarkReport } from "../src/benchmark/index.js";

const NAME = "#report=";

/** The page's address with the report in it. */
export async function linkTo(report: BenchmarkReport, address: string): Promise<string> {
  const bytes = await passed(new TextEncoder().encode(JSON.stringify(report)), new CompressionStream("deflate-raw"));
  const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  const letters = text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return `${address.split("#")[0]}${NAME}${letters}`;
}

/** The report in an address; undefined where there is none. Throws where there is something else. */
export async function reportIn(address: string): Promise<BenchmarkReport | undefined> {
  const at = address.indexOf(NAME);
  if (at < 0) return undefined;
  const text = address
    .slice(at + NAME.length)
    .replaceAll("-", "+")
    .replaceAll("_", "/");
  try {
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    const json = await passed(bytes, new DecompressionStream("deflate-raw"));
    return checked(JSON.parse(new TextDecoder().decode(json)) as BenchmarkReport);
  } catch (cause) {
    throw new Error("the address holds no report; it may have been cut off when it was copied", { cause });
  }
}

/** Links come from anybody: what is shown has to be what it seems. */
function checked(report: BenchmarkReport): BenchmarkReport {
  if (report.version !== 1 || !Array.isArray(report.networks)) throw new Error("not a report of this version");
  return report;
}

async function passed(
  bytes: Uint8Array<ArrayBuffer>,
  through: CompressionStream | DecompressionStream,
): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(through);
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
