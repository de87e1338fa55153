/** The Hub's own addresses and answers: a repository at a revision, a file of it, and why one is refused. */
import * as v from 'valibot';
import { BOUNDS } from '../../data/bounds';
import { DATA_FILE } from '../../data/containers';
import { BadInput } from '../../data/errors';
import { readJson } from '../../data/json';
import { isModelFile, isPlainPath, type ListedFile } from './choose-files';
import { HUB } from './hub-id';
import { bodyOf, type Exchange, exchange, type Network, retrying, Transient, transientAnswer } from './request';
import { reasonOf, SourceError } from './source-error';

export type RepositoryKind = 'model' | 'dataset';

/** One repository, as asked for. */
export interface HubRequest {
  kind: RepositoryKind;
  endpoint: string;
  id: string;
  revision: string;
  token: string | null;
}

export interface HubListing {
  /** The commit that the revision stands for. */
  sha: string;
  files: ListedFile[];
}

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const hex = (digits: number) => v.pipe(v.string(), v.toLowerCase(), v.regex(new RegExp(`^[0-9a-f]{${digits}}$`)));
const schema = v.object({
  sha: hex(40),
  siblings: v.array(
    v.object({
      rfilename: v.string(),
      size: v.nullish(count),
      blobId: v.nullish(v.fallback(v.nullable(hex(40)), null)),
      lfs: v.nullish(v.object({ sha256: v.nullish(hex(64)), oid: v.nullish(v.string()), size: v.nullish(count) })),
    }),
  ),
});

/**
 * The header that carries a token; only ever sent to the Hub itself (it is dropped on the way to a CDN). Throws SourceError
 * where it would go over plain http to another machine, for everyone on the way to read.
 */
export function authorization({ token, endpoint, id }: HubRequest): Record<string, string> {
  if (!token) return {};
  const { protocol, hostname } = new URL(endpoint);
  if (protocol === 'http:' && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname))
    throw new SourceError(
      'denied',
      'The token would go to the Hub over plain http',
      `${id}, ${endpoint}`,
      'Use an https address (HF_ENDPOINT), or leave the token out.',
    );
  return { Authorization: `Bearer ${token}` };
}

/** Where a file of a commit is downloaded. */
export function fileAddress({ kind, endpoint, id }: HubRequest, sha: string, name: string): string {
  return `${endpoint}/${kind === 'dataset' ? 'datasets/' : ''}${id}/resolve/${sha}/${name.split('/').map(encodeURIComponent).join('/')}`;
}

/** The commit a revision stands for, and its files. Throws SourceError. */
export async function listRepository(net: Network, request: HubRequest): Promise<HubListing> {
  const { kind, endpoint, id, revision } = request;
  const url = `${endpoint}/api/${kind}s/${id}/revision/${encodeURIComponent(revision)}?blobs=true`;
  // The first contact: whoever is offline should hear it in seconds.
  const patience = { ...net, retries: Math.min(net.retries, 2) };
  let body: Uint8Array;
  try {
    body = await retrying(patience, async () => {
      const answer = await exchange(net, url, { headers: authorization(request) });
      return takeBody(answer, request, url);
    });
  } catch (error) {
    throw error instanceof Transient ? unreachable(error, request) : error;
  }
  return parseListing(body, url, kind);
}

async function takeBody(answer: Exchange, request: HubRequest, url: string): Promise<Uint8Array> {
  try {
    if (!answer.response.ok) throw transientAnswer(answer.response) ?? refusal(answer.response, request, null);
    return await bodyOf(answer, BOUNDS.answer, url);
  } finally {
    answer.cancel();
  }
}

/** null: an answer that is no JSON is none of a Hub. */
function jsonOrNull(body: Uint8Array, url: string): unknown {
  try {
    return readJson(body, url, BOUNDS.answer);
  } catch (error) {
    if (error instanceof BadInput) return null;
    throw error;
  }
}

/** Files that a reader could ask for at all; the others are forgotten at once. */
const READ: Readonly<Record<RepositoryKind, (name: string) => boolean>> = {
  model: isModelFile,
  dataset: (name) => isPlainPath(name) && DATA_FILE.test(name),
};

