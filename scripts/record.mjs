/**
 * Makes the page's bundled recording from a stored run: every figure of every step, and every few steps the heatmap of a
 * few groups, with three decimals.
 *
 *     node scripts/record.mjs runs/race/antisd-0 public/recorded/two-cards-antisd.json
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const [run, out] = process.argv.slice(2);
const GROUPS = 3;
const EVERY = 6;
const COLUMNS = ['s', 't', 'u', 'H_S', 'H_T', 'phi', 'advantage', 'term'];
const short = (x) => Math.round(x * 1000) / 1000;

const keep = (event) => {
  const shown = event.step === 1 || event.step % EVERY === 0;
  if (event.type === 'checkpoint' || event.type === 'phase') return [];
  if (event.type === 'tokens-table')
    return shown
      ? [
          {
            ...event,
            rows: event.rows.map((r) => ({
              ...r,
              meanU: short(r.meanU),
              meanTerm: short(r.meanTerm),
              share: short(r.share),
            })),
          },
        ]
      : [];
  if (event.type !== 'signals') return [event];
  if (!shown) return [];
  const rollouts = event.rollouts
    .filter((r) => r.group < GROUPS)
    .map((r) => ({ ...r, ...Object.fromEntries(COLUMNS.map((c) => [c, r[c].map(short)])) }));
  return [{ ...event, rollouts }];
};

const lines = readFileSync(join(run, 'events.jsonl'), 'utf8').trimEnd().split('\n');
const events = lines.flatMap((line) => keep(JSON.parse(line)));
mkdirSync(dirname(out), { recursive: true });
writeFileSync(out, `${JSON.stringify({ events })}\n`);
console.log(`${events.length} events, ${JSON.stringify({ events }).length} bytes`);
