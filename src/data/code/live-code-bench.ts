/** The tests of a LiveCodeBench row: public ones as JSON, the others as JSON too, or packed: a pickled text of JSON. */
import { BadInput } from '../errors';
import { jsonOf } from '../json';
import { type DataRecord, field, isRecord } from '../records';
import { unpacked } from './packed';
import type { CodeTests, InputOutput } from './types';

interface Case extends InputOutput {
  readonly testtype?: string;
}

/** Throws BadInput where they cannot be read. */
export async function liveCodeBenchTests(record: DataRecord): Promise<CodeTests> {
  const cases = [
    ...casesOf(field(record, ['public_test_cases'])?.value, record),
    ...casesOf(await privateOf(record), record),
  ];
  const tests = cases.map(({ input, output }) => ({ input, output }));
  if (tests.length === 0) throw new BadInput('there is no test', record.where, 'Leave this row out.');
  const metadata = parsed(field(record, ['metadata'])?.value ?? {}, record);
  const entry = isRecord(metadata) && typeof metadata.func_name === 'string' ? metadata.func_name : null;
  const isFunctional = cases.some(({ testtype }) => testtype === 'functional');
  return isFunctional && entry !== null ? { form: 'calls', tests, entry } : { form: 'output', tests };
}

async function privateOf(record: DataRecord): Promise<unknown> {
  const written = field(record, ['private_test_cases'])?.value;
  if (typeof written !== 'string' || written.trimStart().startsWith('[')) return written;
  const data = await unpacked(written, record);
  if (typeof data === 'string') return data;
  throw new BadInput('its tests are no pickled text', record.where, 'Leave this row out.');
}

function casesOf(written: unknown, record: DataRecord): Case[] {
  const list = parsed(written ?? [], record);
  const isCase = (x: unknown): x is Case => isRecord(x) && typeof x.input === 'string' && typeof x.output === 'string';
  if (Array.isArray(list) && list.every(isCase)) return list;
  throw new BadInput('its tests are no list of inputs and outputs', record.where, 'Leave this row out.');
}

/** A value, or what the JSON of one says. */
const parsed = (written: unknown, { where }: DataRecord): unknown =>
  typeof written === 'string' ? jsonOf(written, where, 'its tests are', 'Leave this row out.') : written;
