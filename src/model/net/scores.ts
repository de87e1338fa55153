/** What scoring a batch gives, gathered part by part from what the device's rows of results are read back as. */
import { NotFinite } from '../../gpu/errors';
import { TOP_K } from './activations';
import type { PlannedBatch } from './batch';

/** Per predicted token, in the order of the sequences; nats. */
export interface Scores {
  logprob: Float32Array<ArrayBuffer>;
  entropy: Float32Array<ArrayBuffer>;
  /** TOP_K (token id, log-probability) pairs a token, most likely first; when asked for. */
  alternatives: Float32Array | null;
  /** First token of each sequence in the columns, and their length at the end. */
  offsets: Uint32Array;
  /** Normed rows (M,C) that the head makes logits of, and their log-sum-exp (M); when asked for. */
  hidden?: Hidden;
}

/** What a teacher's distributions can be made of again. */
export interface Hidden {
  rows: Float32Array<ArrayBuffer>;
  lse: Float32Array<ArrayBuffer>;
}

/** What of a part (M predicted tokens) is read back: results (M,4), TOP_K pairs (logit, column) a token, normed rows (M,C). */
export interface PartScores {
  results: Float32Array;
  top: Float32Array | null;
  rows: Float32Array | null;
}

/** The columns of a batch, filled as its parts arrive. */
export class ScoreColumns {
  private readonly logprob: Float32Array<ArrayBuffer>;
  private readonly entropy: Float32Array<ArrayBuffer>;
  private readonly alternatives: Float32Array | null;
  private readonly hidden: Hidden | null;

  /** @param wanted what is to be kept beside log-probability and entropy; rows have `columns` values. */
  constructor(
    private readonly batch: PlannedBatch,
    private readonly wanted: { alternatives: boolean; hidden: boolean; columns: number },
  ) {
    const total = batch.starts[batch.parts.length];
    this.logprob = new Float32Array(total);
    this.entropy = new Float32Array(total);
    this.alternatives = wanted.alternatives ? new Float32Array(total * TOP_K * 2) : null;
    this.hidden = wanted.hidden
      ? { rows: new Float32Array(total * wanted.columns), lse: new Float32Array(total) }
      : null;
  }

  set(part: number, { results, top, rows }: PartScores): void {
    const start = this.batch.starts[part];
    const M = this.batch.starts[part + 1] - start;
    if (rows) this.hidden?.rows.set(rows, start * this.wanted.columns);
    for (let m = 0; m < M; m++) {
      this.logprob[start + m] = results[4 * m];
      this.entropy[start + m] = results[4 * m + 1];
      if (this.hidden) this.hidden.lse[start + m] = results[4 * m + 2];
    }
    if (this.alternatives && top) writeAlternatives(this.alternatives, top, results, M, start);
  }

  /** Once every part has come. Throws NotFinite where a log-probability is no number. */
  finish(): Scores {
    const { logprob, entropy, alternatives, hidden } = this;
    const bad = logprob.findIndex((x) => !Number.isFinite(x));
    if (bad >= 0)
      throw new NotFinite(
        `The log-probability of predicted token ${bad} is ${logprob[bad]}. Go back to an earlier checkpoint, or lower the learning rate.`,
      );
    return { logprob, entropy, alternatives, offsets: this.batch.offsets, ...(hidden && { hidden }) };
  }
}

/** Turns (logit, column) pairs into (token id, log-probability) with the row's log-sum-exp. */
function writeAlternatives(
  out: Float32Array,
  top: Float32Array,
  results: Float32Array,
  M: number,
  start: number,
): void {
  for (let m = 0; m < M; m++) {
    const lse = results[4 * m + 2];
    for (let k = 0; k < TOP_K; k++) {
      const at = ((start + m) * TOP_K + k) * 2;
      out[at] = top[(m * TOP_K + k) * 2 + 1];
      out[at + 1] = top[(m * TOP_K + k) * 2] - lse;
    }
  }
}
