/** `pretrain`: supervised training of a model from scratch on a task's corpus, resumable. */
import { BadInput } from '../data/errors';
import type { RunEvent, RunEventOf } from '../runs/events';
import { newPretrainConfig, PRETRAIN_TABLE } from '../settings/settings-pretrain';
import { clock, defineCommand } from './command';
import { runFlags, runHeadless } from './headless-run';
import type { Flags } from './options';
import { type Given, settingFlags, settingsFrom } from './setting-flags';

export const pretrain = defineCommand({
  name: 'pretrain',
  summary: 'train a model from scratch on a task (supervised)',
  details:
    'The folder gets config.json, events.jsonl, checkpoints/ and final/ (a Hugging Face model folder). The same seed gives the same bits on the same adapter.',
  flags: { ...settingFlags(PRETRAIN_TABLE), ...runFlags('folder of the run (must be new)') } as Flags,
  async run(values) {
    const given = values as Given;
    return runHeadless({
      kind: 'pretrain',
      given,
      async begin(of) {
        if (typeof given.out !== 'string')
          throw new BadInput('--out is missing', 'lab pretrain', 'Name a new folder for the run.');
        const asked = settingsFrom(PRETRAIN_TABLE, given);
        if (of && Object.keys(asked).length > 0)
          throw new BadInput('A fork takes no settings here', 'lab pretrain', 'Change the config.json of the run.');
        return { out: given.out, config: of ?? newPretrainConfig(PRETRAIN_TABLE.parse(asked, 'lab pretrain')) };
      },
      line: progress(),
    });
  },
});

/** Steps between two lines. */
const TELL = 25;

/** What a person reads of the events: of the first step, and of every TELL-th. */
function progress(): (e: RunEvent) => string {
  let [steps, from] = [0, 0];
  let [tokens, seconds, smooth] = [0, 0, Number.NaN];
  const told = (e: RunEventOf<'pretrain-step'>): string => {
    tokens += e.tokens;
    seconds += e.seconds ?? 0;
    smooth = Number.isNaN(smooth) ? e.loss : 0.98 * smooth + 0.02 * e.loss;
    if (e.step % TELL !== 0 && e.step !== from + 1) return '';
    const columns = [
      `step ${e.step}/${steps}`,
      `loss ${e.loss.toFixed(4)} (mean ${smooth.toFixed(4)})`,
      `|g| ${e.gradNorm.toFixed(2)}`,
      `${Math.round(tokens / seconds)} tokens/s`,
      `ETA ${clock(e.eta ?? 0)}`,
    ];
    return `${columns.join('  ')}\n`;
  };
  return (e) => {
    if (e.type === 'pretrain-step') return told(e);
    if (e.type !== 'pretrain-start') return '';
    [steps, from] = [e.config.options.steps, e.resumedFrom ?? 0];
    return `${e.device.name}: ${e.parameters} parameters, step ${from} of ${steps}\n`;
  };
}
