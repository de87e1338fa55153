/** The command line is killed at random moments, again and again, until its run is done: the weights are those of a run left alone. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { Random } from '../../src/data/random';
import type { Outcome } from '../setup/cli';
import { attempts } from './attempts';
import { faulty, lab, TRAIN, weights } from './cli';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antisd-kills-'));
});
afterAll(() => rm(folder, { recursive: true }));

const started = (run: string) => existsSync(join(run, 'config.json'));
const command = (run: string) => ['train', ...(started(run) ? ['--resume', run] : ['--out', run, ...TRAIN])];

/** Whether a process was killed; one that was not has done its work. */
function wasKilled({ code, stderr }: Outcome): boolean {
  if (code !== null) expect([code, stderr]).toEqual([0, expect.stringContaining('Done: ')]);
  return code === null;
}

/** Kills runs until `kills` were, each run by its own processes; `kill` starts one. */
async function killed(kills: number, kill: (run: string) => Promise<Outcome>): Promise<number> {
  const whole = join(folder, 'whole');
  if (!existsSync(whole)) expect((await lab(command(whole))).code).toBe(0);
  const want = await weights(whole);
  let done = 0;
  for (let runs = 0; done < kills; runs++) {
    const run = join(folder, `run-${runs}`);
    let again = true;
    while (again && done < kills) {
      again = wasKilled(await kill(run));
      if (again) done++;
    }
    if (again) expect(wasKilled(await lab(command(run)))).toBe(false);
    expect((await weights(run)).equals(want), `after ${done} kills`).toBe(true);
    await rm(run, { recursive: true });
  }
  return done;
}

attempts([
  {
    id: 'kills/moments',
    group: 'kills',
    what: 'SIGKILL at 50 random moments (2 in the gate)',
    expected: 'resumed, the same bytes',
    gate: true,
    timeout: 7_200_000,
    async run(all) {
      const random = new Random(1, 50);
      // From the first word of a process, which comes when the run is open, to where an undisturbed one ends.
      const lasts = { from: 0, to: 0 };
      const begun = performance.now();
      await lab(command(join(folder, 'whole')), {}, () => {
        lasts.from ||= performance.now() - begun;
      });
      lasts.to = performance.now() - begun;
      return killed(all ? 50 : 2, async (run) => {
        const moment = Math.round(lasts.from / 2 + (random.below(1000) / 1000) * (lasts.to - lasts.from / 2));
        return lab(command(run), {}, undefined, moment);
      });
    },
  },
  {
    id: 'kills/calls',
    group: 'kills',
    what: 'SIGKILL in the middle of 20 random calls to the disk',
    expected: 'resumed, the same bytes',
    gate: false,
    timeout: 7_200_000,
    async run() {
      const random = new Random(1, 51);
      return killed(20, async (run) => {
        const at = random.below(150);
        return lab(command(run), faulty(run, { at, code: 'EIO', how: 'kill' }));
      });
    },
  },
]);
