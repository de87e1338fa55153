/** `sft`: supervised fine-tuning on people's own conversations, headless. */
import { basename, dirname, resolve } from 'node:path';
import { BadInput } from '../data/errors';
import type { Files } from '../host/files';
import { diskFiles } from '../host/files.node';
import { openConversations } from '../library/open-conversations';
import type { RunEvent } from '../runs/events';
import { SftRun } from '../runs/sft';
import { examplesFor } from '../runs/sft-examples';
import { isSftConfig, parseSftConfig, SFT_TABLE, type SftConfig } from '../settings/settings-sft';
import { clock, defineCommand, stopSignal } from './command';
import type { Flags } from './options';
import { loadModel, newRunFolder, openDevice, openRunFolder, pinnedName, writeConfig } from './places';
import { runToEnd } from './run-to-end';
import { type Given, nothingBesides, settingFlags, settingsFrom } from './setting-flags';

export const sft = defineCommand({
  name: 'sft',
  summary: 'supervised fine-tuning on your own conversations, with LoRA or of all parameters',
  details:
    'The data are JSONL, JSON or parquet of {"messages": [{"role", "content"}, …]} or {"prompt", "completion"}. The loss is\n' +
    'on the assistant’s words only; one example in eight is held out. DIR gets config.json, events.jsonl, checkpoints/ and\n' +
    'final/ (PEFT’s adapter folder, or a model folder). --resume continues from the last checkpoint, bit for bit.',
  flags: {
    ...settingFlags(SFT_TABLE),
    out: { kind: 'text', doc: 'folder of the run (must be new) [runs/sft-SEED]', placeholder: 'DIR' },
    resume: { kind: 'text', doc: 'continue this run folder from its last checkpoint', placeholder: 'DIR' },
    json: { kind: 'boolean', doc: 'print every event to stdout as a JSON line' },
  } as Flags,
  async run(values) {
    const stop = stopSignal();
    const given = values as Given;
    const { files, config, from } =
      typeof given.resume === 'string' ? await reopen(given.resume, given) : await begin(given);
    const model = await loadModel(config.model);
    const conversations = await openConversations(config.data, readData);
    const examples = examplesFor(model, conversations, config.data, config.maxLength);
    // Only now is there a folder: what is bad was refused before.
    if (from === 0) await writeConfig(files, config);
    const { gpu, report } = await openDevice();
    let steps = 0;
    const emit = (event: RunEvent) => {
      if (given.json === true) process.stdout.write(`${JSON.stringify(event)}\n`);
      if (event.type === 'sft-start') steps = event.steps;
      process.stderr.write(line(event, steps));
    };
    const run = await SftRun.open({
      gpu,
      device: report,
      model,
      examples,
      config,
      files,
      emit,
      watched: false,
      resume: from > 0 ? { step: from } : undefined,
    });
    return runToEnd(run, { command: 'sft', gpu, files, stop });
  },
});

const readData = (path: string) => diskFiles(dirname(resolve(path))).read(basename(path));

interface Begun {
  files: Files;
  config: SftConfig;
  from: number;
}

async function begin(given: Given): Promise<Begun> {
  const asked = parseSftConfig(settingsFrom(SFT_TABLE, given), 'lab sft');
  const files = await newRunFolder(typeof given.out === 'string' ? given.out : `runs/sft-${asked.seed}`);
  return { files, config: { ...asked, model: await pinnedName(asked.model) }, from: 0 };
}

async function reopen(folder: string, given: Given): Promise<Begun> {
  nothingBesides(given, ['resume', 'json'], 'lab sft');
  const { files, config, from } = await openRunFolder(folder);
  if (!isSftConfig(config))
    throw new BadInput('This run was made by another command', folder, 'Resume it with that command.');
  return { files, config: parseSftConfig(config, `${folder}/config.json`), from };
}

/** What a person reads of an event; nothing of most. */
function line(e: RunEvent, steps: number): string {
  switch (e.type) {
    case 'sft-start':
      return e.resumedFrom === null
        ? `${e.examples} examples, ${e.heldOut} held out, ${e.leftOut} left out; ${e.steps} updates of ${e.parameters.toLocaleString('en-US')} parameters\n`
        : '';
    case 'sft-step': {
      const columns = [
        `update ${e.step}/${steps}`,
        `epoch ${e.epoch}`,
        `loss ${e.loss.toFixed(4)}`,
        `held-out ${e.heldOutLoss === null ? '–' : e.heldOutLoss.toFixed(4)}`,
        `|g| ${e.gradNorm.toFixed(2)}`,
        `${Math.round(e.tokensPerSecond)} tokens/s`,
        `ETA ${e.eta === null ? '–' : clock(e.eta)}`,
      ];
      return `${columns.join('  ')}\n`;
    }
    case 'sft-eval':
      return `  held-out loss after update ${e.step}: ${e.loss.toFixed(4)} (${e.examples} examples)\n`;
    case 'sample':
      return `  sample ${e.index + 1} after update ${e.step}: ${JSON.stringify(e.text)}\n`;
    default:
      return '';
  }
}
