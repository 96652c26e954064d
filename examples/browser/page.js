/** A picture from a file or the camera, classified in the page. No bundler: the package's files are served as they are. */
import { classes, load, pixels } from "./node_modules/espalier/dist/src/runtime/browser.js";

const [file, camera, canvas, answer, state] = ["file", "camera", "picture", "answer", "state"].map((id) =>
  document.getElementById(id),
);
const context = canvas.getContext("2d", { willReadFrequently: true });
const say = (text) => (state.textContent = text);

const session = await load(fetch("network.esp"), {
  onProgress: (bytes, total) => say(`${bytes} of ${total ?? "?"} bytes`),
}).catch((error) => {
  say(error.message);
  throw error;
});
say(`ready: ${session.name}, ${session.build} build`);

async function classify(image, width, height) {
  [canvas.width, canvas.height] = [width, height];
  context.drawImage(image, 0, 0, width, height);
  const input = pixels(session, context.getImageData(0, 0, width, height), { fit: "cover" });
  const start = performance.now();
  // In slices, so that the page stays smooth.
  const outputs = await session.runAsync(input);
  const found = classes(session, outputs, { most: 3, probabilities: true });
  answer.replaceChildren(...found.map(({ label, score }) => item(`${label} ${(100 * score).toFixed(1)}%`)));
  say(`${(performance.now() - start).toFixed(1)} ms`);
}

const item = (text) => Object.assign(document.createElement("li"), { textContent: text });

file.addEventListener("change", async () => {
  const image = await createImageBitmap(file.files[0]);
  await classify(image, image.width, image.height);
});

camera.addEventListener("click", async () => {
  const video = document.createElement("video");
  video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  await video.play();
  for (;;) {
    await classify(video, video.videoWidth, video.videoHeight);
    await new Promise(requestAnimationFrame);
  }
});
