/** A page's stores and its lines to engines are one of each for all modules, and files of tests share modules. */
import { afterAll, vi } from 'vitest';

/** Call at the top of a file that changes what a page knows, or what stands around it: those after it get a page of their own. */
export function ownPage(globals: Record<string, unknown> = {}): void {
  const { setInterval: every } = globalThis;
  const timers: NodeJS.Timeout[] = [];
  const kept = (...how: Parameters<typeof every>): NodeJS.Timeout => {
    const timer = every(...how);
    timers.push(timer);
    return timer;
  };
  for (const [name, value] of Object.entries({ ...globals, setInterval: kept })) vi.stubGlobal(name, value);
  afterAll(() => {
    for (const timer of timers) clearInterval(timer); // a line is asked once a second whether it is there
    vi.unstubAllGlobals();
    vi.resetModules();
  });
}
