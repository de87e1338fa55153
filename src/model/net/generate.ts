/**
 * Batched sampling with a KV cache. Rows of a wave share every dispatch; tokens stay on the device, and the host looks at
 * them now and then, never once a token. Finished rows drop out of the batch then.
 */
import { BadInput } from '../../data/errors';
import { NotFinite } from '../../gpu/errors';
import type { Recording } from '../../gpu/recorder';
import { attentionDecode } from '../../kernels/attention/attention';
import { gatherRows } from '../../kernels/embedding/embedding';
import { decodeBegin, kvFill } from '../../kernels/kv-cache/kv-cache';
import { sample } from '../../kernels/sample/sample';
import { MAX_ENDS } from './activations';
import { packSequences } from './batch';
import { paddedVocab } from './config';
import type { Decoder } from './decoder';

export interface SamplingOptions {
  temperature: number; // 0 takes the most likely token
  topK: number; // 0: off
  topP: number; // 1: off
  maxNewTokens: number;
  /** A response ends with the first of these. */
  endIds: readonly number[];
  /** Same seed and stream, same tokens. */
  seed: number;
  /** Names the purpose of the draw, e.g. the training step. */
  stream: number;
}

/** One prompt, to be continued `count` times. */
export interface GenerationRequest {
  ids: number[];
  count: number;
}

/** Newly sampled tokens of a row, as they arrive. `rollout` counts over all requests and their repeats. */
export type OnTokens = (pieces: { rollout: number; ids: number[] }[]) => void;

/** Decoding steps a submit. Small enough for live streaming, large enough to hide the read-back. */
const STEPS_PER_SUBMIT = 8;
/**
 * The host looks which rows are finished after so many steps, then after twice as many, and so on up to these: few waits
 * for long responses, and little decoded in vain for short ones.
 */
const MOST_UNSEEN = 64;
/** A recorded step serves caches up to the next multiple of this: a few hundred tokens take as many parts of a cache. */
const ROOM = 128;
/** Streams of waves of one call are this far apart, so that their random numbers never meet. */
const WAVE_STRIDE = 0x1000000;

/** Throws BadInput where a prompt and its longest response are more than `positions` tokens. */
export function checkContext(prompt: number, maxNewTokens: number, positions: number, where: string): void {
  if (prompt + maxNewTokens <= positions) return;
  throw new BadInput(
    `A prompt of ${prompt} tokens with ${maxNewTokens} new ones exceeds the context of ${positions}`,
    where,
    'Shorten the prompt or lower maxNewTokens.',
  );
}

/** Responses (ids after the prompt, with the end token where one was sampled), in the order of the requests. */
export async function generate(
  decoder: Decoder,
  requests: readonly GenerationRequest[],
  options: SamplingOptions,
  onTokens?: OnTokens,
): Promise<Uint32Array[]> {
  const { capacity } = decoder;
  requests.forEach(({ ids }, i) => {
    checkContext(ids.length, options.maxNewTokens, capacity.positions, `prompt ${i}`);
  });
  if (options.endIds.length > MAX_ENDS)
    throw new BadInput(
      `${options.endIds.length} tokens end a response; ${MAX_ENDS} can`,
      'eos_token_id',
      'Leave out of config.json and generation_config.json those that the model never ends with.',
    );
  const rollouts = requests.flatMap((request) => Array.from({ length: request.count }, () => request.ids));
  const results: Uint32Array[] = [];
  let wave = 0;
  while (results.length < rollouts.length) {
    const first = results.length;
    const prompts = takeWave(rollouts.slice(first), capacity.rows, capacity.tokens);
    const emit: OnTokens | undefined =
      onTokens && ((pieces) => onTokens(pieces.map((p) => ({ ...p, rollout: p.rollout + first }))));
    results.push(
      ...(await generateWave(decoder, prompts, { ...options, stream: options.stream + wave * WAVE_STRIDE }, emit)),
    );
    wave += 1;
  }
  return results;
}

/** As many prompts as the cache's rows and the prefill's tokens allow; equal prompts are prefilled once. */
function takeWave(prompts: number[][], rows: number, tokens: number): number[][] {
  const distinct = new Set<number[]>();
  let used = 0;
  let n = 0;
  for (; n < prompts.length && n < rows; n++) {
    if (!distinct.has(prompts[n])) {
      used += prompts[n].length;
      if (used > tokens) break;
      distinct.add(prompts[n]);
    }
  }
  return prompts.slice(0, Math.max(1, n));
}

