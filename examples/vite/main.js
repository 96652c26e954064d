/** A picture classified off the main thread. Vite needs no settings for it: it finds the engine and the worker. */
import { classes, loadRemote, pixels } from "espalier/runtime";

const [file, answer, state] = ["file", "answer", "state"].map((id) => document.getElementById(id));

// public/network.esp, made by `npx espalier compile`.
const session = await loadRemote(fetch("network.esp"));
state.textContent = `ready: ${session.name}, ${session.build} build`;

let last = new AbortController();

file.addEventListener("change", async () => {
  // Only the picture that was chosen last is of interest.
  last.abort();
  last = new AbortController();
  const { signal } = last;
  const image = await createImageBitmap(file.files[0]);
  const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
  context.drawImage(image, 0, 0);
  const picture = context.getImageData(0, 0, image.width, image.height);
  const outputs = await session.run(pixels(session, picture, { fit: "cover" }), { signal });
  const found = classes(session, outputs, { most: 3, probabilities: true });
  answer.replaceChildren(
    ...found.map(({ label, score }) =>
      Object.assign(document.createElement("li"), { textContent: `${label} ${(100 * score).toFixed(1)}%` }),
    ),
  );
});
