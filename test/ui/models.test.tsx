/** The page's models: what a drop is made of, what messages change, what the picker and the plan say. */
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { TASK_CHOICES } from '../../src/data/tasks';
import type { Failure } from '../../src/engine/protocol';
import type { ModelPlan } from '../../src/library/memory-plan';
import { taskNames } from '../../src/library/open-task';
import type { CachedModel } from '../../src/library/sources/cache';
import type { DownloadProgress } from '../../src/library/sources/progress';
import { OWN_MODEL, PRESETS } from '../../src/settings/presets';
import { chooseModel } from '../../src/ui/actions/chooseModel';
import { takeOwnFiles } from '../../src/ui/actions/takeOwnFiles';
import { groups } from '../../src/ui/models/gather';
import { figures } from '../../src/ui/models/LoadLine';
import { ModelPicker } from '../../src/ui/models/ModelPicker';
import { cachedEntries, cachedName, said } from '../../src/ui/models/names';
import { verdict } from '../../src/ui/models/plan-words';
import { afterProgress, mayLook, memoryOf, NO_MODELS, useModels } from '../../src/ui/models/store';
import { useLab } from '../../src/ui/state/store';
import { ownPage } from '../setup/page-state';

ownPage({ location: { search: '', pathname: '/', hash: '' }, history: { replaceState: () => {} } });

const placed = (...paths: string[]) => paths.map((path) => ({ path, file: new File([''], path) }));
const shown = (made: ReturnType<typeof groups>) => made.map((group) => group.map(({ path }) => path));

describe('a drop', () => {
  it('is cut into the things it holds: folders, data, GGUF, and loose files that belong together', () => {
    const files = placed(
      ...['m/config.json', 'm/model.safetensors', 'sums.jsonl', 'x.gguf', 'lora/adapter_config.json'],
      ...['config.json', 'tokenizer.json', 'model.safetensors.index.json', 'problems.json', 'model.safetensors'],
    );
    expect(shown(groups(files))).toEqual([
      ['m/config.json', 'm/model.safetensors'],
      ['sums.jsonl'],
      ['x.gguf'],
      ['lora/adapter_config.json'],
      ['config.json', 'tokenizer.json', 'model.safetensors.index.json', 'model.safetensors'],
      ['problems.json'],
    ]);
  });
});

describe('what is being opened', () => {
  const progress = { what: 'Downloading a/b', done: 1, total: 2, download: null };
  const failure: Failure = { message: 'It is gated.', kind: 'denied', refused: true };

  it('is shown, and what was refused before is forgotten', () => {
    const refused = { ...NO_MODELS, refused: { ...failure, again: true } };
    expect(afterProgress(refused, progress)).toMatchObject({ loading: progress, refused: null });
  });

  it('keeps the word that downloads live in memory or could not be checked, after the download too', () => {
    const download = { inMemory: 'No room.' } as DownloadProgress;
    const during = { ...NO_MODELS, ...afterProgress(NO_MODELS, { ...progress, download }) };
    expect(afterProgress(during, progress).notice).toBe('No room.');
    const unchecked = { inMemory: null, unchecked: 'No digest.' } as DownloadProgress;
    expect(afterProgress(NO_MODELS, { ...progress, download: unchecked }).notice).toBe('No digest.');
  });
});

it('another host is asked only for what the person named', () => {
  expect(['nano', 'dropped:x', 'a/b'].map((name) => mayLook(NO_MODELS, name))).toEqual([true, true, false]);
  expect(mayLook({ ...NO_MODELS, confirmed: ['a/b'] }, 'a/b')).toBe(true);
});

it('memory is read as people write it', () => {
  expect(['', '8', '7,5', '-1', 'much'].map((memory) => memoryOf({ memory }))).toEqual([null, 8e9, 7.5e9, null, null]);
});

it('progress is told in bytes, rate and time', () => {
  const download: DownloadProgress = {
    ...{ state: 'downloading', file: 'model.safetensors', received: 5e6, size: 20e6, totalReceived: 6e6 },
    ...{ totalSize: 21e6, rate: 1e6, inMemory: null, unchecked: null, reason: null },
  };
  const at = (patch: Partial<DownloadProgress>) =>
    figures({ what: 'x', done: 6e6, total: 21e6, download: { ...download, ...patch } });
  expect(at({})).toBe('6.0 MB of 21.0 MB, 1.0 MB/s, 0:15 left');
  expect(at({ state: 'retrying', rate: 0, reason: 'cut' })).toBe('6.0 MB of 21.0 MB, trying again: cut');
  expect(figures({ what: 'x', done: 1, total: 4, download: null })).toBe('25 %');
});

