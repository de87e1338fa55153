/** Copies of what lies on the device in host memory, and back. */
import type { Recorder } from '../../gpu/recorder';
import type { Tensor } from '../../gpu/tensor';

/** Chunks of f32 as one array. */
export async function readChunks(recorder: Recorder, chunks: readonly Tensor[]): Promise<Float32Array<ArrayBuffer>> {
  const reads = chunks.map((t) => recorder.readF32(t, t.bytes / 4));
  recorder.submit();
  const parts = await Promise.all(reads);
  if (parts.length === 1) return parts[0];
  const all = new Float32Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Puts them back. */
export function writeChunks(recorder: Recorder, chunks: readonly Tensor[], all: Float32Array<ArrayBuffer>): void {
  let at = 0;
  for (const t of chunks) {
    recorder.write(t, all.subarray(at, at + t.bytes / 4));
    at += t.bytes / 4;
  }
}

/** A tensor's words. */
export function readWords(recorder: Recorder, t: Tensor): Promise<Uint32Array<ArrayBuffer>> {
  const read = recorder.readU32(t, t.bytes / 4);
  recorder.submit();
  return read;
}
