/** The command line in this process, where nothing has to start: for what ends before a device is opened, or closes it. */
import { vi } from 'vitest';
import { runCommand } from '../../src/cli/run-command';
import type { Outcome } from './cli';

/** Runs `lab ARGS`: what it says, and its exit code. */
export async function labHere(args: string[]): Promise<Outcome> {
  const said = { stdout: '', stderr: '' };
  const heard = (['stdout', 'stderr'] as const).map((stream) =>
    vi.spyOn(process[stream], 'write').mockImplementation((text) => {
      said[stream] += text;
      return true;
    }),
  );
  try {
    return { code: await runCommand(args), ...said };
  } finally {
    for (const spy of heard) spy.mockRestore();
  }
}
