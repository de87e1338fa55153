/**
 * PEFT's adapter_config.json: which modules carry matrices, of which rank and scale. PEFT reads module names in three
 * ways, all of them known here: as a part at the end of a name, as a whole name, and as a regular expression.
 */
import { BOUNDS } from '../../data/bounds';
import { BadInput } from '../../data/errors';
import { ALL_TARGETS, type LoraSettings } from '../net/lora';

type Json = Record<string, unknown>;

export interface AdapterConfig {
  readonly rank: number;
  readonly alpha: number;
  /** Probability that an input of an adapter is dropped in supervised training. */
  readonly dropout: number;
  readonly rankStabilised: boolean;
  /**
   * Whether module `name` of layer l carries matrices; null where a pattern decides, so that only the file's tensors tell:
   * a stranger's regular expression may run for hours.
   */
  carries(name: string, layer: number): boolean | null;
  /** Of module `name`: rank_pattern and alpha_pattern may give some their own. */
  rankOf(name: string): number;
  alphaOf(name: string): number;
}

/** The file that PEFT loads. */
export function loraConfigJson(s: LoraSettings, baseModel: string | null): Json {
  return {
    peft_type: 'LORA',
    task_type: 'CAUSAL_LM',
    base_model_name_or_path: baseModel,
    inference_mode: true,
    r: s.rank,
    lora_alpha: s.alpha,
    lora_dropout: s.dropout,
    target_modules: [...s.targets],
    use_rslora: s.rankStabilised,
    bias: 'none',
    fan_in_fan_out: false,
    init_lora_weights: true,
    modules_to_save: null,
    layers_to_transform: null,
    layers_pattern: null,
    rank_pattern: {},
    alpha_pattern: {},
    use_dora: false,
    revision: null,
  };
}

/** How to get rid of what is not computed here. */
export const MERGE_WITH_PEFT =
  'Put it into its model with PEFT (merge_and_unload, then save_pretrained) and open that model; or use a plain LoRA adapter.';

const isTrue = (value: unknown): boolean => value === true;
const isGiven = (): boolean => true;
const isFilled = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length > 0;

/** Fields whose other values change what the adapter computes. */
const REFUSED: Record<string, (value: unknown) => boolean> = {
  peft_type: (v) => v !== 'LORA',
  bias: (v) => v !== 'none',
  modules_to_save: isFilled,
  trainable_token_indices: isGiven,
  target_parameters: isFilled,
  lora_bias: isTrue,
  alora_invocation_tokens: isGiven,
  layer_replication: isGiven,
  // PiSSA, OLoRA, CorDA and LoftQ change the base model's weights as they begin
  init_lora_weights: (v) => typeof v === 'string' && !['gaussian', 'eva', 'orthogonal'].includes(v),
};

/** Fields that are read, or say nothing about the result. Any other one that is set belongs to a variant of LoRA. */
const KNOWN = new Set([
  ...['r', 'lora_alpha', 'lora_dropout', 'target_modules', 'use_rslora', 'rank_pattern', 'alpha_pattern'],
  ...['layers_to_transform', 'layers_pattern', 'exclude_modules'],
  'fan_in_fan_out', // PEFT, too, leaves it aside for linear layers
  ...['auto_mapping', 'base_model_name_or_path', 'revision', 'peft_version', 'task_type', 'inference_mode'],
  ...['megatron_core', 'qalora_group_size', 'eva_config', 'ensure_weight_tying', 'runtime_config'],
]);

const isSet = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== false && (typeof value !== 'object' || isFilled(value));

/** Reads adapter_config.json (already parsed). Throws BadInput naming the field. */
export function parseLoraConfig(json: unknown, where: string): AdapterConfig {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new BadInput('The adapter configuration is no JSON object', where, 'Point to a folder that PEFT wrote.');
  const raw = json as Json;
  for (const [field, value] of Object.entries(raw)) {
    if (!isSet(value) || KNOWN.has(field) || (Object.hasOwn(REFUSED, field) && !REFUSED[field](value))) continue;
    throw new BadInput(`${field} = ${JSON.stringify(value)?.slice(0, 60)} is not supported`, where, MERGE_WITH_PEFT);
  }
  const { r, lora_alpha: alpha, lora_dropout: dropout = 0 } = raw;
  if (!isRank(r) || !isAlpha(alpha) || typeof dropout !== 'number' || !(dropout >= 0 && dropout < 1))
    throw new BadInput(
      `r ${JSON.stringify(r ?? null)}, lora_alpha ${JSON.stringify(alpha ?? null)} or lora_dropout ${JSON.stringify(dropout)} is no usable number`,
      where,
      'r must be a whole number from 1, lora_alpha above 0, lora_dropout in [0, 1).',
    );
  return {
    rank: r,
    alpha,
    dropout,
    rankStabilised: raw.use_rslora === true,
    carries: carrier(raw, where),
    rankOf: byPattern(raw, 'rank_pattern', r, isRank, where),
    alphaOf: byPattern(raw, 'alpha_pattern', alpha, isAlpha, where),
  };
}

const isRank = (v: unknown): v is number => typeof v === 'number' && Number.isInteger(v) && v >= 1 && v <= 4096;
const isAlpha = (v: unknown): v is number => typeof v === 'number' && v > 0 && Number.isFinite(v);