async function generateWave(
  decoder: Decoder,
  prompts: number[][],
  options: SamplingOptions,
  onTokens?: OnTokens,
): Promise<Uint32Array[]> {
  const { recorder, decode } = decoder;
  const { maxNewTokens: most } = options;
  const R = prompts.length;
  prefill(decoder, prompts, options);
  recorder.submit();
  const wave = new Wave(decoder, prompts, options, onTokens);
  for (let unseen = STEPS_PER_SUBMIT; ; unseen = Math.min(2 * unseen, MOST_UNSEEN)) {
    const { state, generated } = await wave.decode(unseen);
    throwIfPoisoned(state, R);
    const going = wave.active.filter((r) => state[4 * r + 3] === 0);
    if (going.length === 0 || wave.done === most)
      return prompts.map((_, r) => generated.slice(r * most, r * most + state[4 * r + 2]));
    if (going.length < wave.active.length) {
      wave.active = going;
      recorder.write(decode.rows, going);
    }
  }
}

/** What the host reads of a wave: `state` and `generated` as `sample` keeps them. */
interface Seen {
  state: Uint32Array;
  generated: Uint32Array;
}

/** Rows that are decoded together. A step is prepared once and replayed: no token makes anything on the host. */
class Wave {
  /** Rows that are not finished. */
  active: Uint32Array<ArrayBuffer>;
  /** Tokens of each active row; the prefill sampled the first. */
  done = 1;
  private readonly longest: number;
  private readonly told: Uint32Array; // tokens of each row that onTokens knows
  private step: { recording: Recording; rows: number; room: number } | null = null;

  constructor(
    private readonly decoder: Decoder,
    prompts: readonly number[][],
    private readonly options: SamplingOptions,
    private readonly onTokens?: OnTokens,
  ) {
    this.active = Uint32Array.from(prompts, (_, r) => r);
    this.longest = Math.max(...prompts.map((ids) => ids.length));
    this.told = new Uint32Array(prompts.length);
  }

  /** `count` more tokens of every active row, or as many as may come. Those that arrive meanwhile are told. */
  async decode(count: number): Promise<Seen> {
    const { recorder } = this.decoder;
    const end = Math.min(this.done + count, this.options.maxNewTokens);
    let before: Promise<Seen> | null = null;
    while (true) {
      this.record(Math.min(STEPS_PER_SUBMIT, end - this.done));
      const isLast = this.done === end;
      const latest = isLast || this.onTokens ? this.read() : null;
      latest?.catch(() => {}); // it may fail before it is awaited, and so does the read before it, which is heard
      recorder.submit();
      if (before) this.tell(await before);
      before = latest;
      if (isLast) break;
    }
    const seen = await (before as Promise<Seen>);
    this.tell(seen);
    return seen;
  }

  private record(steps: number): void {
    const { decoder, options } = this;
    const rows = this.active.length;
    this.done += steps;
    const needed = this.longest + this.done;
    if (!this.step || rows !== this.step.rows || needed > this.step.room) {
      const room = Math.ceil(needed / ROOM) * ROOM;
      const recording = decoder.recorder.capture(() => decodeStep(decoder, rows, room, options));
      this.step = { recording, rows, room };
    }
    for (let i = 0; i < steps; i++) decoder.recorder.replay(this.step.recording);
  }

  private async read(): Promise<Seen> {
    const { recorder, decode } = this.decoder;
    const rows = this.told.length;
    const reads = [
      recorder.readU32(decode.state, rows * 4),
      recorder.readU32(decode.generated, rows * this.options.maxNewTokens),
    ];
    const [state, generated] = await Promise.all(reads);
    return { state, generated };
  }

  private tell({ state, generated }: Seen): void {
    if (this.onTokens) emitNew(state, generated, this.told, this.options.maxNewTokens, this.onTokens);
  }
}

function throwIfPoisoned(state: Uint32Array, R: number): void {
  for (let r = 0; r < R; r++) {
    if (state[4 * r + 3] === 2) {
      throw new NotFinite(
        `The model gave logits that are not finite for rollout ${r} after ${state[4 * r + 2]} tokens. Go back to an earlier checkpoint, or lower the learning rate.`,
      );
    }
  }
}