function parseListing(body: Uint8Array, url: string, kind: RepositoryKind): HubListing {
  const json = jsonOrNull(body, url);
  const result = v.safeParse(schema, json);
  if (!result.success) {
    throw new SourceError(
      'server',
      'The answer is not that of a Hub: it has no commit and list of files',
      url,
      'Check the address of the Hub (HF_ENDPOINT), and whether this network wants a log-in on a web page first.',
    );
  }
  const { sha, siblings } = result.output;
  if (siblings.length > BOUNDS.listing)
    throw new SourceError(
      'server',
      `The repository lists ${siblings.length} files, more than the ${BOUNDS.listing} that are read`,
      url,
      `Use another repository of the ${kind}.`,
    );
  const files = siblings
    .filter(({ rfilename }) => READ[kind](rfilename))
    .map(({ rfilename, size, blobId, lfs }): ListedFile => {
      const oid = lfs?.oid?.replace(/^sha256:/, '').toLowerCase();
      const sha256 = lfs?.sha256 ?? (oid && /^[0-9a-f]{64}$/.test(oid) ? oid : null);
      return {
        name: rfilename,
        size: lfs?.size ?? size ?? null,
        sha256,
        // Of a large file git only names the pointer to it.
        gitSha1: lfs ? null : (blobId ?? null),
      };
    });
  return { sha, files };
}

/** What an answer says, and what was asked, with the words that several refusals share. */
interface Refused {
  readonly request: HubRequest;
  readonly where: string;
  readonly status: number;
  readonly code: string;
  readonly giveToken: string;
}

/** An answer of 4xx in words. `file`: the file that was asked for; null: the repository. */
export function refusal(response: Response, request: HubRequest, file: string | null): SourceError {
  const { kind, endpoint, id, revision, token } = request;
  const where = `${id}@${revision}, ${endpoint}`;
  const code = response.headers.get('x-error-code') ?? '';
  const { status } = response;
  const giveToken = `give a token from ${HUB}/settings/tokens (in a shell: HF_TOKEN=hf_…)`;
  const notFound = (what: string, hint: string) => new SourceError('not-found', what, where, hint);
  const denied = denial({ request, where, status, code, giveToken });
  if (denied) return denied;
  if (code === 'RevisionNotFound')
    return notFound(
      `${id} has no revision "${revision}"`,
      'Give a branch, a tag or a commit of it, or leave it out for main.',
    );
  if (file !== null && (code === 'EntryNotFound' || status === 404))
    return notFound(`${id} has no file ${file}`, 'Choose one that its page lists under "Files".');
  if (status === 401 || status === 404)
    return notFound(
      `There is no public ${kind} ${id}`,
      `Check the spelling, capitals included. If it is private, ${token ? 'use a token whose owner may read it' : giveToken}.`,
    );
  return new SourceError(
    'server',
    `The Hub answered ${status} ${response.statusText}`.trim(),
    where,
    'Try again later; a mirror can be set with HF_ENDPOINT.',
  );
}

/** Of what is there, and not for everybody; null where that is not what it says. */
function denial({ request, where, status, code, giveToken }: Refused): SourceError | null {
  const { kind, endpoint, id, token } = request;
  const denied = (what: string, hint: string) => new SourceError('denied', what, where, hint);
  if (code === 'GatedRepo' || (status === 403 && code !== 'RepoNotFound')) {
    const page = kind === 'dataset' ? `${endpoint}/datasets/${id}` : `${endpoint}/${id}`;
    const how = `Open ${page} in a browser, sign in and accept the ${kind}'s terms; then `;
    return token
      ? denied(
          `${id} is gated, and this token has no access to it`,
          `${how}try again. A fine-grained token also needs the permission to read gated repositories.`,
        )
      : denied(`${id} is gated: its owner wants to know who downloads it`, `${how}${giveToken}.`);
  }
  if (status === 401 && token && code !== 'RepoNotFound')
    return denied(
      'The Hub refuses the token',
      `Check it, or ${giveToken.replace('a token', 'a new one')}; public ${kind}s need none.`,
    );
  return null;
}

function unreachable(error: Transient, { endpoint, id, revision }: HubRequest): SourceError {
  const where = `${id}@${revision}, ${endpoint}`;
  if (error.status === 429)
    return new SourceError(
      'server',
      'The Hub has had too many requests from here',
      where,
      'Wait some minutes, or give a token.',
      error,
    );
  if (error.status !== null)
    return new SourceError(
      'server',
      `The Hub is out of order: ${error.message}`,
      where,
      'Try again later; a mirror can be set with HF_ENDPOINT.',
      error,
    );
  return new SourceError(
    'offline',
    `The Hub could not be reached: ${reasonOf(error.cause ?? error)}`,
    where,
    'Check the connection (of a mirror, the page must be told: npm start -- --allow ORIGIN). What is already downloaded works without it, as do folders and files.',
    error,
  );
}
