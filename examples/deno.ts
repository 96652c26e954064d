/**
 * Runs a network on an input of float32 numbers and prints the outputs:
 *
 *   deno run --allow-read examples/deno.ts network.esp input.f32
 */
import { load } from "espalier/runtime";

const [network, input] = Deno.args;
if (!network || !input) throw new Error("usage: deno run --allow-read deno.ts network.esp input.f32");

const session = await load(await Deno.readFile(network));
const { buffer } = await Deno.readFile(input);
const outputs = session.run({ [session.inputs[0]!.name]: new Float32Array(buffer) });
for (const [name, numbers] of Object.entries(outputs)) console.log(JSON.stringify({ [name]: [...numbers] }));