describe('the picker', () => {
  const file = (name: string, complete = true) => ({ name, bytes: 1e9, size: 1e9, complete });
  const model = (patch: Partial<CachedModel>): CachedModel => ({
    ...{ id: 'org/name', sha: 'a'.repeat(40), revisions: ['main'], bytes: 1.5e9, complete: true },
    files: [file('config.json'), file('model.safetensors')],
    date: new Date(0),
    ...patch,
  });
  const cached = [
    model({}),
    model({ id: 'org/half', complete: false }),
    model({ id: 'org/lora', files: [file('adapter_config.json'), file('adapter_model.safetensors')] }),
  ];
  const dropped = [
    { kind: 'model', name: 'dropped:mine', bytes: 5e7 },
    { kind: 'adapter', name: 'dropped:lora', bytes: 1e6 },
  ] as const;
  const common = { label: 'Model', onChange: () => {}, onFiles: () => {}, cached, dropped };

  it('offers what is here, whole models only, and keeps a name that is not', () => {
    const html = renderToStaticMarkup(<ModelPicker {...common} kind="model" value="Qwen/Qwen3-0.6B" />);
    const options = [...html.matchAll(/<option value="([^"]*)"( selected="")?/g)].map(
      ([, name, on]) => name + (on ? '*' : ''),
    );
    expect(options).toEqual(['nano', 'micro', 'Qwen/Qwen3-0.6B*', 'dropped:mine', 'org/name', 'other name']);
    expect(html).toContain('mine (50.0 MB on disk)');
    expect(html).toContain('org/name (1.50 GB on disk)');
  });

  it('offers adapters, and none', () => {
    const html = renderToStaticMarkup(<ModelPicker {...common} kind="adapter" value={null} />);
    const options = [...html.matchAll(/<option value="([^"]*)"( selected="")?/g)].map(
      ([, name, on]) => name + (on ? '*' : ''),
    );
    expect(options).toEqual(['no adapter*', 'dropped:lora', 'org/lora', 'other name']);
  });

  it('names every whole GGUF, and an older commit by itself', () => {
    const older = model({ sha: 'b'.repeat(40) });
    const gguf = model({
      ...{ id: 'org/gguf', revisions: ['v1'], complete: false },
      files: [file('x.Q4_K_M.gguf'), file('x.Q8_0.gguf', false)],
    });
    expect(cachedEntries([...cached, older, gguf]).map((entry) => `${entry.kind} ${entry.name}`)).toEqual([
      'model org/name',
      'adapter org/lora',
      `model org/name@${'b'.repeat(40)}`,
      'model org/gguf@v1/x.Q4_K_M.gguf',
    ]);
  });

  it('names a commit where no branch is known', () => {
    expect([model({}), model({ revisions: ['v1'] }), model({ revisions: [] })].map(cachedName)).toEqual([
      ...['org/name', 'org/name@v1'],
      `org/name@${'a'.repeat(40)}`,
    ]);
  });
});

it('a plan says what it knows', () => {
  const row = { refused: null, largest: { tokens: 4096, positions: 2048 } } as ModelPlan['rows'][number];
  expect(verdict(row, { binding: 1, memory: 8e9 })).toMatch(/^Fits; at most micro-batches of 4,096 tokens/);
  expect(verdict(row, { binding: 1, memory: Number.POSITIVE_INFINITY })).toMatch(/depends on the memory/);
  const refused = { ...row, refused: 'needs 9 GB, there are 8 GB' };
  expect(verdict(refused, { binding: 1, memory: 8e9 })).toBe(
    'Does not fit: needs 9 GB, there are 8 GB. One response at a time in a context of 2,048 would.',
  );
});

it('a model of the lab’s brings the task whose words it knows; a model of one’s own leaves the task as it is', () => {
  useLab.setState(({ draft }) => ({ draft: { ...draft, task: 'word-problems' } }));
  chooseModel('org/own');
  expect(useLab.getState().draft).toMatchObject({ model: 'org/own', task: 'word-problems' });
  chooseModel('nano');
  expect(useLab.getState().draft).toMatchObject({ model: 'nano', task: 'two-cards' });
});

it('the page’s tasks are those of the lab, and the preset for one’s own model is one of the presets', () => {
  expect(TASK_CHOICES.map(([name]) => name)).toEqual(taskNames());
  expect(PRESETS).toContain(OWN_MODEL);
  expect(OWN_MODEL).toMatchObject({ keepsModel: true, settings: { task: 'word-problems' } });
});

it('files that were refused leave no word behind once others were taken', () => {
  const failure: Failure = { message: 'It is empty.', kind: 'bad-input', refused: true };
  useModels.setState({ refused: { ...failure, again: false } });
  takeOwnFiles(placed('notes.docx'));
  expect([useLab.getState().problem, useModels.getState().refused]).toEqual([
    expect.stringMatching(/notes\.docx/),
    null,
  ]);
  takeOwnFiles(placed('sums.jsonl'));
  expect([useLab.getState().problem, useLab.getState().draft.task]).toEqual([null, 'dropped:sums.jsonl']);
});

it('messages call files as people do, and hide nothing', () => {
  expect(said('There is no example (dropped:empty.jsonl\u202e)')).toBe('There is no example (empty.jsonl\\u202e)');
});
