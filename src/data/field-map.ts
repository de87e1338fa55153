/** What the fields of a file's rows are called in the lab's words, where they have other names: "question=body, tests=checks". */
import { BadInput } from './errors';
import { ASKED } from './field-names';
import { nearest } from './nearest';

/** The lab's names by those of the file. */
export type FieldMap = ReadonlyMap<string, string>;

/** No other names. */
export const AS_NAMED = 'auto';

/** Throws BadInput for a text that is none, and for a name that nothing asks for. */
export function fieldMapOf(text: string): FieldMap {
  const map = new Map<string, string>();
  for (const pair of text === AS_NAMED ? [] : text.split(',')) {
    const [ours, theirs, ...more] = pair.split('=').map((name) => name.trim());
    if (!ours || !theirs || more.length > 0)
      throw new BadInput(
        `"${pair.trim()}" is no pair of fields`,
        'fields',
        'Write NAME=NAME IN THE FILE, several with commas.',
      );
    if (!ASKED.has(ours)) {
      const near = nearest(ours, [...ASKED]);
      throw new BadInput(`no field is called "${ours}"`, 'fields', near ? `Did you mean "${near}"?` : MEND);
    }
    map.set(theirs, ours);
  }
  return map;
}

const MEND = 'docs/datasets.md and docs/code-problems.md have the names.';

/** A record with its fields under the lab's names. */
export function renamed<R extends { readonly fields: Readonly<Record<string, unknown>> }>(record: R, map: FieldMap): R {
  if (map.size === 0) return record;
  const fields = { ...record.fields };
  for (const [theirs, ours] of map) if (Object.hasOwn(record.fields, theirs)) fields[ours] = record.fields[theirs];
  return { ...record, fields };
}
