/** `lab inspect` as a user runs it: it agrees with `lab score`, and its files are those of the same look. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readInspection } from '../../src/inspect/export';
import { INSPECT_MODES } from '../../src/inspect/types';
import { lab } from '../setup/cli';
import { close } from '../setup/close';

const out = (name: string) => join(mkdtempSync(join(tmpdir(), 'inspect-')), name);

describe('lab inspect', () => {
  it('has the columns of lab score, and writes JSON, CSV and HTML', async () => {
    const [html, csv] = [out('a.html'), out('a.csv')];
    const run = await lab(['inspect', '--problem', '3', '--all-contexts', '--json', '--html', html, '--csv', csv]);
    expect(run.code).toBe(0);
    const inspection = readInspection(run.stdout);
    const { texts, scored, effects } = inspection;
    expect(effects.map((e) => e.mode)).toEqual([...INSPECT_MODES]);
    const { student, teacher, response } = texts;
    const args = ['--student', student, '--teacher', teacher, '--response', response];
    const score = JSON.parse((await lab(['score', ...args])).stdout);
    expect(scored.tokens).toEqual(score.tokens);
    for (const column of ['s', 't', 'u', 'H_S', 'H_T'] as const)
      close(scored[column], score[column], { atol: 1e-5, why: 'one sequence a batch here, two there' }, column);
    expect(readFileSync(csv, 'utf8').trim().split('\r\n')).toHaveLength(scored.tokens.length + 1);
    const page = readFileSync(html, 'utf8');
    expect(page.match(/data-u=/g)).toHaveLength(scored.tokens.length);
    expect(page).toContain(inspection.problem.question);
  });

  it('shows every layer, and one token in each', async () => {
    const { code, stdout } = await lab([
      'inspect',
      '--problem',
      '3',
      '--layers',
      '--token',
      '2',
      '--layer-contexts',
      '4',
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain('compared with 3 other contexts; at most log 4 = 1.39 nats');
    const u = /(?<=Σu )\S+/.exec(stdout)?.[0];
    const whole = stdout.slice(stdout.indexOf('the whole response'), stdout.indexOf('I: what'));
    const rows = whole.match(/^layer \d+ .*$/gm) ?? [];
    expect(rows).toHaveLength(3);
    expect(rows[0]?.split(/ {2,}/)[1]).toBe(u); // the last layer is the model
    expect(stdout).toMatch(/token 2, "\d+":\n.*likeliest of student, teacher\nlayer/);
  });

  it('prints a row a token without a terminal, and the figures', async () => {
    const file = out('response.txt');
    writeFileSync(file, '3 4 7 no So Answer 3 4\n');
    const own = ['--question', 'make 24 from 3 4 9 12 15 20', '--response', `@${file}`];
    const { code, stdout } = await lab(['inspect', ...own, '--compare', 'nano']);
    expect(code).toBe(0);
    expect(stdout).toContain('make 24 from 3 4 9 12 15 20 (own)');
    expect(stdout).toContain('verdict: wrong sum');
    expect(stdout.match(/ {2}"(3|4|7|no|So|Answer)"$/gm)).toHaveLength(8);
    expect(stdout).toMatch(/Σu \S+ nats over 8 tokens/);
    const [, there, here] = /compared with nano: Σu (\S+) there, (\S+) here/.exec(stdout) ?? [];
    expect(there).toBe(here);
    expect(stdout).not.toContain('\u001b[');
  });

  it.each([
    ['an unknown context', ['--context', 'datset'], /Did you mean "dataset"/],
    ['no adapter', ['--compare', 'adapter-off'], /no adapter to switch off/],
    ['two responses', ['--generate', '--response', '3'], /given and to be generated/],
    ['a file that is not there', ['--response', '@/nowhere'], /There is no such file \(\/nowhere\)\. Check the path/],
    ['a token without layers', ['--token', '1'], /Give --layers too/],
    ['a solution to nothing', ['--solution', '3'], /Give --question too/],
    ['a response that is too long', ['--response', 'Wait '.repeat(200)], /more than the model’s context of 128/],
  ])('%s is refused with the mend', async (_, args, why) => {
    const { code, stderr } = await lab(['inspect', ...args]);
    expect(code).toBe(2);
    expect(stderr).toMatch(why);
  });
});
