/** The Worker in between: the threads that pack are started from here. */
import type { WeightPiece } from '../../../src/kernels/weight-format/weight-format';
import { toFloat32 } from '../../../src/model/weights/float-formats';
import { browserPackHost } from '../../../src/model/weights/pack-host.browser';
import type { Step } from '../../../src/model/weights/pack-rows';
import { PackThreads, packOnThreads, type Tray } from '../../../src/model/weights/pack-threads';
import { store } from '../../../src/model/weights/quantise';

const COUNT = 96_000;
const raw = () => Promise.reject(new Error('not asked for'));
const step: Step = {
  tensor: { name: 'w', shape: [1, COUNT], dtype: 'BF16', bytes: 2 * COUNT, raw, rows: raw },
  first: 0,
  end: 1,
  columns: COUNT,
  piece: { format: 'q4' } as WeightPiece,
  at: 0,
};
packOnThreads({ ...browserPackHost, processors: 2, values: 1 });
const threads = PackThreads.open([step], { bytes: 2 * COUNT, values: COUNT }) as PackThreads;
let tray: Tray | null = null;
for (let waited = 0; !tray && waited < 30_000; waited += 5) {
  await new Promise((resolve) => setTimeout(resolve, 5));
  tray = threads.trayFor(step);
}
const same: boolean[] = [];
for (const phase of [1, 2]) {
  const values = Float32Array.from({ length: COUNT }, (_, i) => Math.sin(i * phase));
  const file = new Uint8Array(store(values, 'bf16').data.buffer);
  const packed = await tray?.pack(file);
  const wanted = store(toFloat32(file, 'BF16'), 'q4');
  const equal = (a?: Uint32Array | null, b?: Uint32Array | null) => !!a && !!b && a.join() === b.join();
  same.push(equal(packed?.data, wanted.data) && equal(packed?.scales, wanted.scales));
}
threads.end();
postMessage(JSON.stringify({ processors: browserPackHost.processors > 0, same }));
