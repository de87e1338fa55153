/**
 * The race: arms × seeds from the built-in model, one run after the other, by the command line that everybody has.
 *
 *     node scripts/race.mjs runs/race        # resumes what was cut off, skips what is done
 *     node scripts/race-report.mjs runs/race # writes docs/race.md and docs/race.svg
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = process.argv[2] ?? 'runs/race';
const ARMS = { antisd: 120, grpo: 200, sd: 120, 'antisd-paper': 120 };
const SEEDS = [0, 1, 2];

for (const seed of SEEDS) {
  for (const [arm, steps] of Object.entries(ARMS)) {
    const out = join(folder, `${arm}-${seed}`);
    if (existsSync(join(out, 'final/model.safetensors'))) continue;
    const fresh = [
      '--method',
      arm,
      '--seed',
      seed,
      '--steps',
      steps,
      '--eval-every',
      20,
      '--eval-samples',
      8,
      '--out',
      out,
    ];
    const args = existsSync(join(out, 'config.json')) ? ['--resume', out] : fresh;
    console.log(`== ${arm}, seed ${seed}`);
    const { status } = spawnSync(process.execPath, [join(root, 'bin/lab.mjs'), 'train', ...args.map(String)], {
      stdio: 'inherit',
    });
    if (status === 130) process.exit(130);
    if (status !== 0) console.log(`${out} ended with code ${status}; its log tells how far it came.`);
  }
}
