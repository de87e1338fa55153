/** Loading a checkpoint from disk to the device: bytes a second, the longest block of the event loop, host memory. */
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Gpu } from '../../gpu/device';
import { Arena, type Tensor } from '../../gpu/tensor';
import { measureUploadBandwidth } from '../../kernels/probe/probe';
import type { WeightFormat } from '../../kernels/weight-format/weight-format';
import { folderSource } from '../../library/sources/folder.node';
import { bindingBytes } from '../../model/net/decoder';
import { packedCatalog } from '../../model/net/layout';
import { createFrozen, ParameterLayout } from '../../model/net/parameters';
import { store } from '../../model/weights/quantise';
import { openShardedSafetensors } from '../../model/weights/safetensors-file';
import type { StoredTensor, TensorCatalog } from '../../model/weights/stored-tensor';
import { type Bench, fastest, type Group, timed } from './group';
import { writeBlocks } from './loading-blocks';
import { watched } from './loop-watch';
import { drawWeights, smolShape } from './models';
import { megabytes } from './row';

const REPEATS = 4;
/** Loads of a format. Every other one is watched, which takes time itself: some 20 ms of 120. */
const LOADS = 8;
/** What is read at a time, as loading does. */
const PIECE = 2 * 1024 * 1024;
/** A buffer that every adapter takes. */
const BUFFER = 32 * 1024 * 1024;

