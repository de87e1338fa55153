/**
 * Makes the lessons' recording of a race from stored runs: of each its accuracy, its responses' length, and every statistic
 * that a gate can watch, step by step.
 *
 *     node scripts/record-race.mjs public/recorded/race.json runs/race/antisd-0 runs/race/grpo-0 …
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const { outputFiles } = await build({
  entryPoints: [`${root}src/antisd/gate.ts`],
  bundle: true,
  format: 'esm',
  write: false,
  logLevel: 'error',
});
const { GATE_STATISTICS, gateStatistic } = await import(
  `data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`
);

const [out, ...folders] = process.argv.slice(2);
const short = (x) => (x === null ? null : Number(x.toPrecision(4)));

const runs = folders.map((folder) => {
  const events = readFileSync(join(folder, 'events.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const of = (type) => events.filter((event) => event.type === type);
  const { config, device } = events.find(({ type }) => type === 'start');
  const statistics = GATE_STATISTICS.map((name) => [
    name,
    of('signals').map(({ rollouts }) => short(gateStatistic(name, rollouts))),
  ]);
  return {
    arm: config.arm,
    seed: config.seed,
    device: device.name.replace(/:.*/, ''),
    evals: of('eval').map(({ step, accuracy }) => ({ step, accuracy: short(accuracy) })),
    accuracy: of('step').map((step) => short(step.accuracy)),
    length: of('step').map((step) => short(step.responseLength)),
    teacherEntropy: of('step').map((step) => short(step.teacherEntropy)),
    statistics: config.arm.startsWith('antisd') ? Object.fromEntries(statistics) : null,
  };
});
writeFileSync(out, `${JSON.stringify({ version: 1, runs })}\n`);
