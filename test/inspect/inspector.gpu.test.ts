/** The inspector on the nano model: problems, prompts, scores, contexts, generation, and what goes wrong. */
import { describe, expect, it } from 'vitest';
import { CONTEXT_MODES } from '../../src/data/types';
import type { Gpu } from '../../src/gpu/device';
import { openNodeGpu } from '../../src/gpu/open.node';
import { type ContextEffect, INSPECT_MODES } from '../../src/inspect/types';
import { testDevice } from '../setup/gpu';
import { onModel, testPage } from '../setup/inspect';
import { until } from '../setup/until';

const device = testDevice();
const WITH_C = { mode: 'sibling-then-dataset', thinking: false, wording: 'standard' } as const;
const CHOICE = { task: 'two-cards', seed: 0, index: 0, minDepth: 6 } as const;

async function nano() {
  const page = testPage(() => device.gpu);
  await page.ask({ type: 'open' });
  await page.ask({ type: 'load', subject: onModel('nano'), slot: 'main' });
  return { page };
}

/** A problem, its right answer and the prompts for it. */
async function posed(page: Awaited<ReturnType<typeof nano>>['page']) {
  const { problem, task, samples } = await page.ask({ type: 'problem', choice: CHOICE });
  const response = `${problem.solution} <eos>`;
  const asked = { type: 'prompts', problem, task, response, context: WITH_C } as const;
  const { prompts, verdict } = await page.ask(asked);
  const texts = { student: prompts.student, teacher: prompts.teacher, response };
  return { problem, task, samples, prompts, verdict, texts };
}

