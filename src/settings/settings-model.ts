/** Settings of how a model is held and what of it is trained. */
import { SOLUTION_TOKENS } from '../data/chat-task';
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
} as const;
