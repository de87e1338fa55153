/** The command line as a user runs it. Where nothing is asked of the process, cli-here.ts is quicker. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

export const launcher = join(import.meta.dirname, '../../bin/lab.mjs');

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs `lab ARGS` to its end, or until `until` says of its stderr that it is time for `signal`; `env`: more of the environment. */
export function lab(
  args: string[],
  stop?: { until: (stderr: string) => boolean; signal: NodeJS.Signals },
  env: Record<string, string> = {},
): Promise<Outcome> {
  const child = spawn(process.execPath, [launcher, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let [stdout, stderr] = ['', ''];
  let sent = false;
  child.stdout.on('data', (text) => {
    stdout += text;
  });
  child.stderr.on('data', (text) => {
    stderr += text;
    if (stop && !sent && stop.until(stderr)) {
      sent = true;
      child.kill(stop.signal);
    }
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
}
