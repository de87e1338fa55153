/** The command line end to end: formats others script against, exit codes, bad input, stopping and resuming. */
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSafetensors, writeSafetensors } from '../../src/model/weights/safetensors';
import { lab } from '../setup/cli';
import { labHere } from '../setup/cli-here';
import { close } from '../setup/close';
import { type Expected, fixtureJson, fixturePath, fixtureTensors } from '../setup/fixtures';
import { NANO } from '../setup/session';

let folder: string;
const at = (...parts: string[]) => join(folder, ...parts);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antisd-cli-'));
});
afterAll(() => rm(folder, { recursive: true }));

const expected = fixtureJson<Expected>('qwen3-untied', 'expected.json');

/** A fixture with a tokenizer beside it, as a model folder has. */
async function fixtureModel(): Promise<string> {
  const model = at('model');
  await cp(fixturePath('qwen3-untied'), model, { recursive: true });
  await cp(join(NANO, 'tokenizer.json'), join(model, 'tokenizer.json'));
  await cp(join(NANO, 'tokenizer_config.json'), join(model, 'tokenizer_config.json'));
  return model;
}

describe('formats', () => {
  it('score --tokens and gradients agree with PyTorch', async () => {
    const model = await fixtureModel();
    await writeFile(at('tokens.json'), JSON.stringify({ tokens: expected.tokens }));
    await writeFile(at('weights.json'), JSON.stringify({ weights: expected.weights }));
    const scored = await lab(['score', '--model', model, '--tokens', at('tokens.json')]);
    expect(scored.code).toBe(0);
    const { logprob, entropy } = JSON.parse(scored.stdout) as Expected;
    close(logprob.flat(), expected.logprob.flat(), { atol: 1e-5, rtol: 1e-5, why: 'f32' }, 'logprob');
    close(entropy.flat(), expected.entropy.flat(), { atol: 1e-5, rtol: 1e-5, why: 'f32' }, 'entropy');
    const out = at('gradients.safetensors');
    const done = await lab([
      'gradients',
      '--model',
      model,
      '--tokens',
      at('tokens.json'),
      '--weights',
      at('weights.json'),
      '--out',
      out,
    ]);
    expect(done.code).toBe(0);
    const got = readSafetensors(await readFile(out), out).tensors;
    for (const [name, { data }] of fixtureTensors('qwen3-untied', 'gradients.safetensors')) {
      const scale = data.reduce((m, x) => Math.max(m, Math.abs(x)), 0);
      close(got.get(name)?.data ?? [], data, { atol: 1e-3 * scale, why: 'the stated bound' }, name);
    }
  });

  it('score of texts prints columns of one length', async () => {
    const prompt = '<bos> 3 9 14 5 20 7 make 25';
    const { code, stdout } = await lab([
      'score',
      '--student',
      `${prompt} Think`,
      '--teacher',
      `${prompt} Hint 5 20 Think`,
      '--response',
      '3 9 12 no Wait',
    ]);
    expect(code).toBe(0);
    const columns = JSON.parse(stdout) as Record<string, unknown[]>;
    expect(Object.keys(columns)).toEqual(['tokens', 's', 't', 'u', 'H_S', 'H_T', 'phi', 'advantage']);
    expect(columns.tokens).toEqual(['3', '9', '12', 'no', 'Wait']);
    expect(columns.u[4]).toBeLessThan(-0.5);
    for (const column of Object.values(columns)) expect(column).toHaveLength(5);
  });

  it('help names every command and flag', async () => {
    expect((await labHere(['--help'])).stdout).toMatch(/train[\s\S]*pretrain[\s\S]*eval[\s\S]*doctor[\s\S]*bench/);
    expect((await labHere(['train', '--help'])).stdout).toMatch(
      /--method[\s\S]*--lr[\s\S]*--checkpoint-every|--checkpoint-every/,
    );
  });
});

describe('train', () => {
  const settings = [
    '--problems',
    '4',
    '--eval-every',
    '0',
    '--steps',
    '8',
    '--checkpoint-every',
    '1',
    '--keep-checkpoints',
    '0',
    '--gate-warmup',
    '1',
    '--top-p',
    '0.99',
  ];
  const weights = (run: string) => readFile(join(run, 'final/model.safetensors'));

  it('killed at any moment, resumed, stopped and resumed, it gives the bits of an unbroken run', async () => {
    const [whole, broken] = [at('whole'), at('broken')];
    const { code, stdout, stderr } = await lab(['train', '--json', '--out', whole, ...settings]);
    expect(code).toBe(0);
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.filter((e) => e.type === 'step')).toHaveLength(8);
    expect(events.every((e) => e.v === 1)).toBe(true);
    const [warning] = events[0].warnings;
    expect(warning).toMatch(/sampling law is cut \(top-p 0\.99\)/);
    expect(stderr).toContain(`${warning}\n`);
    expect(events.at(-1)).toMatchObject({ type: 'done', reason: 'finished' });
    expect((await readdir(join(whole, 'checkpoints'))).length).toBe(8);

    // One run is broken off twice, so that both ways take three processes in the place of four. Eight steps are more than
    // a busy machine makes before the signal arrives.
    await lab(['train', '--out', broken, ...settings], {
      until: (text) => text.includes('step 1/8'),
      signal: 'SIGKILL',
    });
    const stop = await lab(['train', '--resume', broken], {
      until: (text) => /step \d\/8/.test(text),
      signal: 'SIGINT',
    });
    expect(stop.code).toBe(130);
    expect(stop.stderr).toMatch(/Continue: npm run lab -- train --resume/);
    expect((await lab(['train', '--resume', broken])).code).toBe(0);
    expect(await weights(broken)).toEqual(await weights(whole));
  });

  it('never overwrites a folder', async () => {
    await writeFile(at('precious'), 'x');
    const { code, stderr } = await labHere(['train', '--out', folder, ...settings]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/not empty/);
  });
});

