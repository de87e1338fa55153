/**
 * Python for judging answers, in workers that are killed at their limit. Nothing is loaded before it is asked for; the first
 * worker starts Python, and whichever starts later, beside it or in its place, begins with what that one made.
 */
import type { CodeJudge, CodeQuestion, CodeReport } from '../../data/code/types';
import { BadInput } from '../../data/errors';
import { KeptWorker, type Unanswered, type WorkerLike, type WorkerListener } from '../../data/kept-worker';
import type { PythonQuestion, PythonReply, PythonStart } from './protocol';

/** The two files of Pyodide's package that are used. */
export interface PythonFiles {
  readonly wasm: Uint8Array;
  readonly library: Uint8Array;
}

/** How many bytes are there of how many. */
export type OnBytes = (done: number, total: number) => void;

export interface Python {
  readonly judge: CodeJudge;
  /** Loads what is not loaded yet and judges an answer, so that a run begins with Python there. Throws BadInput. */
  open(onBytes?: OnBytes): Promise<void>;
}

export interface PythonOptions {
  /** Workers side by side. */
  readonly lanes: number;
  /** Milliseconds for one answer, where its own clock has not ended it; for a clock that a busy machine slows down. */
  readonly limit?: number;
}

type Lane = KeptWorker<PythonQuestion, PythonReply>;
type Begun = Extract<PythonReply, { type: 'ready' }> & { library: Uint8Array };

const LIMIT = 20_000;
/** Python's own start takes two seconds of a processor. */
const START_LIMIT = 120_000;
const TRIAL: Omit<CodeQuestion, 'seconds'> = {
  code: 'def half(n):\n    return n // 2',
  setup: '',
  imports: '',
  tests: { form: 'asserts', tests: ['assert half(5) == 2'] },
};

/** `start` makes a worker, which is sent a PythonStart first; `load` brings the files. */
export function pythonWith(
  start: (listener: WorkerListener<PythonReply>) => WorkerLike<PythonStart | PythonQuestion>,
  load: (onBytes: OnBytes) => Promise<PythonFiles>,
  { lanes: most, limit = LIMIT }: PythonOptions,
): Python {
  let files: Promise<PythonFiles> | null = null;
  let begun: Begun | null = null;
  let failure = '';
  const loaded = (onBytes: OnBytes = () => {}): Promise<PythonFiles> => {
    files ??= load(onBytes);
    files.catch(() => {
      files = null; // whoever asks again may be luckier
    });
    return files;
  };

  const lane = (): Lane =>
    new KeptWorker<PythonQuestion, PythonReply>(
      ({ reply, failed }) => {
        const worker = start({
          reply: (said) => {
            if (said.type === 'ready' && !begun)
              void loaded().then(({ library }) => {
                begun = { ...said, library };
              });
            reply(said);
          },
          failed,
        });
        if (begun) worker.post({ ...begun, type: 'start' });
        else loaded().then((parts) => worker.post({ ...parts, type: 'start' }), failed);
        return worker;
      },
      {
        limit,
        startLimit: START_LIMIT,
        warn: (reason) => {
          failure = reason;
        },
      },
    );

  const lanes: Lane[] = [lane()];
  const judge: CodeJudge = async (question) => {
    // A second worker before there is an image would start Python a second time.
    if (begun && lanes.length < most && lanes.every(({ load: waiting }) => waiting > 0)) lanes.push(lane());
    const free = lanes.reduce((best, other) => (other.load < best.load ? other : best));
    const said = await free.ask(question);
    if (typeof said !== 'string') return said.report;
    if (said === 'nobody' && failure !== '') throw new BadInput(`Python does not start: ${failure}`, 'python', MEND);
    return unanswered(said);
  };
  return {
    judge,
    async open(onBytes) {
      try {
        await loaded(onBytes);
      } catch (error) {
        throw new BadInput(`Python could not be loaded: ${(error as Error).message}`, 'python', MEND);
      }
      const { passed, reason } = await judge({ ...TRIAL, seconds: 1 });
      if (passed !== 1) throw new BadInput(`Python does not judge: ${reason}`, 'python', MEND);
    },
  };
}

const MEND = 'Try again; where it stays so, take a task that needs no Python.';

const REASONS: Record<Unanswered, string> = {
  late: 'took too long',
  died: 'the interpreter broke down',
  nobody: 'was not run: too many before it took too long',
};

const unanswered = (why: Unanswered): CodeReport => ({ passed: 0, total: null, reason: REASONS[why] });
