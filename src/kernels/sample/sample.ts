/** Sampling of the next token of every active row, on the device. */
import { defineKernel } from '../../gpu/kernel';
import { rows as grid, type Recorder } from '../../gpu/recorder';
import { expectLength, type Tensor } from '../../gpu/tensor';
import philox from '../philox/philox.wgsl?raw';
import source from './sample.wgsl?raw';

const kernel = defineKernel('sample', source + philox);

/** Columns from which a GPU takes more threads a row, and shares the search out twice: the last step is one thread's. */
const WIDE = 4096;

export type SampleParams = {
  B: number; // active rows
  V: number;
  stride: number; // columns of the logits, padding included
  maxNew: number;
  nEnds: number; // of `ends`
  temperature: number; // 0: the most likely token
  topK: number; // 0: off
  topP: number; // 1: off
  seedLo: number;
  seedHi: number;
  stream: number; // names the purpose of the draw, e.g. the training step
};

/**
 * Draws one token for each of B rows from logits (B,stride) and advances state (R,4) = [last token, its position, number
 * generated, done]; done is 1 after one of the first nEnds tokens of `ends` or maxNew tokens, and 2 where the logits were not finite. out is (R,maxNew).
 */
export function sample(
  r: Recorder,
  b: { logits: Tensor; rows: Tensor; state: Tensor; out: Tensor; ends: Tensor },
  p: SampleParams,
): void {
  expectLength('sample.logits', b.logits, p.B * p.stride);
  const CUT = p.topK > 0 || p.topP < 1 ? 1 : 0;
  const wide = p.V >= WIDE && !r.gpu.adapter.software;
  const T = r.gpu.adapter.software ? 8 : wide ? 256 : 64;
  r.dispatch(kernel, b, p, grid(p.B), { T, CUT, DEEP: wide ? 1 : 0 });
}
