/** SHA-256: the platform's where there is one, else (pages that are not served securely) this project's. */
export async function sha256(bytes: Uint8Array): Promise<Uint8Array> {
  const subtle = globalThis.crypto?.subtle;
  if (!subtle) return (await import("./sha256-portable.js")).sha256Portable(bytes);
  return new Uint8Array(await subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
}
