/** `train`: on-policy reinforcement learning, headless. The run folder, events and exit codes are what scripts rely on. */

import type { Files } from '../host/files';
import type { RunEvent, RunEventOf } from '../runs/events';
import { Session } from '../runs/session';
import { parseTrainConfig, TRAIN_TABLE, type TrainConfig } from '../settings/config';
import { clock, defineCommand, stopSignal } from './command';
import type { Flags } from './options';
import { loadModel, loadTask, newRunFolder, openDevice, openRunFolder, pinnedName, writeConfig } from './places';
import { runToEnd } from './run-to-end';
import { type Given, nothingBesides, settingFlags, settingsFrom } from './setting-flags';

export const train = defineCommand({
  name: 'train',
  summary: 'train a policy by AntiSD, GRPO, self-distillation …',
  details:
    'DIR gets config.json, events.jsonl, checkpoints/step-000020/… and final/ (a Hugging Face model folder). An existing\n' +
    'DIR is never overwritten. --resume continues from the last checkpoint, bit for bit as if it had never stopped.',
  flags: {
    ...settingFlags(TRAIN_TABLE),
    out: { kind: 'text', doc: 'folder of the run (must be new) [runs/METHOD-SEED]', placeholder: 'DIR' },
    resume: { kind: 'text', doc: 'continue this run folder from its last checkpoint', placeholder: 'DIR' },
    json: { kind: 'boolean', doc: 'print every event to stdout as a JSON line' },
  } as Flags,
  async run(values) {
    const stop = stopSignal();
    const given = values as Given;
    const { files, config, from } =
      typeof given.resume === 'string' ? await reopen(given.resume, given) : await begin(given);
    const model = await loadModel(config.model);
    const task = await loadTask(config.task, model, config);
    // Only now is there a folder: what is bad was refused before.
    if (from === 0) await writeConfig(files, config);
    const { gpu, report } = await openDevice();
    const emit = (event: RunEvent) => {
      if (given.json === true) process.stdout.write(`${JSON.stringify(event)}\n`);
      if (event.type === 'step') process.stderr.write(`${progress(event, config.steps)}\n`);
      if (event.type === 'eval')
        process.stderr.write(
          `  held out after step ${event.step}: avg@${event.k} ${event.accuracy.toFixed(3)}, pass@${event.k} ${event.passAtK.toFixed(3)}, ${event.meanLength.toFixed(1)} tokens\n`,
        );
    };
    const session = await Session.open({
      gpu,
      model,
      task,
      config,
      device: report,
      files,
      emit,
      alternatives: false,
      resume: from > 0 ? { step: from } : undefined,
    });
    return runToEnd(session, { command: 'train', gpu, files, stop });
  },
});

async function begin(given: Given): Promise<{ files: Files; config: TrainConfig; from: number }> {
  const asked = parseTrainConfig(settingsFrom(TRAIN_TABLE, given), 'lab train');
  const files = await newRunFolder(typeof given.out === 'string' ? given.out : `runs/${asked.arm}-${asked.seed}`);
  return { files, config: { ...asked, model: await pinnedName(asked.model) }, from: 0 };
}

async function reopen(folder: string, given: Given): Promise<{ files: Files; config: TrainConfig; from: number }> {
  nothingBesides(given, ['resume', 'json'], 'lab train');
  const { files, config, from } = await openRunFolder(folder);
  return { files, config: parseTrainConfig(config, `${folder}/config.json`), from };
}

function progress(e: RunEventOf<'step'>, steps: number): string {
  const gate = e.gateState === 'off' ? '' : `  gate ${e.gateState}`;
  const columns = [
    `step ${e.step}/${steps}`,
    `reward ${e.reward.toFixed(3)}`,
    `held-out ${e.evalAccuracy === null ? '–' : e.evalAccuracy.toFixed(3)}`,
    `H_T ${e.teacherEntropy.toFixed(4)}${gate}`,
    `length ${e.responseLength.toFixed(1)}`,
    `${Math.round(e.tokensPerSecond)} tokens/s`,
    `ETA ${e.eta === null ? '–' : clock(e.eta)}`,
  ];
  return columns.join('  ') + (e.note ? `\n  ${e.note}` : '');
}
