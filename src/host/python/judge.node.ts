/** Python in Node: in threads, from the package's files on disk. */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { threadLike } from '../../data/kept-worker.node';
import { type Python, pythonWith } from './judge';

/** JavaScript of a worker, MB: what Python itself takes is WebAssembly's, and bounded there. */
const HEAP = 256;
/** MB of stack: what Python calls inside of itself. */
const STACK = 8;

/** `code`: python.node.ts, bundled. `fileAt`: where a file of Pyodide's package lies. */
export const nodePython = (code: URL, fileAt: (name: string) => string, limit?: number): Python =>
  pythonWith(
    (listener) => {
      const resourceLimits = { maxOldGenerationSizeMb: HEAP, stackSizeMb: STACK };
      return threadLike(new Worker(code, { resourceLimits, env: {}, execArgv: [] }), listener);
    },
    async (onBytes) => {
      const [wasm, library] = await Promise.all(
        ['pyodide.asm.wasm', 'python_stdlib.zip'].map(async (name) => new Uint8Array(await readFile(fileAt(name)))),
      );
      onBytes(1, 1);
      return { wasm, library };
    },
    { lanes: Math.min(2, availableParallelism()), limit },
  );
