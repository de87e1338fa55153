/**
 * The header of a safetensors file: 8 bytes of length, then JSON of names, dtypes, shapes and ranges. Everything it
 * says is checked against the size of the file before a byte of data is read or allocated.
 */
import { BOUNDS } from '../../data/bounds';
import { expectWithin, utf8Text } from '../../data/bytes';
import { BadInput } from '../../data/errors';
import { eachName, measureJson } from '../../data/json';
import { FLOAT_BYTES, type FloatFormat, isFloatFormat } from './float-formats';

/** Bytes before the header's JSON. */
export const LENGTH_BYTES = 8;

/** A tensor of the header; its data are bytes from … to − 1 of the file. */
export interface SafetensorsEntry {
  readonly name: string;
  readonly dtype: FloatFormat;
  readonly shape: number[];
  readonly from: number;
  readonly to: number;
}

type Fail = (what: string) => never;

const failing =
  (where: string): Fail =>
  (what) => {
    throw new BadInput(`Not a usable safetensors file: ${what}`, where, 'Download or export the file again.');
  };

/** Bytes of the header's JSON, from the first bytes of a file of `size` bytes. Throws BadInput for an impossible length. */
export function headerLength(start: Uint8Array, size: number, where: string): number {
  const bad = failing(where);
  if (size < LENGTH_BYTES || start.length < LENGTH_BYTES) bad(`it has ${size} bytes, the header length alone takes 8`);
  const length = new DataView(start.buffer, start.byteOffset, LENGTH_BYTES).getBigUint64(0, true);
  if (length > BigInt(size - LENGTH_BYTES)) bad(`its header claims ${length} bytes, the file has ${size}`);
  expectWithin(Number(length), BOUNDS.safetensorsHeader, 'The header', where);
  return Number(length);
}

/** Checks the header's JSON of a file of `size` bytes. Tensors come in the order of their data. */
export function parseHeader(
  json: Uint8Array,
  size: number,
  where: string,
): { entries: SafetensorsEntry[]; metadata: Record<string, string> } {
  const bad = failing(where);
  const { __metadata__: metadata = {}, ...rest } = headerObject(json, where, bad);
  if (!isRecord(metadata) || !Object.values(metadata).every((v) => typeof v === 'string'))
    bad('its __metadata__ is no object of texts');
  const dataStart = LENGTH_BYTES + json.length;
  const entries = Object.entries(rest)
    .map(([name, value]) => checkEntry(name, value, size - dataStart, bad))
    .sort((a, b) => a.from - b.from || a.to - b.to);
  let end = 0;
  for (const e of entries) {
    if (e.from < end) bad(`tensor ${e.name} overlaps the one before it`);
    if (e.from > end) bad(`there is a hole of ${e.from - end} bytes before tensor ${e.name}`);
    end = e.to;
  }
  if (end !== size - dataStart) bad(`its tensors take ${end} bytes, the file holds ${size - dataStart}`);
  return {
    entries: entries.map((e) => ({ ...e, from: e.from + dataStart, to: e.to + dataStart })),
    metadata: metadata as Record<string, string>,
  };
}

/** The header's object, whose JSON begins with its first byte and gives every name once: readers differ over the rest. */
function headerObject(json: Uint8Array, where: string, bad: Fail): Record<string, unknown> {
  if (json[0] !== 0x7b) bad('its header does not begin with {');
  const text = utf8Text(json, where, 'The header');
  measureJson(text, where);
  expectUnique(text, where, bad);
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    return bad(`its header is no JSON: ${(error as Error).message}`);
  }
}

/** Throws BadInput for a name that stands twice in an object, and for more tensors than may be. `json` need not be right. */
function expectUnique(json: string, where: string, bad: Fail): void {
  eachName(json, (name, before) => {
    if (before.has(name)) bad(`${name} stands twice in its header`);
    if (before.size > BOUNDS.tensors) throw tooMany(where);
  });
}

const tooMany = (where: string): BadInput =>
  new BadInput(
    `The file has more than the ${BOUNDS.tensors} tensors that are read`,
    where,
    'Check that it is the file it should be.',
  );

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const natural = (n: unknown): n is number => typeof n === 'number' && Number.isSafeInteger(n) && n >= 0;

function checkEntry(name: string, value: unknown, dataLength: number, bad: Fail): SafetensorsEntry {
  const { dtype, shape, data_offsets: offsets } = isRecord(value) ? value : {};
  if (!isFloatFormat(dtype)) {
    // Packed bits, or scaled floats of 4 to 8 bits: MLX, GPTQ, AWQ, bitsandbytes, FP8.
    const quantised = typeof dtype === 'string' && /^([UI](8|16|32)|[FE]\d+_|F[4-8]$)/.test(dtype);
    return bad(
      `tensor ${name} has dtype ${JSON.stringify(dtype)}; F32, F16 and BF16 are supported${quantised ? ', weights that are quantised already are not' : ''}`,
    );
  }
  if (!Array.isArray(shape) || !shape.every(natural)) return bad(`tensor ${name} has no valid shape`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(natural))
    return bad(`tensor ${name} has no valid data_offsets`);
  const [from, to] = offsets as number[];
  const expected = shape.reduce((n: number, d: number) => n * d, FLOAT_BYTES[dtype]);
  if (to < from || to > dataLength) return bad(`tensor ${name} claims bytes ${from} to ${to} of ${dataLength}`);
  if (to - from !== expected)
    return bad(`tensor ${name} has ${to - from} bytes, its shape [${shape.join(', ')}] needs ${expected}`);
  return { name, dtype, shape: shape as number[], from, to };
}
