/**
 * What distilling from a teacher takes of the device beside a policy: a copy of what is trained, where the teacher is not the
 * policy as it stands, and, where whole distributions are compared, the teacher's rows and its tile of logits.
 */
import type { Recorder } from '../../gpu/recorder';
import { Arena, type Tensor } from '../../gpu/tensor';
import { ema } from '../../kernels/ema/ema';
import type { Weight } from '../../kernels/weight-format/weight-format';
import { type DistilLogits, distilSpecs } from './activations';
import type { Decoder } from './decoder';
import { ParameterLayout, type Trainable, teacherSpecs } from './parameters';

export class Distillation {
  private constructor(
    private readonly decoder: Decoder,
    private readonly memory: Arena,
    /** Null where tokens alone are compared. */
    readonly logits: DistilLogits | null,
    private readonly copy: { teacher: Tensor[]; aside: Tensor[] } | null,
  ) {}

  /** Null where the decoder was not opened for it. Throws OutOfMemory; then nothing stays allocated. */
  static async create(decoder: Decoder): Promise<Distillation | null> {
    const { capacity, config, gpu, trainable } = decoder;
    if (!capacity.distil || !trainable) return null;
    const arena = new Arena(gpu);
    const logits = capacity.distil.K > 0 ? await arena.allocate(distilSpecs(config, capacity)) : null;
    const copies = await arena.allocateList(capacity.distil.ownTeacher ? teacherSpecs(trainable.layout) : []);
    const half = copies.length / 2;
    const copy = half > 0 ? { teacher: copies.slice(0, half), aside: copies.slice(half) } : null;
    const distillation = new Distillation(decoder, arena, logits, copy);
    distillation.begin();
    return distillation;
  }

  private get recorder(): Recorder {
    return this.decoder.recorder;
  }

  private get values(): Tensor[] {
    return (this.decoder.trainable as Trainable).values as Tensor[];
  }

  /** The teacher becomes the policy as it stands. */
  begin(): void {
    if (this.copy) this.move(this.values, this.copy.teacher);
  }

  private move(from: readonly Tensor[], to: readonly Tensor[]): void {
    for (const [i, t] of from.entries()) this.recorder.copy(t, to[i]);
    this.recorder.submit();
  }

  /**
   * Runs `work` with the teacher's weights in the student's place, as far as its first wait: what it has recorded by then is
   * computed with them. What was computed before does not belong to them.
   */
  asTeacher<T>(work: () => Promise<T>): Promise<T> {
    if (!this.copy) return work();
    this.move(this.values, this.copy.aside);
    this.move(this.copy.teacher, this.values);
    try {
      return work();
    } finally {
      this.move(this.copy.aside, this.values);
    }
  }

  /** teacher = (1 − rate) teacher + rate · student (TRL's SyncTeacherModelCallback). */
  follow(rate: number): void {
    for (const [i, y] of (this.copy?.teacher ?? []).entries())
      ema(this.recorder, { x: this.values[i], y }, { n: y.bytes / 4, rate });
  }

  /** The teacher's values, where they move and so belong to the run's state; null else. */
  get moving(): Tensor[] | null {
    return this.decoder.capacity.distil?.moves ? (this.copy?.teacher ?? null) : null;
  }

  /** The head that the teacher's rows are multiplied by: its own where the head is trained. */
  get head(): Weight {
    const { parameters, trainable, config } = this.decoder;
    const layout = trainable?.layout;
    if (!this.copy || !(layout instanceof ParameterLayout)) return parameters.weights.head;
    return layout.matrix(config.tiedEmbeddings ? 'embed' : 'head', this.copy.teacher);
  }

  destroy(): void {
    this.memory.destroy();
  }
}
