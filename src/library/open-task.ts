/** Tasks by name or from a file of problems, for the model that is to solve them. */

import { BadRows, type BadRowsSetting } from '../data/bad-rows';
import { BOUNDS } from '../data/bounds';
import type { Wanted } from '../data/breath';
import { type ByteSource, following } from '../data/bytes';
import { chatTemplate } from '../data/chat';
import { type ChatTaskParts, chatTask } from '../data/chat-task';
import { codeFactsOf } from '../data/code/rows';
import type { CodeGrading } from '../data/code/verdicts';
import { DATA_FILE } from '../data/containers';
import { problemsOf, readingOf } from '../data/dataset';
import { BadInput } from '../data/errors';
import { AS_NAMED, type FieldMap, fieldMapOf } from '../data/field-map';
import type { SymbolicJudge } from '../data/maths';
import { mixedTask, type Share } from '../data/mixture';
import { type DataRecord, readRecords } from '../data/records';
import type { Repeats } from '../data/repeats';
import { BUILT_IN_MODELS, CHAT_TASK, findTask, TASKS, taskOfRecord, taskRow } from '../data/tasks';
import type { Problem, Task, Tokenizer } from '../data/types';
import { wordingOf } from '../data/wording';
import type { Python } from '../host/python/judge';
import type { ModelFolder } from '../model/weights/folder';
import { contextTokens } from './capacity';
import type { ReadData } from './data-files';
import { mixtureOf } from './task-names';

/** What a task for a chat model depends on. */
export interface TaskSetting {
  readonly model: Pick<ModelFolder, 'tokenizer' | 'where' | 'config'>;
  readonly tokenizer: Tokenizer;
  readonly maxNewTokens: number;
  readonly thinking: boolean;
  /** A name of the wordings' table, or inline JSON of one; "standard" where absent. */
  readonly wording?: string;
  /** Longest solution that a teacher is shown. */
  readonly solutionTokens?: number;
  /** Prompt and response together, 0 as usual for the model: the teacher's solution is cut to fit. Absent: no limit. */
  readonly contextLength?: number;
  /** What the fields of files and datasets are called, as fieldMapOf reads it. */
  readonly fields?: string;
  /** Whether rows that ask again what an earlier row asked are problems too; "once" where absent. */
  readonly repeats?: Repeats;
  /** Whether rows that cannot be read are left out; "refused" where absent. */
  readonly badRows?: BadRowsSetting;
  /** All problems of files and datasets are held out, as a benchmark's are. */
  readonly whole?: boolean;
  /** A slower judge for answers that the exact one calls wrong. */
  readonly symbolic?: SymbolicJudge;
  /** Python, for problems whose answer is code. */
  readonly python?: Python;
  /** How code is rewarded; all tests or nothing where absent. */
  readonly grading?: CodeGrading;
}

/** The names that `openTask` knows without data from elsewhere. */
export const taskNames = (): string[] => TASKS.map((t) => t.name);

/**
 * A built-in task; problems from a file or a dataset, by whatever `read` finds; several of them as NAME:WEIGHT,NAME:WEIGHT.
 * Throws BadInput for an unknown name, an unreadable file, or a model that cannot be asked this task's questions.
 */
export async function openTask(name: string, setting: TaskSetting, read: ReadData, wanted: Wanted = {}): Promise<Task> {
  const parts = mixtureOf(name);
  if (!parts) return openOne(name, setting, read, wanted);
  const shares: Share[] = [];
  for (const part of parts) shares.push({ ...part, task: await openOne(part.name, setting, read, wanted) });
  return mixedTask(name, shares);
}

async function openOne(name: string, setting: TaskSetting, read: ReadData, wanted: Wanted): Promise<Task> {
  const row = taskRow(name);
  if (row?.kind === 'chat') return chatTaskOn(name, await row.problems(), setting, row, wanted);
  if (row) return fitting(row.task, setting);
  const found = await read(name);
  if (!found && !DATA_FILE.test(name)) return fitting(findTask(name), setting);
  if (!found)
    throw new BadInput(
      'There is no such file',
      name,
      `Give --task a .jsonl, .json or .parquet file of problems, a dataset of the Hub, or one of ${taskNames().join(', ')}.`,
    );
  const pinned = found.pinned === name ? {} : { pinned: found.pinned };
  const bad = new BadRows(setting.badRows);
  const records = recordsOf(found.files, wanted, fieldMapOf(setting.fields ?? AS_NAMED), bad);
  const { value: first } = await records.next();
  const all = following(first as DataRecord, records);
  const native = taskOfRecord(first as DataRecord);
  if (native) return { ...fitting(await native.open(all, name, bad), setting), ...pinned };
  const { problems, leftOut, first: good } = await problemsOf(all, found.files[0].where, setting.repeats, bad);
  const parts = { ...(good && { readAs: readingOf(good) }), ...(leftOut === null ? {} : { leftOut }) };
  return { ...(await chatTaskOn(name, problems, setting, parts, wanted)), ...pinned };
}

async function* recordsOf(
  files: readonly ByteSource[],
  wanted: Wanted,
  map: FieldMap,
  bad: BadRows,
): AsyncGenerator<DataRecord> {
  for (const file of files) yield* readRecords(file, wanted, { map, most: BOUNDS.repeated, bad });
}

/** A chat task on these problems. Throws BadInput for a wording or a chat template that cannot be used. */
export async function chatTaskOn(
  name: string,
  problems: readonly Problem[],
  { model, tokenizer, maxNewTokens, thinking, symbolic, python, grading, solutionTokens, whole, ...s }: TaskSetting,
  { samples, judge, leftOut, readAs }: Pick<ChatTaskParts, 'samples' | 'judge' | 'leftOut' | 'readAs'> = {},
  wanted: Wanted = {},
): Promise<Task> {
  const template = chatTemplate(model.tokenizer, model.where);
  const wording = s.wording === undefined ? undefined : wordingOf(s.wording);
  const contextLength =
    s.contextLength === undefined
      ? undefined
      : contextTokens(model.config, { contextLength: s.contextLength, maxNewTokens });
  const files = { tokenizer, tokenizerFiles: model.tokenizer, template };
  const parts = { name, problems, ...files, samples, judge, symbolic, leftOut, readAs, whole };
  const code = problems.some((p) => codeFactsOf(p)) ? { python: await opened(python, wanted), grading } : {};
  return chatTask({ ...parts, ...code, maxNewTokens, thinking, wording, solutionTokens, contextLength }, wanted);
}

/** Python, started. Throws BadInput where it cannot be. */
async function opened(python: Python | undefined, { onPython }: Wanted) {
  if (!python) throw new BadInput('There is no Python here', 'task', 'Take a task whose answers are no code.');
  await python.open(onPython);
  return python.judge;
}

/** A task with a vocabulary of its own needs a model that was made with it. */
function fitting(task: Task, { tokenizer, model }: TaskSetting): Task {
  const word = task.tokenizer.token(0);
  const same = tokenizer.vocabSize === task.tokenizer.vocabSize && tokenizer.token(0) === word;
  if (!same)
    throw new BadInput(
      `The model does not speak the language of ${task.name}: it has ${tokenizer.vocabSize} tokens, the task ${task.tokenizer.vocabSize}`,
      model.where,
      `Choose the task ${CHAT_TASK.name} or a file of problems, or the model made for it (${BUILT_IN_MODELS.join(', ')}).`,
    );
  return task;
}
