/** Writes src/model/weights/pack-wasm.ts, the WebAssembly of pack.wat; `npm run wat`. A test asserts that it was run. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const WAT = new URL('../src/model/weights/pack.wat', import.meta.url);
const TS = new URL('../src/model/weights/pack-wasm.ts', import.meta.url);

/** The module that is made of pack.wat. */
export async function assembled() {
  const { default: wabt } = await import('wabt');
  const { parseWat } = await wabt();
  const module = parseWat('pack.wat', readFileSync(WAT, 'utf8'));
  try {
    return Buffer.from(module.toBinary({}).buffer);
  } finally {
    module.destroy();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = (await assembled()).toString('base64');
  writeFileSync(TS, `/** pack.wat as bytes in base64 (scripts/wat.mjs). */\nexport const PACK_WASM =\n  '${text}';\n`);
}