export const loading: Group = async (b) => {
  const layout = new ParameterLayout(smolShape(b.quick ? 1 : 8));
  const upload = await measureUploadBandwidth(b.gpu, PIECE, b.clock);
  const clocked = b.clock ? await measureUploadBandwidth(b.gpu, PIECE) : upload;
  b.add({ group: 'loading', name: 'limit: host memory to the device', bandwidth: upload, share: 1 });
  const drawn = packedCatalog(layout, drawWeights(layout.config));
  const folder = await mkdtemp(join(tmpdir(), 'antisd-bench-'));
  try {
    for (const [dtype, formats] of [
      ['F32', ['f32']],
      ['BF16', ['bf16', 'f16', 'q8', 'q4']],
    ] as const) {
      const bytes = await writeCheckpoint(join(folder, 'model.safetensors'), drawn, dtype);
      const path = join(folder, 'model.safetensors');
      await limit(b, `reading a file of ${megabytes(bytes)}`, { bytes, upload }, () => readAll(path, bytes));
      await limit(b, 'the same, written to the device', { bytes, upload }, () => readAll(path, bytes, b.gpu));
      const tensors = await openShardedSafetensors(await folderSource(folder));
      for (const format of formats) await load(b, layout, tensors, { bytes, dtype, upload, clocked }, format);
    }
    for (const [dtype, format] of [
      ['Q8_0', 'q8'],
      ['Q4_1', 'q4'],
      ['Q4_0', 'q4'],
    ] as const) {
      const file = { folder: await folderSource(folder), name: 'blocks', path: join(folder, 'blocks') };
      const { bytes, tensors } = await writeBlocks(layout, file, dtype);
      await load(b, layout, tensors, { bytes, dtype, upload, clocked }, format);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
};

/** The row of what loading cannot do without. */
async function limit(
  b: Bench,
  name: string,
  file: { bytes: number; upload: number },
  work: () => Promise<void>,
): Promise<void> {
  const time = await fastest(work, REPEATS);
  const bandwidth = file.bytes / b.deviceMs(time) / 1e6;
  b.add({ group: 'loading', name: `limit: ${name}`, ...time, bandwidth, share: bandwidth / file.upload });
}

/** The row of one format: of some loads the fastest, the one with the shortest block (a busy machine adds its own), the most memory. */
async function load(
  { gpu, deviceMs, add }: Bench,
  layout: ParameterLayout,
  tensors: TensorCatalog,
  file: { bytes: number; dtype: string; upload: number; clocked: number },
  format: WeightFormat,
): Promise<void> {
  let [ms, cpuMs, blocked, computed] = new Array<number>(4).fill(Number.POSITIVE_INFINITY);
  let [grown, weights] = [0, 0];
  for (let i = 0; i < LOADS; i++) {
    const arena = new Arena(gpu);
    const fill = async (look?: () => void) => {
      await createFrozen(arena, layout, { tensors, where: 'bench' }, format, bindingBytes(gpu), look);
      await gpu.device.queue.onSubmittedWorkDone();
    };
    const seen = i % 2 === 0 ? await watched(fill) : null;
    const time = seen ?? (await timed(fill));
    weights = arena.bytes.weights;
    arena.destroy();
    gpu.device.queue.submit([]);
    await gpu.device.queue.onSubmittedWorkDone();
    ms = Math.min(ms, time.ms);
    cpuMs = Math.min(cpuMs, time.cpuMs);
    if (!seen) continue;
    blocked = Math.min(blocked, seen.blockedMs);
    computed = Math.min(computed, seen.computedMs);
    // A software adapter's memory is this process's own.
    grown = Math.max(grown, seen.grown - (gpu.adapter.software ? weights : 0));
  }
  const bandwidth = file.bytes / deviceMs({ ms, cpuMs }) / 1e6;
  const byClock = (100 * file.bytes) / ms / 1e6 / file.clocked; // threads that pack save time, not processors' time
  add({
    group: 'loading',
    name: `${file.dtype} file to ${format}`,
    ms,
    cpuMs,
    bandwidth,
    share: bandwidth / file.upload,
    note: `${byClock.toFixed(0)} % by the clock; ${megabytes(weights)} on the device; event loop blocked ${blocked.toFixed(0)} ms, ${computed.toFixed(0)} of them computing; ${megabytes(Math.max(0, grown))} of memory above the weights`,
  });
}

/** Reads a file, a piece after the other into the same memory, and at most writes it into fresh buffers of the device. */
async function readAll(path: string, bytes: number, gpu?: Gpu): Promise<void> {
  const file = await open(path);
  const piece = new Uint8Array(PIECE);
  const arena = gpu && new Arena(gpu);
  let buffer: Tensor | undefined;
  for (let at = 0; at < bytes; at += PIECE) {
    await file.read(piece, 0, PIECE, at);
    if (!gpu || !arena) continue;
    if (at % BUFFER === 0)
      buffer = arena.tensor({ label: `bench.file.${at}`, shape: [BUFFER / 4], purpose: 'scratch' });
    if (buffer) gpu.device.queue.writeBuffer(buffer.buffer, at % BUFFER, piece);
  }
  gpu?.device.queue.submit([]);
  await gpu?.device.queue.onSubmittedWorkDone();
  arena?.destroy();
  await file.close();
}

/** Writes tensors as a safetensors file, one at a time; gives its bytes. */
async function writeCheckpoint(path: string, tensors: TensorCatalog, dtype: 'F32' | 'BF16'): Promise<number> {
  const header: Record<string, unknown> = {};
  let end = 0;
  for (const { name, shape, bytes } of tensors.values()) {
    const size = dtype === 'F32' ? bytes : bytes / 2;
    header[name] = { dtype, shape, data_offsets: [end, end + size] };
    end += size;
  }
  const json = JSON.stringify(header);
  const text = Buffer.from(json.padEnd(Math.ceil(json.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const file = await open(path, 'w');
  await file.writeFile(length);
  await file.writeFile(text);
  for (const tensor of tensors.values()) await file.writeFile(await storedBytes(tensor, dtype));
  await file.close();
  return 8 + text.length + end;
}

async function storedBytes(tensor: StoredTensor, dtype: 'F32' | 'BF16'): Promise<Uint8Array> {
  const values = await tensor.rows(0, tensor.shape[0]);
  const { buffer, byteOffset, byteLength } = store(values, dtype === 'F32' ? 'f32' : 'bf16').data;
  return new Uint8Array(buffer, byteOffset, byteLength);
}
