import { expect, test } from 'vitest';
import { readWrittenJson } from '../../src/data/json';
import { utf8 } from '../setup/checkpoints';

const read = (json: string) => readWrittenJson(utf8(json), 'own.json');

test.each([
  ['at once', '{"lr": 1, "lr": 1}', '"lr"'],
  ['deep inside', '{"grid": [{"a": {"lr": 1, "steps": [{"lr": 2}], "lr": 3}}]}', '"lr"'],
  ['written in two ways', '{"lr": 1, "l\\u0072": 2}', '"lr"'],
  ['behind a text like the end of an object', '{"a": "}, {", "a": 2}', '"a"'],
])('a name that stands twice is refused: %s', (_, json, name) => {
  expect(() => read(json)).toThrow(`${name} stands twice in one object (own.json). Keep one of the two.`);
});

test.each(['{"lr": 1, "steps": {"lr": 2}}', '[{"lr": 1}, {"lr": 1}]', '{"a": ["b", "b"], "b": "b", "c": "a"}'])(
  'a name may stand in two objects, and be a value: %s',
  (json) => {
    expect(read(json)).toEqual(JSON.parse(json));
  },
);
