/**
 * What a learner hands in, as one file: a zip with answers.json and, where there is one, a run's log under the name that it
 * is stored by. `Compare` and the command line read the run out of the same file.
 */
import * as v from 'valibot';
import { BOUNDS } from '../../../data/bounds';
import { collected, expectWithin } from '../../../data/bytes';
import { BadInput } from '../../../data/errors';
import { readJson } from '../../../data/json';
import { zipBlob, zipEntries } from '../../../data/zip';
import { csvText as text } from '../../../inspect/export';
import { givenRun, type LoadedRun } from '../../../report/loaded-run';
import { LOG } from '../../../runs/stored-log';
import { CHAPTER_IDS, type Learnt, learntSchema } from '../answers';
import { nameSchema, taskSchema } from './class-task';

const ANSWERS = 'answers.json';
/** Of a run's folder; checkpoints stay with the learner. */
const HANDED_IN = /^(config|about)\.json$|^events\.jsonl$/;

const answersSchema = v.object({
  version: v.literal(1),
  learner: nameSchema,
  task: taskSchema,
  /** When it was handed in, as an ISO date. */
  at: v.pipe(v.string(), v.isoTimestamp()),
  learnt: learntSchema,
});
export type Answers = v.InferOutput<typeof answersSchema>;

export interface HandedIn {
  /** What the file is called. */
  readonly file: string;
  readonly answers: Answers;
  /** Null where none was handed in, or none that can be compared. */
  readonly run: LoadedRun | null;
}

/** Throws BadInput for a run that is too long. @param run its name, and its archive as `pack-run` gives it. */
export async function handIn(answers: Answers, run: { id: string; archive: Blob } | null): Promise<Blob> {
  const entries = run ? await zipEntries(run.archive, run.id) : [];
  const text = new TextEncoder().encode(`${JSON.stringify(answers, null, 1)}\n`);
  const log = entries.find(({ name }) => name === LOG);
  if (log) expectWithin(log.size, BOUNDS.handedLog, 'The log', run?.id ?? '', 'Hand in a shorter run.');
  return zipBlob([
    { name: ANSWERS, bytes: text },
    ...entries
      .filter(({ name }) => HANDED_IN.test(name))
      .map((entry) => ({ name: `${run?.id}/${entry.name}`, bytes: entry.stream() })),
  ]);
}

/** Throws BadInput where it is no such file. */
export async function readHandedIn(file: File): Promise<HandedIn> {
  const mend = 'Give a file that “Hand in” made.';
  const refuse = (what: string) => new BadInput(what, file.name, mend);
  const entries = await zipEntries(file, file.name, mend);
  const found = entries.find(({ name }) => name === ANSWERS);
  if (!found) throw refuse(`It has no ${ANSWERS}`);
  expectWithin(found.size, BOUNDS.handedAnswers, ANSWERS, file.name);
  const answers = v.safeParse(answersSchema, readJson(await collected(found.stream()), `${file.name}/${ANSWERS}`));
  if (!answers.success) throw refuse(`${ANSWERS} is not as the lab writes it`);
  const log = entries.find(({ name }) => /^[^/]+\/events\.jsonl$/.test(name));
  const run = log ? await givenRun(log.name.split('/')[0], log, BOUNDS.handedLog) : null;
  return { file: file.name, answers: answers.output, run };
}

/** Right answers among those that the class was asked, and how many these are. */
export function scoreOf({ task, learnt }: Pick<Answers, 'task' | 'learnt'>): { right: number; of: number } {
  return { right: task.chapters.filter((id) => learnt.answers[id]?.right).length, of: task.chapters.length };
}

/** "✓", "✓ 3" after three tries, "✗ 2", or nothing where there is no answer. */
export function markOf(learnt: Learnt, id: (typeof CHAPTER_IDS)[number]): string {
  const answer = learnt.answers[id];
  if (!answer) return '';
  return `${answer.right ? '✓' : '✗'}${answer.tries > 1 ? ` ${answer.tries}` : ''}`;
}

/** Newest first and one for each learner of a class: a file that is handed in again takes the earlier one's place. */
export function newestOf(files: readonly HandedIn[]): HandedIn[] {
  const sorted = [...files].sort((a, b) => b.answers.at.localeCompare(a.answers.at));
  const key = ({ answers }: HandedIn): string => JSON.stringify([answers.task.name, answers.learner.toLowerCase()]);
  const newest = sorted.filter((one, i) => sorted.findIndex((other) => key(other) === key(one)) === i);
  return newest.sort((a, b) => a.answers.learner.localeCompare(b.answers.learner));
}

/** A row a learner; names, answers and what a log says are quoted, so that none is taken for a formula. */
export function csvOf(files: readonly HandedIn[]): string {
  const head = ['learner', 'class', 'handed in', ...CHAPTER_IDS, 'right', 'of', 'arm', 'seed', 'steps', 'reward'];
  const rows = files.map(({ answers, run }) => {
    const { right, of } = scoreOf(answers);
    const last = run?.steps.at(-1);
    const marks = CHAPTER_IDS.map((id) => text(markOf(answers.learnt, id)));
    const figures =
      run && last ? [text(run.config.arm), run.config.seed, last.step, last.figures.reward] : ['', '', '', ''];
    return [text(answers.learner), text(answers.task.name), answers.at, ...marks, right, of, ...figures];
  });
  return [head, ...rows].map((row) => `${row.join(',')}\r\n`).join('');
}
