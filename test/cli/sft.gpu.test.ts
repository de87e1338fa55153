/** `sft` as a user runs it: stopped and resumed to the bit, as JSON lines, refused with what, where and the mend. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { flagOf } from '../../src/settings/setting';
import { SFT_TABLE } from '../../src/settings/settings-sft';
import { lab } from '../setup/cli';
import { labHere } from '../setup/cli-here';
import { fixturePath } from '../setup/fixtures';

const folder = mkdtempSync(join(tmpdir(), 'antisd-sft-'));
afterAll(() => rmSync(folder, { recursive: true }));

const MODEL = fixturePath('tiny-chat');
const DATA = join(folder, 'sums.jsonl');
writeFileSync(DATA, readFileSync(join(MODEL, 'conversations.jsonl')));
const SETTINGS = [
  '--model',
  MODEL,
  '--data',
  DATA,
  '--lora-rank',
  '4',
  '--lora-dropout',
  '0.1',
  '--epochs',
  '3',
].concat(['--batch', '4', '--samples', '1', '--sample-tokens', '8', '--eval-every', '5', '--checkpoint-every', '100']);
const final = (out: string) => readFileSync(join(out, 'final/adapter_model.safetensors'));
const eventsOf = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; v: number });

describe('sft', () => {
  it('stopped by Ctrl-C and resumed leaves the bytes of a run that never stopped', async () => {
    const [whole, parts] = [join(folder, 'whole'), join(folder, 'parts')];
    const through = await lab(['sft', ...SETTINGS, '--out', whole, '--json']);
    expect(through.code).toBe(0);
    expect(through.stderr).toMatch(/\d+ examples, \d+ held out, 0 left out; \d+ updates of [\d,]+ parameters/);
    expect(through.stderr).toMatch(
      /update 1\/\d+ {2}epoch 1 {2}loss [\d.]+ {2}held-out [\d.]+ .* tokens\/s {2}ETA 0:\d\d/,
    );
    expect(through.stderr).toMatch(/sample 1 after update 0: ".*"/);
    const stopped = await lab(['sft', ...SETTINGS, '--out', parts], {
      until: (stderr) => stderr.includes('update 2/'),
      signal: 'SIGINT',
    });
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toMatch(/Stopped and saved at step \d+\. Continue: npm run lab -- sft --resume /);
    const resumed = await lab(['sft', '--resume', parts]);
    expect(resumed.code).toBe(0);
    expect(final(parts).equals(final(whole))).toBe(true);

    const told = eventsOf(through.stdout);
    expect(told.every((e) => e.v === 1)).toBe(true);
    const figures = (all: { type: string }[]) =>
      all
        .filter((e) => e.type === 'sft-step')
        .map(({ step, loss, gradNorm, lr }: Record<string, unknown>) => [step, loss, gradNorm, lr]);
    const log = eventsOf(readFileSync(join(parts, 'events.jsonl'), 'utf8'));
    expect(figures(log)).toEqual(figures(told));
    expect(JSON.parse(readFileSync(join(parts, 'config.json'), 'utf8'))).toMatchObject({
      kind: 'sft',
      loraDropout: 0.1,
    });
  });

  it('has a flag for every setting', async () => {
    const { stdout } = await labHere(['sft', '--help']);
    for (const name of SFT_TABLE.names) expect(stdout).toContain(`  --${flagOf(name)} `);
  });

  it('refuses what is bad before a folder exists, and settings beside --resume', async () => {
    const out = join(folder, 'never');
    const bad = async (...flags: string[]) => {
      const { code, stderr } = await labHere(['sft', '--model', MODEL, '--out', out, ...flags]);
      expect(code).toBe(2);
      return stderr;
    };
    expect(await bad('--data', DATA, '--lora-dropout', '2')).toMatch(
      /loraDropout must be a number from 0 to 0.9, got 2/,
    );
    expect(await bad('--data', join(folder, 'none.jsonl'))).toMatch(/There is no such file .*two-cards-scans/);
    expect(await bad('--data', DATA, '--max-length', '8')).toMatch(/none can be learnt from.*longer than 8/);
    expect(() => readFileSync(join(out, 'config.json'))).toThrow();
    const beside = await labHere(['sft', '--resume', join(folder, 'whole'), '--epochs', '2']);
    expect(beside.stderr).toMatch(/--epochs does not go with --resume/);
  });
});
