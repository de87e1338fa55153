/** `sft`: supervised fine-tuning on people's own conversations, headless. */
import type { RunEvent } from '../runs/events';
import { SFT_METRICS } from '../runs/metrics';
import type { UnusedField } from '../runs/sft-events';
import { parseSftConfig, SFT_TABLE } from '../settings/settings-sft';
import { defineCommand } from './command';
import { runFlags, runHeadless } from './headless-run';
import { metricLine } from './metric-line';
import type { Flags } from './options';
import { pinnedName } from './places';
import { type Given, settingFlags, settingsFrom } from './setting-flags';

export const sft = defineCommand({
  name: 'sft',
  summary: 'supervised fine-tuning on your own conversations, with LoRA or of all parameters',
  details:
    'The data are JSONL, JSON or parquet of {"messages": [{"role", "content"}, …]} or {"prompt", "completion"}. The loss is\n' +
    'on the assistant’s words only; one example in eight is held out. DIR gets config.json, events.jsonl, checkpoints/ and\n' +
    'final/ (PEFT’s adapter folder, or a model folder). --resume continues from the last checkpoint, bit for bit.',
  flags: {
    ...settingFlags(SFT_TABLE),
    ...runFlags('folder of the run (must be new) [runs/sft-SEED]'),
  } as Flags,
  async run(values) {
    const given = values as Given;
    let steps = 0;
    return runHeadless({
      kind: 'sft',
      given,
      async begin(of) {
        const asked = parseSftConfig({ ...of, ...settingsFrom(SFT_TABLE, given) }, 'lab sft');
        const out = typeof given.out === 'string' ? given.out : `runs/sft-${asked.seed}`;
        return { out, config: { ...asked, model: await pinnedName(asked.model) } };
      },
      line(event) {
        if (event.type === 'sft-start') steps = event.steps;
        return line(event, steps);
      },
    });
  },
});

const unusedLine = (unused: readonly UnusedField[] = []): string =>
  unused.length === 0 ? '' : `not used: the fields ${unused.map((f) => `${f.name} (${f.examples})`).join(', ')}\n`;

/** What a person reads of an event; nothing of most. */
function line(e: RunEvent, steps: number): string {
  switch (e.type) {
    case 'sft-start':
      return e.resumedFrom === null
        ? `${e.examples} examples, ${e.heldOut} held out, ${e.leftOut} left out; ${e.steps} updates of ${e.parameters.toLocaleString('en-US')} parameters\n${unusedLine(e.unused)}`
        : '';
    case 'sft-step':
      return `${metricLine(SFT_METRICS, e, steps)}\n`;
    case 'sft-eval':
      return `  held-out loss after update ${e.step}: ${e.loss.toFixed(4)} (${e.examples} examples)\n`;
    case 'sample':
      return `  sample ${e.index + 1} after update ${e.step}: ${JSON.stringify(e.text)}\n`;
    default:
      return '';
  }
}
