/** A page's stores and its lines to engines are one of each for all modules, and files of tests share modules. */
import { afterAll, vi } from 'vitest';

/** Call at the top of a file that changes what a page knows, or what stands around it: those after it get a page of their own. */
export function ownPage(globals: Record<string, unknown> = {}): void {
  for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
  afterAll(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });
}
