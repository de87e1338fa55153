import { expect, test } from 'vitest';
import { parseFlags } from '../../src/cli/options';

const FLAGS = {
  out: { kind: 'text', doc: 'the folder', placeholder: 'DIR' },
  html: { kind: 'text', doc: 'a page', placeholder: 'FILE' },
  prompt: { kind: 'text', doc: 'what is asked' },
} as const;
const RUNS = { placeholder: 'RUN...', doc: 'RUN: a folder' };

test.each([['--out', ''], ['--out='], ['--html', '']])(
  'a place that is named by nothing is not the current folder: %s',
  (...argv) => {
    expect(() => parseFlags('x', FLAGS, argv)).toThrow(
      /--(out|html) names nothing \(lab x\)\. (DIR|FILE): .*\. The current folder is a dot\./,
    );
  },
);

test.each(['http://x/y', 's3://bucket/run', 'file:///tmp/run'])('an address is no place: %s', (address) => {
  expect(() => parseFlags('x', FLAGS, ['--out', address])).toThrow(/--out names an address, and wants a place/);
});

test('neither is a word that is empty', () => {
  expect(() => parseFlags('x', FLAGS, ['a', ''], RUNS)).toThrow(/A word names nothing/);
});

test('other texts may be empty', () => {
  const { values, words } = parseFlags('x', FLAGS, ['--prompt', '', '--out', '.', 'a'], RUNS);
  expect({ values, words }).toEqual({ values: { out: '.', html: undefined, prompt: '' }, words: ['a'] });
});

test('of a flag that is given several times with other values the last counts, and is said', () => {
  const given = ['--prompt', 'a', '--out=x', '--prompt', 'b', '--out', 'x'];
  const { values, repeated } = parseFlags('x', FLAGS, given);
  expect({ values, repeated }).toEqual({
    values: { out: 'x', html: undefined, prompt: 'b' },
    repeated: ['--prompt is given several times: the last counts, b'],
  });
});