function emitNew(
  state: Uint32Array,
  generated: Uint32Array,
  seen: Uint32Array,
  stride: number,
  onTokens: OnTokens,
): void {
  const pieces: { rollout: number; ids: number[] }[] = [];
  for (let r = 0; r < seen.length; r++) {
    const count = state[4 * r + 2];
    if (count > seen[r]) {
      pieces.push({ rollout: r, ids: [...generated.subarray(r * stride + seen[r], r * stride + count)] });
      seen[r] = count;
    }
  }
  if (pieces.length > 0) onTokens(pieces);
}

/** Runs the distinct prompts through the model, fills the cache of every row, and samples each row's first token. */
function prefill(decoder: Decoder, prompts: number[][], options: SamplingOptions): void {
  const { recorder: r, decode, shared, config } = decoder;
  const R = prompts.length;
  const distinct = [...new Set(prompts)];
  const batch = packSequences(
    distinct.map((ids) => ({ ids, from: ids.length })),
    config.vocabSize,
  );
  const place = new Map(distinct.map((ids, i) => [ids, batch.offsets[i]]));
  const spans = new Uint32Array(R * 2);
  const lastRows = new Uint32Array(R);
  const state = new Uint32Array(R * 4);
  prompts.forEach((ids, row) => {
    const start = place.get(ids) as number;
    spans.set([start, ids.length], row * 2);
    lastRows[row] = start + ids.length - 1;
    state[row * 4 + 1] = ids.length - 1; // the position before the first new token
  });
  decoder.upload(batch);
  r.write(decode.spans, spans);
  r.write(decode.lastRows, lastRows);
  r.write(decode.state, state);
  if (options.endIds.length > 0) r.write(decode.ends, Uint32Array.from(options.endIds));
  r.write(
    decode.rows,
    Uint32Array.from({ length: R }, (_, i) => i),
  );
  const longest = Math.max(...prompts.map((ids) => ids.length));
  const KD = config.kvHeads * config.headDim;
  decoder.trunk(batch, decoder.sampling, (l) => {
    const layer = decoder.sampling[l].activations;
    const cache = { k: layer.k, qkv: layer.qkv, spans: decode.spans, cacheK: decode[`k${l}`], cacheV: decode[`v${l}`] };
    kvFill(r, cache, { R, longest, P: decoder.capacity.positions, KD, stride: decoder.qkvWidth });
  });
  gatherRows(r, { x: shared.out, ids: decode.lastRows, y: shared.selected }, { N: R, C: config.hiddenSize });
  logitsAndSample(decoder, R, options);
}

/** One token for every active row; none has more than `longest` tokens then. */
function decodeStep(decoder: Decoder, B: number, longest: number, options: SamplingOptions): void {
  const { recorder: r, decode, shared, config: c, capacity } = decoder;
  const { embed } = decoder.parameters.weights;
  decodeBegin(
    r,
    {
      table: embed,
      rows: decode.rows,
      state: decode.state,
      x: decoder.sampling[0].activations.x,
      positions: shared.positions,
    },
    { B, C: c.hiddenSize },
  );
  for (let l = 0; l < c.layers; l++) {
    const layer = decoder.sampling[l];
    const a = layer.activations;
    const [cacheK, cacheV] = [decode[`k${l}`], decode[`v${l}`]];
    const cache = { rows: decode.rows, positions: shared.positions, cacheK, cacheV };
    layer.attentionInput(B, { rows: decode.rows, cacheK, cacheV, P: capacity.positions });
    attentionDecode(
      r,
      { q: a.q, out: a.attended, partial: decode.partial, stats: decode.stats, ...cache },
      { B, H: c.heads, K: c.kvHeads, D: c.headDim, P: capacity.positions, longest, window: layer.window },
    );
    layer.afterAttention(B, l + 1 < c.layers ? a.x : shared.selected, true);
  }
  logitsAndSample(decoder, B, options);
}

/** Final norm and head over the B rows of `selected`, then one token a row. */
function logitsAndSample(decoder: Decoder, B: number, o: SamplingOptions): void {
  const { recorder: r, decode, shared, config: c } = decoder;
  const stride = paddedVocab(c);
  decoder.head.logits(B);
  sample(
    r,
    { logits: shared.logits, rows: decode.rows, state: decode.state, out: decode.generated, ends: decode.ends },
    {
      B,
      V: c.vocabSize,
      stride,
      maxNew: o.maxNewTokens,
      nEnds: o.endIds.length,
      temperature: o.temperature,
      topK: o.topK,
      topP: o.topP,
      seedLo: o.seed >>> 0,
      seedHi: 0,
      stream: o.stream,
    },
  );
}
