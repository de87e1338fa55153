/** Settings of how a model is held and what of it is trained. */

import { BAD_ROWS } from '../data/bad-rows';
import { SOLUTION_TOKENS } from '../data/chat-task';
import { CODE_REWARDS, USUAL_GRADING } from '../data/code/verdicts';
import { AS_NAMED } from '../data/field-map';
import { REPEATS } from '../data/repeats';
import { WORDINGS } from '../data/wording';
import { WEIGHT_FORMATS } from '../kernels/weight-format/weight-format';
import { choice, flag, integer, number, text } from './setting';

export const MODEL_SETTINGS = {
  loraRank: integer({
    default: 0,
    min: 0,
    max: 256,
    label: 'LoRA rank',
    doc: 'Width of the adapter that is trained on frozen weights; 0 trains all parameters.',
    group: 'model',
  }),
  loraAlpha: number({
    default: 32,
    min: 0.001,
    max: 4096,
    label: 'LoRA alpha',
    doc: 'The adapter’s output is multiplied by alpha / rank.',
    group: 'model',
    advanced: true,
  }),
  loraTargets: text({
    default: 'all',
    label: 'LoRA targets',
    doc: 'Projections that carry the adapter: "all", or some of q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj.',
    group: 'model',
    advanced: true,
  }),
  weightFormat: choice({
    default: 'auto',
    choices: ['auto', ...WEIGHT_FORMATS],
    formerly: 'storage',
    label: 'Frozen weights',
    doc: 'How weights under an adapter are stored; auto keeps what the checkpoint has.',
    group: 'model',
    advanced: true,
  }),
  operands: choice({
    default: 'f32',
    choices: ['f32', 'f16'],
    label: 'Operands',
    doc: 'What matrix products, attention’s forward pass among them, multiply on a GPU with shader-f16: f16 rounds both factors to 11 bits, sums stay f32.',
    group: 'model',
    advanced: true,
  }),
  thinking: flag({
    default: false,
    label: 'Thinking',
    doc: 'Let a model that can think aloud do so before it answers.',
    group: 'model',
    advanced: true,
  }),
  wording: text({
    default: 'standard',
    label: 'Wording',
    doc: `What stands around a chat model’s problem and the teacher’s context: ${Object.keys(WORDINGS).join(', ')}, or JSON of student, teacher, correct and incorrect.`,
    group: 'task',
    advanced: true,
  }),
  solutionTokens: integer({
    default: SOLUTION_TOKENS,
    min: 16,
    max: 32_768,
    unit: 'tokens',
    label: 'Longest solution',
    doc: 'Longest solution that a chat model’s teacher is shown; of a longer one the first quarter and the last three.',
    group: 'task',
    advanced: true,
  }),
  fields: text({
    default: AS_NAMED,
    label: 'Fields of the data',
    doc: 'What the fields of a file’s rows are, where they have other names: question=body, answer=result; auto goes by their names.',
    group: 'task',
    advanced: true,
  }),
  repeats: choice({
    default: 'once',
    choices: REPEATS,
    label: 'Repeated questions',
    doc: 'Rows of a file that ask again what an earlier row asked: left out and counted, or problems too.',
    group: 'task',
    advanced: true,
  }),
  badRows: choice({
    default: 'refused',
    choices: BAD_ROWS,
    label: 'Bad rows',
    doc: 'Rows of a file that cannot be read: the first one refuses the file, or they are left out and counted, while they are at most half.',
    group: 'task',
    advanced: true,
  }),
  codeReward: choice({
    default: 'all',
    choices: CODE_REWARDS,
    label: 'Reward of code',
    doc: 'What of the tests that code passes is rewarded: all of them or nothing, or their share.',
    group: 'task',
    advanced: true,
  }),
  codeSeconds: integer({
    default: USUAL_GRADING.seconds,
    min: 1,
    max: 60,
    unit: 's',
    label: 'Longest run of code',
    doc: 'Longest run of an answer’s code over all its tests, in seconds of its own clock, which counts what it does.',
    group: 'task',
    advanced: true,
  }),
  contextLength: integer({
    default: 0,
    min: 0,
    max: 131_072,
    unit: 'tokens',
    label: 'Context',
    doc: 'Longest prompt and response together; 0 takes the model’s own, 1,024 at most.',
    group: 'model',
    advanced: true,
  }),
  microBatch: integer({
    default: 0,
    min: 0,
    max: 65_536,
    unit: 'tokens',
    label: 'Micro-batch',
    doc: 'Tokens that are worked on at once; 0 chooses. Smaller needs less memory.',
    group: 'model',
    advanced: true,
  }),
  logitMemory: integer({
    default: 128,
    min: 16,
    max: 4096,
    unit: 'MiB',
    label: 'Memory of the logits',
    doc: 'A vocabulary whose logits take more is walked in tiles, which the backward pass computes again; runs of earlier versions took 64.',
    group: 'model',
    advanced: true,
  }),
} as const;
