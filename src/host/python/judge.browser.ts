/** Python in a browser: from the page or from inside another Worker, of files that the lab itself serves. */
import wasmAddress from 'pyodide/pyodide.asm.wasm?url';
import libraryAddress from 'pyodide/python_stdlib.zip?url';
import { collected, streamed } from '../../data/bytes';
import { workerLike } from '../../data/kept-worker.browser';
import { type OnBytes, type Python, pythonWith } from './judge';

export const browserPython = (
  start = () => new Worker(new URL('./python.browser.ts', import.meta.url), { type: 'module' }),
): Python =>
  pythonWith(
    (listener) => workerLike(start(), listener),
    async (onBytes) => {
      let [done, total] = [0, 0];
      const more: OnBytes = (bytes, all) => {
        done += bytes;
        total += all;
        onBytes(done, total);
      };
      const [wasm, library] = await Promise.all([fetched(wasmAddress, more), fetched(libraryAddress, more)]);
      return { wasm, library };
    },
    { lanes: Math.min(2, navigator.hardwareConcurrency ?? 1) },
  );

/** A file, and its bytes as they come. Throws where there is none. */
async function fetched(address: string, more: OnBytes): Promise<Uint8Array> {
  const response = await fetch(address);
  if (!response.ok || !response.body) throw new Error(`${address} answers ${response.status}`);
  more(0, Number(response.headers.get('content-length')) || 0);
  return collected(told(streamed(response.body), more));
}

async function* told(pieces: AsyncIterable<Uint8Array>, more: OnBytes): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    more(piece.length, 0);
    yield piece;
  }
}