describe('the nano model', () => {
  it('answers open, load, problem, prompts and score; Wait is a deliberation token', async () => {
    const { page } = await nano();
    const { problem, prompts, verdict, samples, texts } = await posed(page);
    expect(verdict).toMatchObject({ reward: 1, reason: 'right' });
    expect(samples.length).toBeGreaterThan(0);
    expect(prompts.student).toBe(`<bos> ${problem.question.replace(/make (\d+) from (.*)/, '$2 make $1')} Think`);
    expect(prompts.teacher).toContain(`Hint ${problem.answer}`);
    const { scored } = await page.ask({ type: 'score', texts, slot: 'main', withAdapter: true });
    const waits = scored.u.filter((_, i) => scored.tokens[i] === 'Wait');
    expect(waits.length).toBeGreaterThan(3);
    expect(waits.reduce((a, b) => a + b, 0) / waits.length).toBeLessThan(-0.2);
    expect(scored.spans.map(([from, to]) => texts.response.slice(from, to).trim())).toEqual(scored.tokens);
    scored.alternatives.student.forEach((top, i) => {
      const chosen = top.find(({ token }) => token === scored.tokens[i]);
      if (chosen) expect(chosen.logprob).toBeCloseTo(scored.s[i], 4);
    });
    await page.ask({ type: 'unload', slot: 'main' });
  });

  it('tells what every context mode does to a response', async () => {
    const { page } = await nano();
    const { problem, task, texts } = await posed(page);
    await page.ask({
      type: 'contexts',
      problem,
      task,
      texts,
      context: WITH_C,
      modes: [...INSPECT_MODES],
    });
    const effects = page.parts() as ContextEffect[];
    expect(effects.map((e) => e.mode)).toEqual([...CONTEXT_MODES, 'wrong']);
    const sum = (mode: string) => effects.find((e) => e.mode === mode)?.u.reduce((a, b) => a + b, 0) ?? Number.NaN;
    expect(sum('none')).toBe(0);
    expect(sum('dataset')).toBe(sum('answer')); // this task's teacher reads the pair alone
    expect(sum('wrong')).toBeLessThan(sum('dataset')); // a misleading hint makes the right response unlikely
    expect(effects.find((e) => e.mode === 'wrong')?.context.source).toBe('wrong');
    const { scored } = await page.ask({ type: 'score', texts, slot: 'main', withAdapter: true });
    expect(effects[0].u).toEqual(scored.u);
    await page.ask({ type: 'unload', slot: 'main' });
  });

  it('reads a response out of every layer: the last is what it scores, to the bit, and no layer tells more than log B', async () => {
    const { page } = await nano();
    const { problem, task, texts } = await posed(page);
    const asked = { type: 'layers', problem, task, texts, context: WITH_C, contexts: 5 } as const;
    const { layers } = await page.ask(asked);
    const { scored } = await page.ask({ type: 'score', texts, slot: 'main', withAdapter: true });
    for (const column of ['s', 't', 'u', 'H_S', 'H_T'] as const) expect(layers[column].at(-1)).toEqual(scored[column]);
    expect(layers.contexts).toBe(5);
    const told = layers.information?.map((row) => row.reduce((a, b) => a + b, 0) / row.length) ?? [];
    expect(Math.max(...(layers.information?.flatMap((row) => [...row]) ?? []))).toBeLessThanOrEqual(Math.log(5) + 1e-6);
    expect(told.at(-1)).toBeGreaterThan(0.2); // the hint is read, and the states say which it was
    const best = scored.alternatives.teacher.map(([first]) => first.token);
    expect(layers.likeliest.teacher.at(-1)).toEqual(best);
    const alone = (await page.ask({ ...asked, contexts: 1 })).layers;
    expect([alone.information, alone.contexts, alone.u]).toEqual([null, 1, layers.u]);
    await page.ask({ type: 'unload', slot: 'main' });
  });

  it('writes a response, streamed; stopped, it keeps what it has', async () => {
    const { page } = await nano();
    const { prompts } = await posed(page);
    const asked = { type: 'generate', prompt: prompts.student, temperature: 1, topP: 1, seed: 3 } as const;
    const generated = await page.ask({ ...asked, maxNewTokens: 83 });
    expect(generated).toMatchObject({ ended: true, text: expect.stringMatching(/ <eos>$/) });
    expect(page.parts().length).toBeGreaterThan(0);
    const again = await page.ask({ ...asked, maxNewTokens: 83 });
    expect(again.text).toBe(generated.text);
    const running = page.ask({ ...asked, maxNewTokens: 83 }).catch((failure) => failure.kind);
    await page.cancel();
    const stopped = await running; // before its first token it has nothing to keep
    expect(stopped === 'cancelled' || generated.text.startsWith(stopped.text)).toBe(true);
    await page.ask({ type: 'unload', slot: 'main' });
  });

  it('says in numbers that a response is too long, which word it does not know, and that no model is open', async () => {
    const { page } = await nano();
    const { texts } = await posed(page);
    const score = { type: 'score', slot: 'main', withAdapter: true } as const;
    const long = await page.failure({ ...score, texts: { ...texts, response: 'Wait '.repeat(130) } });
    expect(long).toMatchObject({ kind: 'bad-input', message: expect.stringMatching(/130 tokens.*context of 128/) });
    const word = await page.failure({ ...score, texts: { ...texts, response: 'Wait maybe' } });
    expect(word.message).toContain('"maybe" is not in the vocabulary');
    const empty = await page.failure({ ...score, texts: { ...texts, teacher: ' ' } });
    expect(empty.message).toContain('The teacher’s prompt is empty');
    const other = await page.failure({ ...score, slot: 'other', texts });
    expect(other.message).toContain('Load a model first');
    await page.ask({ type: 'unload', slot: 'main' });
  });

  it('leaves nothing on the device once it is unloaded', async () => {
    const before = device.gpu.liveBuffers;
    const { page } = await nano();
    await page.ask({ type: 'load', subject: onModel('nano'), slot: 'other' });
    const { texts } = await posed(page);
    await page.ask({ type: 'score', texts, slot: 'other', withAdapter: false });
    expect(device.gpu.liveBuffers).toBeGreaterThan(before);
    await page.failure({ type: 'load', subject: onModel('/nowhere'), slot: 'other' });
    for (const slot of ['main', 'other'] as const) await page.ask({ type: 'unload', slot });
    expect(device.gpu.liveBuffers).toBe(before);
  });
});

it('opens a new device after the last was lost', async () => {
  const first = await openNodeGpu();
  const devices = [first, device.gpu];
  const page = testPage(() => devices.shift() as Gpu);
  await page.ask({ type: 'load', subject: onModel('nano'), slot: 'main' });
  const { texts } = await posed(page);
  const running = page.failure({ type: 'score', texts, slot: 'main', withAdapter: true });
  first.destroy();
  expect(await running).toMatchObject({ kind: 'device-lost', refused: false });
  expect(page.told.slice(-2)).toMatchObject([{ type: 'unloaded', slot: 'main' }, { type: 'failed' }]);
  const next = await page.failure({ type: 'problem', choice: CHOICE });
  expect(next.kind).toBe('device-lost'); // what one must know to mend it
  await until('the end of reads on their way', () => first.liveBuffers === 0);
  await page.ask({ type: 'load', subject: onModel('nano'), slot: 'main' });
  await page.ask({ type: 'score', texts, slot: 'main', withAdapter: true });
  await page.ask({ type: 'unload', slot: 'main' });
});
