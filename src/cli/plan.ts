/** `plan`: what a model takes of the adapter's memory, by use, before anything is loaded. */

import { freemem } from 'node:os';
import { bytesText } from '../data/bytes';
import { NATIVE_TASK } from '../data/tasks';
import { type ModelPlan, planModel } from '../library/memory-plan';
import { CACHE_NOTE } from '../library/plan-note';
import { bindingBytes } from '../model/net/decoder';
import { parseTrainConfig } from '../settings/config';
import { defineCommand, EXIT } from './command';
import { MODEL_FLAGS } from './inspect';
import { print } from './output';
import { openDevice, peekModel } from './places';

export const plan = defineCommand({
  name: 'plan',
  summary: 'memory a model needs, by use; the largest batch and context that fit',
  details:
    'Only the model’s headers are read: of one that is not here a few kilobytes come over the network. WebGPU tells no adapter’s memory: on a software adapter the free memory of this\n' +
    'machine is taken, on a GPU give --memory.',
  flags: {
    model: { kind: 'text', doc: MODEL_FLAGS.model.doc, default: NATIVE_TASK.model },
    'lora-rank': { kind: 'integer', doc: 'rank of the adapter', default: 16, min: 1, max: 256 },
    problems: { kind: 'integer', doc: 'problems a step', default: 4, min: 1 },
    group: { kind: 'integer', doc: 'rollouts a problem', default: 4, min: 1 },
    'max-new-tokens': { kind: 'integer', doc: 'longest response', default: 256, min: 1 },
    'context-length': { kind: 'integer', doc: 'longest prompt and response together; 0 chooses', default: 0, min: 0 },
    recompute: { kind: 'boolean', doc: 'compute activations again in the backward pass' },
    memory: { kind: 'number', doc: 'the adapter’s memory in GB', min: 0.01, placeholder: 'GB' },
    json: { kind: 'boolean', doc: 'print the plan as JSON' },
  },
  async run(flags) {
    const model = await peekModel(flags.model ?? NATIVE_TASK.model);
    const config = parseTrainConfig(
      {
        model: flags.model,
        loraRank: flags['lora-rank'],
        problems: flags.problems,
        group: flags.group,
        maxNewTokens: flags['max-new-tokens'],
        contextLength: flags['context-length'],
        recompute: flags.recompute,
        evalProblems: 1,
        evalSamples: 1,
      },
      'lab plan',
    );
    const { gpu } = await openDevice(false);
    const memory = flags.memory ? flags.memory * 1e9 : gpu.adapter.software ? freemem() : 8e9;
    const room = { binding: bindingBytes(gpu), memory };
    const name = flags.model ?? NATIVE_TASK.model;
    const planned = planModel(name, model, config, room);
    if (flags.json) {
      print(`${JSON.stringify(withEarlierNames(planned))}\n`);
      return EXIT.done;
    }
    const { rows, parameters: count } = planned;
    const { capacity } = rows[planned.chosen];
    print(
      `${model.where}: ${model.config.family}, ${count < 1e6 ? count.toLocaleString('en-US') : `${(count / 1e6).toFixed(1)} million`} parameters\n` +
        `${gpu.adapter.name}: ${bytesText(memory)} of memory, bindings of ${bytesText(room.binding)}\n` +
        `context ${capacity.positions}, ${capacity.rows} rows decoded at once, micro-batches of ${capacity.tokens} tokens\n\n` +
        `${table(rows)}\n${CACHE_NOTE}\n`,
    );
    return EXIT.done;
  },
});

/** For scripts that were written for earlier versions, where a weight format was called a storage. */
const withEarlierNames = (plan: ModelPlan) => ({
  ...plan,
  storage: plan.weightFormat,
  rows: plan.rows.map((row) => ({ ...row, storage: row.weightFormat })),
});

function table(rows: ModelPlan['rows']): string {
  const head = [
    'use',
    'weights as',
    'weights',
    'gradients',
    'optimizer',
    'activations',
    'KV cache',
    'scratch',
    'total',
  ];
  const body = rows.map(({ use, weightFormat, bytes: b, refused, largest }) => [
    ...[use, weightFormat],
    ...[b.weights, b.gradients, b.optimizer, b.activations, b.kvCache, b.scratch, b.total].map(bytesText),
    refused === null
      ? `fits; at most ${largest.tokens} tokens a micro-batch, or a context of ${largest.positions}`
      : `${refused}${largest.positions > 0 ? `; a context of ${largest.positions}, one response at a time, would fit` : ''}`,
  ]);
  const widths = head.map((title, i) => Math.max(title.length, ...body.map((cells) => cells[i].length)) + 2);
  const line = (cells: string[]) =>
    cells
      .map((cell, i) => (i < 2 ? cell.padEnd(widths[i]) : i < head.length ? cell.padStart(widths[i]) : `  ${cell}`))
      .join('');
  return `${[head, ...body].map(line).join('\n')}\n`;
}