describe('bad input', () => {
  /** A copy of the nano model with one file changed. */
  async function broken(name: string, file: string, change: (bytes: Buffer) => Uint8Array | string): Promise<string> {
    const model = at(`broken-${name}`);
    await cp(NANO, model, { recursive: true });
    await writeFile(join(model, file), change(await readFile(join(model, file))));
    return model;
  }
  const scoring = (model: string) => [
    'score',
    '--model',
    model,
    '--student',
    'make',
    '--teacher',
    'make',
    '--response',
    'no',
  ];

  const cases: [string, () => Promise<string[]>, RegExp][] = [
    ['an unknown command', async () => ['trian'], /Unknown command "trian"/],
    ['an unknown flag', async () => ['train', '--stpes', '3'], /Unknown flag --stpes.*Did you mean --steps\?/],
    [
      'a value out of range',
      async () => ['train', '--group', '1', '--out', at('never')],
      /group must be a whole number from 2 to 64, got 1/,
    ],
    [
      'a value that is no number',
      async () => ['train', '--lr', 'fast', '--out', at('never')],
      /learningRate must be a number/,
    ],
    ['a missing run', async () => ['train', '--resume', at('nowhere')], /no run to resume/],
    ['a missing model', async () => scoring(at('nowhere')), /There is no model ".*nowhere"/],
    [
      'a truncated file of weights',
      async () => scoring(await broken('short', 'model.safetensors', (b) => b.subarray(0, b.length - 64))),
      /take .* bytes, the file holds|claims bytes/,
    ],
    [
      'a lying header length',
      async () =>
        scoring(
          await broken('header', 'model.safetensors', (b) => {
            b.writeBigUInt64LE(1n << 60n, 0);
            return b;
          }),
        ),
      /header claims/,
    ],
    [
      'overlapping tensors',
      async () =>
        scoring(
          await broken('overlap', 'model.safetensors', (b) =>
            b.toString('latin1').replace(/"data_offsets":\[(\d+),(\d+)\]/g, '"data_offsets":[0,$2]'),
          ),
        ),
      /safetensors file/,
    ],
    [
      'a config that contradicts the weights',
      async () =>
        scoring(
          await broken('config', 'config.json', (b) => b.toString().replace('"hidden_size": 64', '"hidden_size": 32')),
        ),
      /has shape .* config.json asks for/,
    ],
    [
      'NaN in the weights',
      async () =>
        scoring(
          await broken('nan', 'model.safetensors', (b) => {
            const { tensors } = readSafetensors(b, 'nano');
            (tensors.get('model.norm.weight') as { data: Float32Array }).data[3] = Number.NaN;
            return writeSafetensors(tensors);
          }),
        ),
      /model.norm.weight holds NaN at element 3/,
    ],
    [
      'a word that the tokenizer lacks',
      async () => ['score', '--student', 'make', '--teacher', 'make', '--response', 'perhaps'],
      /perhaps/,
    ],
    [
      'a token id out of range',
      async () => {
        await writeFile(at('ids.json'), '{"tokens": [[1, 99]]}');
        return ['score', '--tokens', at('ids.json')];
      },
      /Token id 99 is outside the vocabulary of 77/,
    ],
    [
      'a dataset line that is no JSON',
      async () => {
        await writeFile(at('bad.jsonl'), '{"id": \n');
        return ['train', '--task', at('bad.jsonl'), '--out', at('never')];
      },
      /line 1/,
    ],
    [
      'a dataset line that lacks a field',
      async () => {
        await writeFile(at('lacks.jsonl'), '{"id": "a", "target": 3}\n');
        return ['train', '--task', at('lacks.jsonl'), '--out', at('never')];
      },
      /cards/,
    ],
    [
      'a prompt longer than the context',
      async () => ['generate', '--prompt', new Array(126).fill('make').join(' ')],
      /exceeds the context/,
    ],
  ];

  it.each(cases)('%s: one message, exit code 2, nothing left behind', async (_, args, message) => {
    const argv = await args();
    const opensDevice = /^(score|generate)$/.test(argv[0]); // and leaves it to the end of its process
    const { code, stderr, stdout } = await (opensDevice ? lab : labHere)(argv);
    const said = stderr.replace(/^Warning: .*\n/gm, '');
    expect(said).toMatch(message);
    expect(code).toBe(2);
    expect(said).not.toMatch(/\n\s+at /);
    expect(stdout).toBe('');
    expect(await readdir(folder)).not.toContain('never');
  });
});
