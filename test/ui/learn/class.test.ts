/** What a teacher asks as a link, and what learners hand in as a file. */
import { expect, test } from 'vitest';
import { zipBlob, zipEntries } from '../../../src/data/zip';
import { DEFAULT_CONFIG } from '../../../src/settings/config';
import { SETTINGS } from '../../../src/settings/settings';
import { CHAPTER_IDS, NOTHING_LEARNT, withAnswer } from '../../../src/ui/learn/answers';
import { addressOfTask, taskIn } from '../../../src/ui/learn/class/class-task';
import {
  type Answers,
  csvOf,
  type HandedIn,
  handIn,
  markOf,
  newestOf,
  readHandedIn,
  scoreOf,
} from '../../../src/ui/learn/class/handed-in';
import { lessonOn } from '../../../src/ui/settings/lesson';
import { fakeStart, fakeStep } from '../fake-events';

const AT = '2026-01-01T10:00:00.000Z';
const learnt = withAnswer(withAnswer(NOTHING_LEARNT, 'write', 'a', false, AT), 'write', 'b', true, AT);
const task = { name: '10b', chapters: ['write', 'gate'] as Answers['task']['chapters'], query: 'arm=grpo&seed=7' };
const answers: Answers = { version: 1, learner: 'Ada', task, at: AT, learnt };
const fileOf = async (a: Answers, run: Parameters<typeof handIn>[1] = null, name = 'ada.zip') =>
  new File([await handIn(a, run)], name);

/** A run of two steps, as a log has it. */
function fakeLog(): Uint8Array<ArrayBuffer> {
  const start = { ...fakeStart(), config: { ...DEFAULT_CONFIG, arm: 'grpo', seed: 7 } };
  return new TextEncoder().encode(
    [start, fakeStep(1), fakeStep(2)].map((event) => `${JSON.stringify(event)}\n`).join(''),
  );
}

test('a class is a link, and the link is the class', () => {
  const { search, hash } = new URL(addressOfTask(task), 'https://someone.github.io/lab/');
  expect(taskIn({ search, hash })).toEqual(task);
  const all = { ...task, chapters: [...CHAPTER_IDS], name: 'a & b?' };
  const whole = new URL(addressOfTask(all), 'https://someone.github.io/lab/');
  expect(whole.hash).not.toContain('ask=');
  expect(taskIn(whole)).toEqual(all);
});

test.each([
  ['#learn?chapter=write', null],
  ['#learn?class=', null],
  ['#learn?class=%E2%80%AE%00', null],
  [`#learn?class=${'x'.repeat(61)}`, null],
  ['#learn?class=a&ask=gate,nonsense,write', ['write', 'gate']],
  ['#learn?class=a&ask=nonsense', [...CHAPTER_IDS]],
])('of %s the chapters are %j', (hash, chapters) => {
  expect(taskIn({ search: '', hash })?.chapters ?? null).toEqual(chapters);
});

test('answers and the log of a run go out as one file, and come back; weights stay', async () => {
  const archive = await zipBlob([
    { name: 'config.json', bytes: new TextEncoder().encode('{}') },
    { name: 'events.jsonl', bytes: fakeLog() },
    { name: 'checkpoints/20/model.safetensors', bytes: new Uint8Array(10) },
  ]);
  const file = await fileOf(answers, { id: 'run-1', archive });
  expect((await zipEntries(file, 'file')).map(({ name }) => name)).toEqual([
    'answers.json',
    'run-1/config.json',
    'run-1/events.jsonl',
  ]);
  const read = await readHandedIn(file);
  expect(read.answers).toEqual(answers);
  expect([read.run?.name, read.run?.steps.length, read.run?.config.arm]).toEqual(['run-1', 2, 'grpo']);
  expect((await readHandedIn(await fileOf(answers))).run).toBeNull();
});

test.each([
  ['no archive', new Blob(['nothing'])],
  ['no answers', zipBlob([{ name: 'x', bytes: new Uint8Array(1) }])],
  ['other answers', zipBlob([{ name: 'answers.json', bytes: new TextEncoder().encode('{"version":2}') }])],
  ['no JSON', zipBlob([{ name: 'answers.json', bytes: new TextEncoder().encode('{') }])],
  ['too much', zipBlob([{ name: 'answers.json', bytes: new Uint8Array(70_000) }])],
])('a file with %s is refused by its name', async (_, content) => {
  await expect(readHandedIn(new File([await content], 'bob.zip'))).rejects.toThrow(/bob\.zip/);
});

test('who gives another file is told what is wanted here', async () => {
  const file = new File(['nothing'], 'notes.zip');
  await expect(readHandedIn(file)).rejects.toThrow('Give a file that “Hand in” made.');
});

test('a row a learner, the newest of what was handed in twice; nothing is a formula', async () => {
  const one = async (learner: string, at: string, right: boolean): Promise<HandedIn> =>
    readHandedIn(await fileOf({ ...answers, learner, at, learnt: right ? learnt : NOTHING_LEARNT }));
  const later = '2026-01-02T10:00:00.000Z';
  const files = [await one('=1+1', AT, true), await one('Ada', AT, false), await one('ada', later, true)];
  const newest = newestOf(files);
  expect(newest.map(({ answers: a }) => [a.learner, a.at])).toEqual([
    ['=1+1', AT],
    ['ada', later],
  ]);
  expect(scoreOf(answers)).toEqual({ right: 1, of: 2 });
  expect([markOf(learnt, 'write'), markOf(learnt, 'gate')]).toEqual(['✓ 2', '']);
  const [, first] = csvOf(newest).split('\r\n');
  expect(first).toMatch(/^"""=1\+1""",/);
  expect(first.split(',').length).toBe(csvOf(newest).split('\r\n')[0].split(',').length);
});

test('every setting has a lesson that there is', () => {
  for (const [name, setting] of Object.entries(SETTINGS)) expect(CHAPTER_IDS, name).toContain(lessonOn(setting));
});
