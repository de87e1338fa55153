/**
 * JSON that carries its checksum: a line of the log, a checkpoint's state.json. The checksum is the first field,
 * `{"crc":"1a2b3c4d", …`: eight hex digits, the CRC-32 of all that follows its comma, up to the last brace. A text of an
 * earlier version has none; it is known by how it begins, so that no damage makes one of the other.
 */
import { BOUNDS } from '../data/bounds';
import { crc32 } from '../data/crc32';

const HEAD = '{"crc":"';
/** Where what the checksum is of begins. */
const BODY = HEAD.length + '12345678",'.length;

/** A text that is not as it was written. */
export class Damage extends Error {
  override readonly name = 'Damage';
}

/** An object with at least one field, as sealed JSON without a line break. */
export function sealed(value: object): string {
  const body = JSON.stringify(value).slice(1);
  return `${HEAD}${hex(new TextEncoder().encode(body))}",${body}`;
}

/** Whether a text is as it was written, as far as it says; `earlier`: what one without a checksum begins with. */
export function isIntact(bytes: Uint8Array, earlier: string): boolean {
  if (startsWith(bytes, earlier)) return true;
  if (!startsWith(bytes, HEAD)) return false;
  return text(bytes.subarray(HEAD.length, BODY)) === `${hex(bytes.subarray(BODY))}",`;
}

/** The value of a text, without its checksum. Throws Damage. */
export function unseal(bytes: Uint8Array, earlier: string): unknown {
  if (bytes.length > BOUNDS.logLine) throw new Damage('longer than any line is');
  if (!isIntact(bytes, earlier)) throw new Damage('not as it was written');
  const json = startsWith(bytes, HEAD) ? `{${text(bytes.subarray(BODY))}` : text(bytes);
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new Damage(`no JSON: ${(error as Error).message}`);
  }
}

const hex = (bytes: Uint8Array): string => crc32(bytes).toString(16).padStart(8, '0');
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const startsWith = (bytes: Uint8Array, ascii: string): boolean =>
  bytes.length >= ascii.length && text(bytes.subarray(0, ascii.length)) === ascii;
