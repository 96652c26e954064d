/** What an import of a .wasm file is where bundlers and platforms follow the Workers' convention. */
declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
