/**
 * Makes the lessons' two recordings of the built-in model: responses to one held-out problem, each inspected (an inspection
 * a line, five digits), and one training step.
 *
 *     node scripts/record-lesson.mjs PROBLEM public/recorded/lesson.jsonl public/recorded/step.json
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const [problem, responses, step] = process.argv.slice(2);
const SAMPLES = 16;
const root = fileURLToPath(new URL('..', import.meta.url));
const lab = (...flags) =>
  execFileSync('node', [`${root}bin/lab.mjs`, ...flags], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
const short = (_, x) => (typeof x === 'number' ? Number(x.toPrecision(5)) : x);

/** What the lab's own sources export. */
async function imported(path) {
  const options = { bundle: true, format: 'esm', write: false, logLevel: 'error' };
  const { outputFiles } = await build({ entryPoints: [root + path], ...options });
  return import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
}

/** The events of a run with these settings. */
function run(settings) {
  const folder = mkdtempSync(join(tmpdir(), 'lesson-'));
  const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  lab('train', ...flags, '--out', join(folder, 'run'));
  const lines = readFileSync(join(folder, 'run', 'events.jsonl'), 'utf8')
    .trimEnd()
    .split('\n');
  rmSync(folder, { recursive: true });
  return lines.map((line) => JSON.parse(line));
}

const { twoCardsTokenizer } = await imported('src/data/two-cards/vocabulary.ts');
const few = { steps: 1, problems: 1, group: 2, 'eval-every': 1, 'eval-samples': SAMPLES };
const asked = run({ ...few, 'eval-problems': Number(problem) + 1 }).find(({ type }) => type === 'eval-samples');
const texts = asked.problems[problem].samples.map(({ ids }) => twoCardsTokenizer.decode(ids));
const lines = texts.map((response) => lab('inspect', '--problem', problem, '--response', response, '--json'));
writeFileSync(responses, `${lines.map((line) => JSON.stringify(JSON.parse(line), short)).join('\n')}\n`);

const { STEP_SETTINGS } = await imported('src/ui/learn/step-settings.ts');
const { flagOf } = await imported('src/settings/setting.ts');
const flags = Object.entries(STEP_SETTINGS).map(([name, value]) => [flagOf(name), value]);
const told = run(Object.fromEntries(flags)).filter(({ type }) => ['start', 'signals', 'gate', 'step'].includes(type));
writeFileSync(step, `${JSON.stringify({ events: told.map(({ crc: _, ...event }) => event) }, short)}\n`);
