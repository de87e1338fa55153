/** Turns the runs of experiments/race.json into docs/race.md's table (printed) and docs/race.svg (learning curves). */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2] ?? 'runs/race';
const runs = readdirSync(folder)
  .map((name) => /^(.+)-(\d+)$/.exec(name))
  .filter((m) => m && existsSync(join(folder, m[0], 'events.jsonl')))
  .map(([name, arm, seed]) => {
    const events = readFileSync(join(folder, name, 'events.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const points = events
      .filter((e) => e.type === 'eval')
      .map((e) => ({ step: e.step, accuracy: e.accuracy, length: e.meanLength }));
    const steps = events.filter((e) => e.type === 'step');
    return { arm, seed: Number(seed), points, steps };
  });
const arms = ['antisd', 'antisd-paper', 'grpo', 'sd'].filter((arm) => runs.some((r) => r.arm === arm));
const of = (arm) => runs.filter((r) => r.arm === arm).sort((a, b) => a.seed - b.seed);
const at = (run, step) => run.points.find((p) => p.step === step)?.accuracy;
const show = (x) => (x === undefined ? '–' : x.toFixed(2).replace(/^0/, ''));
const COLUMNS = [0, 20, 40, 60, 80, 100, 120, 160, 200];
const half = (run) => run.points.find((p) => p.accuracy >= 0.5)?.step ?? 'never';

console.log(
  `| arm (seeds ${of(arms[0])
    .map((r) => r.seed)
    .join(' / ')}) | ${COLUMNS.join(' | ')} | reaches 0.5 at | tokens sampled |`,
);
console.log(`|---|${COLUMNS.map(() => '---|').join('')}---|---|`);
for (const arm of arms) {
  const cells = COLUMNS.map((step) =>
    of(arm)
      .map((run) => show(at(run, step)))
      .join(' / '),
  );
  const tokens = of(arm)
    .map((run) => `${Math.round((run.steps.at(-1)?.totalTokens ?? 0) / 1000)}k`)
    .join(' / ');
  console.log(`| ${arm} | ${cells.join(' | ')} | ${of(arm).map(half).join(' / ')} | ${tokens} |`);
}

// Ink on paper: one dash pattern an arm, a line a seed.
const [W, H, L, B] = [720, 360, 48, 36];
const last = Math.max(...runs.flatMap((r) => r.points.map((p) => p.step)));
const x = (step) => L + (step / last) * (W - L - 120);
const y = (accuracy) => H - B - accuracy * (H - B - 16);
const STYLE = { antisd: ['', 2.2], 'antisd-paper': ['7 3', 1.4], grpo: ['2 3', 1.8], sd: ['1 5', 1.4] };
const lines = arms.flatMap((arm) =>
  of(arm).map(
    (run) =>
      `<polyline fill="none" stroke="currentColor" stroke-width="${STYLE[arm][1]}" stroke-dasharray="${STYLE[arm][0]}" points="${run.points.map((p) => `${x(p.step).toFixed(1)},${y(p.accuracy).toFixed(1)}`).join(' ')}"/>`,
  ),
);
const keys = arms.map(
  (arm, i) =>
    `<line x1="${W - 112}" x2="${W - 82}" y1="${28 + 20 * i}" y2="${28 + 20 * i}" stroke="currentColor" stroke-width="${STYLE[arm][1]}" stroke-dasharray="${STYLE[arm][0]}"/><text x="${W - 76}" y="${32 + 20 * i}">${arm}</text>`,
);
const grid = [0, 0.25, 0.5, 0.75, 1].map(
  (a) =>
    `<line x1="${L}" x2="${W - 120}" y1="${y(a)}" y2="${y(a)}" stroke="currentColor" opacity=".15"/><text x="${L - 8}" y="${y(a) + 4}" text-anchor="end">${a}</text>`,
);
const ticks = Array.from(
  { length: Math.floor(last / 40) + 1 },
  (_, i) => `<text x="${x(40 * i)}" y="${H - 14}" text-anchor="middle">${40 * i}</text>`,
);
const title = 'Held-out accuracy at depth 5 and more, over steps';
writeFileSync(
  'docs/race.svg',
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${W} ${H}" font-family="Inter, system-ui, sans-serif" font-size="12" fill="currentColor" color="#5B636B" role="img" aria-label="${title}"><title>${title}</title>${grid.join('')}${ticks.join('')}${lines.join('')}${keys.join('')}</svg>\n`,
);
