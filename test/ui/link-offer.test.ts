/** A link's models: what comes from another host waits for a click, the comparison's as well as the subject's. */
import { expect, test } from 'vitest';
import type { InspectLink } from '../../src/inspect/inspect-link';
import { writeInspectLink } from '../../src/inspect/inspect-link';
import { openBuiltIn } from '../../src/ui/inspector/actions/chooseModel';
import { restore } from '../../src/ui/inspector/actions/openLink';
import { openInspector } from '../../src/ui/inspector/session';
import { INITIAL, useInspector } from '../../src/ui/inspector/store';
import { ownPage } from '../setup/page-state';
import { until } from '../setup/until';

ownPage({
  requestAnimationFrame: (run: () => void) => setTimeout(run),
  document: { hidden: false, addEventListener: () => {} },
});

const asked: { id: number; type: string; slot?: string }[] = [];
const line = {
  onmessage: null as ((message: MessageEvent) => void) | null,
  onerror: null,
  onmessageerror: null,
  terminate() {},
  postMessage(command: { id: number; type: string }) {
    asked.push(command);
    if (command.type === 'open') line.onmessage?.({ data: { id: command.id, type: 'done' } } as MessageEvent);
  },
};
const nano = { model: 'nano', adapter: null, weightFormat: 'auto' };
const loads = () => asked.filter(({ type }) => type === 'load').map(({ slot }) => slot);
const opened = async (state: InspectLink): Promise<void> => {
  asked.length = 0;
  useInspector.setState({ ...INITIAL, main: { subject: nano } as never });
  await restore(`#inspect?${await writeInspectLink(state)}`);
};

test('the other model, and an adapter of the built-in one, wait for a word', async () => {
  await restore(
    `#inspect?${await writeInspectLink({ compare: 'model', other: { ...nano, adapter: 'evil/adapter' } })}`,
  );
  openInspector(() => line);
  await until('the subject', () => loads().length > 0);
  expect(useInspector.getState()).toMatchObject({ offered: false, offeredOther: true });
  expect(loads()).toEqual(['main']);
  for (const other of [
    { ...nano, adapter: 'evil/lora' },
    { ...nano, model: 'evil/model' },
  ]) {
    await opened({ subject: nano, compare: 'model', other });
    expect(useInspector.getState().offeredOther).toBe(true);
    expect(loads()).not.toContain('other');
  }
  await opened({ subject: { ...nano, model: 'evil/model' } });
  expect(useInspector.getState()).toMatchObject({ offered: true, offeredOther: false });
});

test.each(['evil/problems', 'https://huggingface.co/datasets/evil/problems', 'gsm8k', 'two-cards,evil/problems:2'])(
  'a problem of %s waits for a word, whatever model it is asked; the built-in model asks its own',
  async (task) => {
    await opened({ subject: nano, choice: { task, seed: 1, index: 2, minDepth: null } });
    expect(useInspector.getState()).toMatchObject({ offered: true, choice: { task } });
    for (const what of ['load', 'problem']) expect(asked.map(({ type }) => type)).not.toContain(what);
    openBuiltIn();
    expect(useInspector.getState()).toMatchObject({ offered: false, choice: { task: 'two-cards' } });
  },
);

test('problems that are here, or in the link itself, are asked at once', async () => {
  for (const choice of [
    { task: 'two-cards', seed: 1, index: 2, minDepth: null },
    { task: 'own' as const, question: 'q', solution: '', answer: 'a' },
  ]) {
    await opened({ subject: nano, choice });
    expect(useInspector.getState().offered).toBe(false);
    expect(asked.map(({ type }) => type)).toContain('problem');
  }
});
