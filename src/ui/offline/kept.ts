/** What the service worker keeps of a build, and what of it answers a request: the part of it that needs no browser. */

/** A file of the build. The page itself has the path '' and no hash: its server may have put a policy into it. */
export interface Kept {
  /** From the page's folder, as it is written in addresses. */
  readonly path: string;
  /** As `integrity` has it: sha256-BASE64. */
  readonly hash?: string;
  /** Large, and needed by few: kept once it was asked for. */
  readonly later?: boolean;
}

/** The path of an address below the page's folder; null elsewhere, on other hosts above all. '' is the page. */
export function pathBelow(scope: string, address: string): string | null {
  const url = new URL(address);
  const at = url.origin + url.pathname;
  if (!at.startsWith(scope)) return null;
  const path = at.slice(scope.length);
  return path === 'index.html' ? '' : path;
}

/** The cache of one build; `scope` is the page's folder, as several labs may lie on one host. */
export const cacheName = (scope: string, build: string): string => `${scope} ${build}`;

/** Caches of the lab in this folder that are of other builds. */
export const outdatedCaches = (names: readonly string[], scope: string, build: string): string[] =>
  names.filter((name) => name.startsWith(`${scope} `) && name !== cacheName(scope, build));

/** Whether a page's text is of this build: the plugin in scripts/offline.mjs writes it there. */
export const isOfBuild = (html: string, build: string): boolean =>
  html.includes(`<meta name="build" content="${build}"`);

/**
 * The bytes that a Range header asks for, [from, to) of `size`; null where it asks in a way that servers may ignore
 * (several ranges, another unit), 'beyond' where there is nothing.
 */
export function rangeOf(header: string, size: number): { from: number; to: number } | 'beyond' | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header.trim());
  if (!match || (match[1] === '' && match[2] === '')) return null;
  const last = match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
  const from = match[1] === '' ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const to = match[1] === '' ? size : last + 1;
  return from < to ? { from, to } : 'beyond';
}
