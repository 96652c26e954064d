/** What is expected of the examples: the classes that this Node finds in the same picture. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Probabilities of the relaxed build may differ by so much. */
const TOLERANCE = 1e-4;

/** A result for an example whose `act` throws, or returns a fault, where it falls short. */
export async function checkExample(name, act) {
  try {
    return { name, fault: (await act()) ?? undefined };
  } catch (error) {
    return { name, fault: String(error?.stack ?? error) };
  }
}

/** The fault of classes that were found: not as expected. */
export function wrongClasses(actual, expected) {
  const near = expected.every(
    ({ label, score }, i) => actual[i]?.label === label && Math.abs(actual[i].score - score) <= TOLERANCE,
  );
  return near ? undefined : `expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`;
}

/** The same of lines such as `kind 3 12.3%`. */
export function wrongLines(lines, expected) {
  const wanted = expected.slice(0, 3).map(({ label, score }) => `${label} ${(100 * score).toFixed(1)}%`);
  return lines.join() === wanted.join() ? undefined : `expected ${wanted}, got ${lines}`;
}

/** What holds of every example that is a server: at its address, with the files of a folder of `withInstalled`. */
export function checkServer(name, address, folder, { classifier: { found } }) {
  const post = async (body) => {
    const response = await fetch(address, { method: "POST", body, signal: AbortSignal.timeout(60_000) });
    return { status: response.status, answer: await response.json() };
  };
  const picture = (file) =>
    checkExample(`${name} classifies a posted ${file}, request after request`, async () => {
      for (let i = 0; i < 3; i++) {
        const { status, answer } = await post(readFileSync(join(folder, file)));
        const fault = status === 200 ? wrongClasses(answer, found[file]) : `${status} ${JSON.stringify(answer)}`;
        if (fault) return fault;
      }
    });
  return Promise.all([
    checkExample(`${name} tells what it takes`, async () => {
      const about = await (await fetch(address)).json();
      return about.input?.shape.join() === "1,3,32,32" ? undefined : JSON.stringify(about);
    }),
    picture("picture.png"),
    picture("picture.jpg"),
    checkExample(`${name} refuses what is no picture`, async () => {
      const { status, answer } = await post("this is text");
      return status === 400 && answer.error ? undefined : `${status} ${JSON.stringify(answer)}`;
    }),
  ]);
}
