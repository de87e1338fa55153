/** Names of datasets on a Hub: org/name, with a revision and a part, or the address of its page. */
import { AT_REVISION, HUB, hubPath } from './hub-id';

export interface DatasetId {
  /** org/name. */
  readonly id: string;
  /** Branch, tag or commit; null where the name gives none. */
  readonly revision: string | null;
  /** Folders, a file or a split, which narrow the files down: "main/test"; null takes what there is. */
  readonly part: string | null;
}

const PART = '[A-Za-z0-9](?:[\\w.-]*[\\w])?';
const FORM = new RegExp(
  `^(?<id>${PART}/${PART})(?:@(?<revision>refs/[^/@:]+/[^/@:]+|[^/@:]+))?(?::(?<part>[^@:\\\\]+))?$`,
);
const DATA_ENDING = /\.(jsonl?|ndjson|parquet|csv|txt|gz|zst|gguf)$/i;

/** Reads org/name, org/name@REVISION:PART, or the address of a dataset's page; null where it is none. */
export function parseDatasetId(text: string, endpoint = HUB): DatasetId | null {
  const asked = text.trim();
  if (/^https?:\/\//i.test(asked)) return ofAddress(asked, endpoint);
  const groups = FORM.exec(asked)?.groups;
  if (!groups || /\.\.|--/.test(groups.id) || DATA_ENDING.test(groups.id)) return null;
  if (/(^|\/)\.{0,2}(\/|$)|^\d+$/.test(groups.part ?? 'x')) return null; // a number is a port
  return { id: groups.id, revision: groups.revision ?? null, part: groups.part ?? null };
}

/** Writes a name as parseDatasetId reads it. */
export const datasetName = ({ id, revision, part }: DatasetId): string =>
  `${id}${revision === null ? '' : `@${revision}`}${part === null ? '' : `:${part}`}`;

/** https://huggingface.co/datasets/org/name, with /tree/REVISION/… or /blob/REVISION/FILE behind it. */
function ofAddress(address: string, endpoint: string): DatasetId | null {
  const [datasets, org, name, kind, revision, ...path] = hubPath(address, endpoint) ?? [];
  const named = datasets === 'datasets' && org && name ? parseDatasetId(`${org}/${name}`) : null;
  if (!named || !AT_REVISION.includes(kind) || !revision) return named;
  return { ...named, revision, part: path.length > 0 ? path.join('/') : null };
}
