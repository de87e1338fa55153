/** Sequences of different lengths laid end to end, with what is to be predicted in them. */
import { BadInput } from '../../data/errors';

/** One sequence; tokens ids[from], ids[from + 1], … are scored (never ids[0], which nothing predicts). */
export interface Sequence {
  ids: ArrayLike<number>;
  from: number;
}

export interface PackedBatch {
  /** Tokens (N). */
  readonly ids: Uint32Array<ArrayBuffer>;
  /** Place of each token in its own sequence (N). */
  readonly positions: Uint32Array<ArrayBuffer>;
  /** First token of each sequence, and N at the end (S+1). */
  readonly offsets: Uint32Array<ArrayBuffer>;
  /** Token ids to be predicted (M), in order. */
  readonly targets: Uint32Array<ArrayBuffer>;
  /** The row of `ids` whose hidden state predicts each target (M). */
  readonly sources: Uint32Array<ArrayBuffer>;
  /** First target of each sequence, and M at the end (S+1). */
  readonly targetOffsets: Uint32Array<ArrayBuffer>;
  /** τ: log-probabilities, entropies and gradients are those of softmax(logits / τ). */
  readonly temperature: number;
}

/** Packs sequences. Throws BadInput for an id outside the vocabulary or an empty sequence. */
export function packSequences(sequences: readonly Sequence[], vocabSize: number, temperature = 1): PackedBatch {
  const N = sequences.reduce((n, s) => n + s.ids.length, 0);
  const ids = new Uint32Array(N);
  const positions = new Uint32Array(N);
  const offsets = new Uint32Array(sequences.length + 1);
  const targetOffsets = new Uint32Array(sequences.length + 1);
  const targets: number[] = [];
  const sources: number[] = [];
  let n = 0;
  sequences.forEach((sequence, s) => {
    if (sequence.ids.length === 0)
      throw new BadInput('A sequence is empty', `sequence ${s}`, 'Give every sequence at least one token.');
    for (let t = 0; t < sequence.ids.length; t++, n++) {
      const id = sequence.ids[t];
      if (!(Number.isInteger(id) && id >= 0 && id < vocabSize)) {
        throw new BadInput(
          `Token id ${id} is outside the vocabulary of ${vocabSize}`,
          `sequence ${s}, position ${t}`,
          'Use the tokenizer that belongs to the model.',
        );
      }
      ids[n] = id;
      positions[n] = t;
      if (t >= Math.max(1, sequence.from)) {
        targets.push(id);
        sources.push(n - 1);
      }
    }
    offsets[s + 1] = n;
    targetOffsets[s + 1] = targets.length;
  });
  return {
    ids,
    positions,
    offsets,
    targets: Uint32Array.from(targets),
    sources: Uint32Array.from(sources),
    targetOffsets,
    temperature,
  };
}

/** Splits sequences, in order, into runs of at most `tokens` tokens. Throws BadInput where one alone is longer. */
function microBatches<S extends Sequence>(sequences: readonly S[], tokens: number): S[][] {
  const runs: S[][] = [];
  let room = 0;
  for (const [s, sequence] of sequences.entries()) {
    if (sequence.ids.length > tokens) {
      throw new BadInput(
        `A sequence of ${sequence.ids.length} tokens does not fit the plan of ${tokens}`,
        `sequence ${s}`,
        'Shorten it, or plan for more tokens a micro-batch.',
      );
    }
    if (sequence.ids.length > room) {
      runs.push([]);
      room = tokens;
    }
    runs[runs.length - 1].push(sequence);
    room -= sequence.ids.length;
  }
  return runs;
}

/** A large batch as the micro-batches that fit the plan. */
export interface PlannedBatch {
  parts: PackedBatch[];
  /** First predicted token of each part, and their number at the end. */
  starts: number[];
  offsets: Uint32Array;
}

/**
 * Cuts sequences into micro-batches of at most `tokens` tokens; whatever scores them takes softmax(logits / temperature).
 * Throws BadInput for one that is longer than the context of `positions`.
 */
export function planBatch(
  sequences: readonly Sequence[],
  { positions, tokens }: { positions: number; tokens: number },
  vocabSize: number,
  temperature: number,
): PlannedBatch {
  const long = sequences.findIndex(({ ids }) => ids.length > positions); // it would have no rotary angles
  if (long >= 0)
    throw new BadInput(
      `A sequence of ${sequences[long].ids.length} tokens exceeds the context of ${positions}`,
      `sequence ${long}`,
      'Raise the context length, or shorten prompt or response.',
    );
  const parts = microBatches(sequences, tokens).map((run) => packSequences(run, vocabSize, temperature));
  const starts = [0];
  const offsets = [0];
  for (const part of parts) {
    const start = starts[starts.length - 1];
    for (let s = 1; s < part.targetOffsets.length; s++) offsets.push(start + part.targetOffsets[s]);
    starts.push(start + part.targets.length);
  }
  return { parts, starts, offsets: Uint32Array.from(offsets) };
}
