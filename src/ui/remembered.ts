/** What this browser remembers of the page. Its storage may be forbidden, or full: then nothing is, and all goes on. */

/** Null where nothing was kept under this key; undefined where nothing may be asked for. */
export function remembered(key: string): string | null | undefined {
  try {
    return localStorage.getItem(key);
  } catch {
    return undefined;
  }
}

/** Keeps a text, or forgets it with null. */
export function remember(key: string, text: string | null): void {
  try {
    if (text === null) localStorage.removeItem(key);
    else localStorage.setItem(key, text);
  } catch {
    // Not remembered, still shown.
  }
}
