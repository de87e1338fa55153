/** The tests of a LiveCodeBench row: public ones as JSON, the others as JSON too, or packed: a pickled text of JSON. */
import { BadInput } from '../errors';
import { jsonOf } from '../json';
import { type DataRecord, isRecord, textField } from '../records';
import { unpacked } from './packed';
import type { CodeTests, InputOutput } from './types';

interface Case extends InputOutput {
  readonly testtype?: string;
}

/** Throws BadInput where they cannot be read. */
export async function liveCodeBenchTests(record: DataRecord): Promise<CodeTests> {
  const cases = [
    ...casesOf(textField(record, ['public_test_cases']), record),
    ...casesOf(await privateOf(record), record),
  ];
  const tests = cases.map(({ input, output }) => ({ input, output }));
  if (tests.length === 0) throw new BadInput('there is no test', record.where, 'Leave this row out.');
  const metadata = parsed(textField(record, ['metadata']) ?? '{}', record);
  const entry = isRecord(metadata) && typeof metadata.func_name === 'string' ? metadata.func_name : null;
  const isFunctional = cases.some(({ testtype }) => testtype === 'functional');
  return isFunctional && entry !== null ? { form: 'calls', tests, entry } : { form: 'output', tests };
}

async function privateOf(record: DataRecord): Promise<string | null> {
  const text = textField(record, ['private_test_cases']);
  if (text === null || text.trimStart().startsWith('[')) return text;
  const data = await unpacked(text, record);
  if (typeof data === 'string') return data;
  throw new BadInput('its tests are no pickled text', record.where, 'Leave this row out.');
}

function casesOf(json: string | null, record: DataRecord): Case[] {
  const list = json === null ? [] : parsed(json, record);
  const isCase = (x: unknown): x is Case => isRecord(x) && typeof x.input === 'string' && typeof x.output === 'string';
  if (Array.isArray(list) && list.every(isCase)) return list;
  throw new BadInput('its tests are no list of inputs and outputs', record.where, 'Leave this row out.');
}

const parsed = (json: string, { where }: DataRecord): unknown =>
  jsonOf(json, where, 'its tests are', 'Leave this row out.');
