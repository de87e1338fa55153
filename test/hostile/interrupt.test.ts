/** Ctrl-C while a command reads a model: it ends, whatever it is at. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Attempt, attempts } from '../faults/attempts';
import { lab } from '../setup/cli';

/** In the child: says when it takes a long text apart, which it does not stop before its end. */
const TELLS = `--import=data:text/javascript,${encodeURIComponent(
  "const { parse } = JSON; JSON.parse = (text, ...more) => { if (text.length > 1e6) process.stderr.write('reading'); return parse(text, ...more); };",
)}`;

const interrupted: Attempt = {
  id: 'interrupt/tokenizer',
  group: 'Ctrl-C',
  what: 'SIGINT while a tokenizer.json of 200,000 tokens is read',
  expected: 'the process ends by it, without a word on the file',
  gate: true,
  timeout: 120_000,
  async run() {
    const model = await mkdtemp(join(tmpdir(), 'lab-interrupt-'));
    try {
      await cp(join(import.meta.dirname, '../fixtures/tiny-chat'), model, { recursive: true });
      const file = join(model, 'tokenizer.json');
      const tokenizer = JSON.parse(await readFile(file, 'utf8'));
      for (let i = 0; i < 200_000; i++) tokenizer.model.vocab[`token ${i}`] = 1000 + i;
      await writeFile(file, JSON.stringify(tokenizer));
      const stop = { until: (text: string) => text.includes('reading'), signal: 'SIGINT' as const };
      const { code, stderr } = await lab(['train', '--model', model, '--out', join(model, 'run')], stop, {
        NODE_OPTIONS: TELLS,
      });
      expect([code, stderr]).toEqual([null, 'reading']);
    } finally {
      await rm(model, { recursive: true });
    }
  },
};

attempts([interrupted]);
