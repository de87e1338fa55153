/** The runs that a host has stored, and their logs. */
import { parseJson } from '../model/folder';
import type { LabMessage, RunEvent } from './events';
import { type Files, readText } from './files';
import type { RunConfig } from './open-run';
import { isSftConfig } from './settings-sft';
import { DROPPED } from './sources/classify';

type StoredRun = Extract<LabMessage, { type: 'runs' }>['runs'][number];

/** Runs of at least one step, newest first; none where nothing can be stored. */
export async function listRuns(root: Files | null): Promise<StoredRun[]> {
  if (!root) return [];
  const runs: StoredRun[] = [];
  for (const id of (await root.list('.')).reverse()) {
    const config = await root.read(`${id}/config.json`);
    const log = await readText(root, `${id}/events.jsonl`);
    // Counted in the text: parsing tens of megabytes of signals for a number would take seconds.
    const steps = log?.match(/^\{"v":\d+,"type":"(sft-)?step"/gm)?.length ?? 0;
    if (!config || steps === 0) continue;
    runs.push(describe(id, parseJson(config, id) as RunConfig, steps));
  }
  return runs;
}

function describe(id: string, config: RunConfig, steps: number): StoredRun {
  const supervised = isSftConfig(config);
  const arm = supervised ? `sft on ${config.data.replace(DROPPED, '')}` : config.arm;
  return {
    id,
    created: Date.parse(id.replace(/^(\d+-\d+-\d+T\d+)-(\d+)-(\d+)-(\d+)Z.*$/, '$1:$2:$3.$4Z')),
    steps,
    arm,
    label: `${arm}, seed ${config.seed}, ${steps} ${supervised ? 'updates' : 'steps'}`,
  };
}

/** The events of a stored run; none where there is no such run. */
export async function loadRun(root: Files | null, id: string): Promise<RunEvent[]> {
  return parseEvents(root ? await readText(root, `${id}/events.jsonl`) : null);
}

/** Whole lines of a log; a last line that was cut short is left out. */
export function parseEvents(text: string | null): RunEvent[] {
  if (!text) return [];
  const lines = text.split('\n');
  lines.pop(); // what follows the last line break: nothing, or a line that was never finished
  return lines.map((line) => JSON.parse(line) as RunEvent);
}
