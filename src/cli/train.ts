/** `train`: on-policy reinforcement learning, headless. The run folder, events and exit codes are what scripts rely on. */
import type { RunEvent } from '../runs/events';
import { byName, STEP_METRICS } from '../runs/metrics';
import { parseTrainConfig, TRAIN_TABLE } from '../settings/config';
import { defineCommand } from './command';
import { runFlags, runHeadless } from './headless-run';
import { metricLine } from './metric-line';
import type { Flags } from './options';
import { warn } from './output';
import { pinnedName } from './places';
import { type Given, settingFlags, settingsFrom } from './setting-flags';

export const train = defineCommand({
  name: 'train',
  summary: 'train a policy by AntiSD, GRPO, self-distillation …',
  details:
    'DIR gets config.json, events.jsonl, checkpoints/step-000020/… and final/ (a Hugging Face model folder). An existing\n' +
    'DIR is never overwritten. --resume continues from the newest checkpoint that is whole, bit for bit as if it had never\n' +
    'stopped. --fork begins a new run there, with other settings.',
  flags: {
    ...settingFlags(TRAIN_TABLE),
    ...runFlags('folder of the run (must be new) [runs/METHOD-SEED]'),
  } as Flags,
  async run(values) {
    const given = values as Given;
    let steps = 0;
    return runHeadless({
      kind: 'train',
      given,
      async begin(of) {
        const asked = parseTrainConfig({ ...of, ...settingsFrom(TRAIN_TABLE, given) }, 'lab train');
        const out = typeof given.out === 'string' ? given.out : `runs/${asked.arm}-${asked.seed}`;
        return { out, config: { ...asked, model: await pinnedName(asked.model) } };
      },
      line(event) {
        if (event.type === 'start') steps = event.config.steps;
        return line(event, steps);
      },
    });
  },
});

/** What a person reads of an event; nothing of most. */
function line(e: RunEvent, steps: number): string {
  if (e.type === 'start') {
    for (const words of [...(e.leftOut ? [e.leftOut] : []), ...(e.warnings ?? [])]) warn(words);
    return e.readAs ? `  Rows are read as ${e.readAs}\n` : '';
  }
  if (e.type === 'step') return `${metricLine(STEP_METRICS, e, steps)}\n${e.note ? `  ${e.note}\n` : ''}`;
  if (e.type !== 'eval') return '';
  const { step, k } = e;
  return `  held out after step ${step}: avg@${k} ${e.accuracy.toFixed(3)}, pass@${k} ${e.passAtK.toFixed(3)}, ${e.meanLength.toFixed(1)} tokens${e.datasets ? `; ${byName(e.datasets)}` : ''}\n`;
}