const isNames = (value: unknown): value is string[] =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.length <= BOUNDS.adapterNames &&
  value.every((name) => typeof name === 'string' && name !== '');
const isNamed = (name: string, names: readonly string[]): boolean =>
  names.some((n) => n === name || name.endsWith(`.${n}`));

/** Modules that PEFT can adapt and the lab cannot. */
const ELSEWHERE = ['lm_head', 'model.embed_tokens'];

/** PEFT's check_target_module_exists. */
function carrier(raw: Json, where: string): AdapterConfig['carries'] {
  const { target_modules: asked, exclude_modules: without, layers_to_transform: of, layers_pattern: stem } = raw;
  const targets = asked === 'all-linear' ? ALL_TARGETS : asked;
  if (!isNames(targets) && (typeof targets !== 'string' || targets === ''))
    throw new BadInput(
      Array.isArray(asked) && asked.length > BOUNDS.adapterNames
        ? `target_modules names ${asked.length} modules, more than the ${BOUNDS.adapterNames} that are read`
        : `target_modules is ${JSON.stringify(asked ?? null)}`,
      where,
      `It must list some of ${ALL_TARGETS.join(', ')}, whole names such as model.layers.0.self_attn.q_proj, or a pattern.`,
    );
  const elsewhere = typeof targets === 'string' ? undefined : ELSEWHERE.find((name) => isNamed(name, targets));
  if (elsewhere)
    throw new BadInput(
      `target_modules puts an adapter on ${elsewhere}, which is ${elsewhere === 'lm_head' ? 'the head' : 'the embedding'}: not supported`,
      where,
      MERGE_WITH_PEFT,
    );
  if (
    without !== undefined &&
    without !== null &&
    without !== '' &&
    !Array.isArray(without) &&
    typeof without !== 'string'
  )
    throw new BadInput(
      `exclude_modules is ${JSON.stringify(without)}`,
      where,
      'It must be a list of names, or a pattern.',
    );
  const layers = layersOf(of, where);
  const left = Array.isArray(without) ? without.slice(0, BOUNDS.adapterNames + 1).map(String) : [];
  if (left.length > BOUNDS.adapterNames)
    throw new BadInput(`exclude_modules names more than ${BOUNDS.adapterNames} modules`, where, 'Check the file.');
  const undecided = typeof targets === 'string' || typeof without === 'string' || isSet(stem);
  return (name, layer) => {
    if (isNamed(name, left)) return false;
    if (typeof targets === 'string') return null;
    if (!isNamed(name, targets)) return false;
    // a whole name counts whatever the layers say
    if (layers && !targets.includes(name) && !isSet(stem) && !layers.has(layer)) return false;
    return undecided ? null : true;
  };
}

function layersOf(of: unknown, where: string): ReadonlySet<number> | null {
  if (of === undefined || of === null || (Array.isArray(of) && of.length === 0)) return null;
  const layers: unknown[] = Array.isArray(of) ? of : [of];
  if (!layers.every((l) => Number.isSafeInteger(l)))
    throw new BadInput(
      `layers_to_transform is ${JSON.stringify(of)}`,
      where,
      'It must be a layer’s number, or several.',
    );
  return new Set(layers as number[]);
}

/** What a pattern may not be made of: it has names, alternatives, classes; few repetitions, none of them inside another. */
const NESTED = /\)[*+{]|\\[1-9]|\(\?[=!<P]/;

/** rank_pattern or alpha_pattern: the value of the first key that matches a module's name, as in PEFT's get_pattern_key. */
function byPattern(
  raw: Json,
  field: 'rank_pattern' | 'alpha_pattern',
  usual: number,
  usable: (value: unknown) => value is number,
  where: string,
): (name: string) => number {
  const bad = (what: string): never => {
    throw new BadInput(`${field} ${what}`, where, MERGE_WITH_PEFT);
  };
  const given = raw[field] ?? {};
  if (typeof given !== 'object' || Array.isArray(given)) return bad(`is ${JSON.stringify(given)}`);
  const keys = Object.entries(given as Json);
  if (keys.length > BOUNDS.adapterNames)
    bad(`has ${keys.length} keys, more than the ${BOUNDS.adapterNames} that are read`);
  let all = 0;
  const rules = keys.map(([key, value]) => {
    if (!usable(value)) return bad(`gives ${JSON.stringify(value)} to ${JSON.stringify(key)}`);
    const repetitions = key.match(/[*+{]/g)?.length ?? 0;
    if (key.length > BOUNDS.adapterPattern || repetitions > BOUNDS.adapterRepetitions || NESTED.test(key))
      bad(`has the key ${JSON.stringify(key.slice(0, 60))}, which is no simple pattern`);
    all += repetitions;
    if (all > BOUNDS.adapterAllRepetitions)
      bad(`has keys with more than the ${BOUNDS.adapterAllRepetitions} repetitions that are read`);
    try {
      return { pattern: new RegExp(`^(?:.*\\.)?(?:${key})$`, 'u'), value };
    } catch {
      return bad(`has the key ${JSON.stringify(key)}, which cannot be read as a pattern`);
    }
  });
  return (name) => rules.find(({ pattern }) => pattern.test(name))?.value ?? usual;
}
