/** What determines an evaluation: its folder has it as evaluation.json. */
import * as v from 'valibot';
import { BAD_ROWS } from '../../data/bad-rows';
import { BOUNDS } from '../../data/bounds';
import { expectWithin } from '../../data/bytes';
import { BadInput } from '../../data/errors';
import { readJson } from '../../data/json';
import { VERSION } from '../../data/version';
import type { Files } from '../../host/files';

export const CONFIG = 'evaluation.json';
/** The file of an evaluation's folder that is compared. */
export const RESULTS = 'results.json';

const natural = v.pipe(v.number(), v.integer(), v.minValue(1));
const schema = v.object({
  version: v.literal(1),
  /** The version of the lab that began it. */
  lab: v.string(),
  /** With the commit, of what is on the Hub. */
  model: v.string(),
  adapter: v.nullable(v.string()),
  weightFormat: v.string(),
  /** Names as they were given, and what they stood for then. */
  data: v.pipe(v.array(v.object({ name: v.string(), pinned: v.string() })), v.minLength(1)),
  /** Training data that was compared; null where none was. */
  against: v.nullable(v.string()),
  /** Of each dataset, at most; null: all. */
  problems: v.nullable(natural),
  samples: natural,
  minDepth: v.nullable(natural),
  temperature: v.pipe(v.number(), v.minValue(0)),
  topP: v.pipe(v.number(), v.gtValue(0), v.maxValue(1)),
  maxNewTokens: natural,
  wording: v.string(),
  thinking: v.boolean(),
  /** Earlier versions refused them. */
  badRows: v.optional(v.picklist(BAD_ROWS), 'refused'),
  seed: v.pipe(v.number(), v.integer(), v.minValue(0)),
  /** Responses that are sampled at once: other random numbers with another number of them. */
  rows: natural,
});

export type EvaluationConfig = v.InferOutput<typeof schema>;

/** How answers are sampled, under a name. */
export const EVALUATION_PRESETS = {
  plain: { samples: 8, temperature: 1, topP: 1 },
  /** Shen et al., arXiv 2605.11609: avg@32 at temperature 0.7, top-p 0.95. */
  paper: { samples: 32, temperature: 0.7, topP: 0.95 },
} as const satisfies Record<string, Pick<EvaluationConfig, 'samples' | 'temperature' | 'topP'>>;
export type EvaluationPreset = keyof typeof EVALUATION_PRESETS;

/** Its fields in the order that it is read with, so that what is written of it is the same after a resume. */
export const newEvaluation = (own: Omit<v.InferInput<typeof schema>, 'version' | 'lab'>): EvaluationConfig =>
  v.parse(schema, { version: 1, lab: VERSION, ...own });

/** The configuration of an evaluation's folder; null where there is none. Throws BadInput for what is no such file. */
export async function readEvaluation(files: Files): Promise<EvaluationConfig | null> {
  const where = `${files.where}/${CONFIG}`;
  expectWithin(await files.size(CONFIG), BOUNDS.json, 'The file', where);
  const bytes = await files.read(CONFIG);
  if (!bytes) return null;
  const result = v.safeParse(schema, readJson(bytes, where));
  if (result.success) return result.output;
  throw new BadInput(`No configuration of an evaluation: ${result.issues[0].message}`, where, 'Begin a new one.');
}

export const writeEvaluation = (files: Files, config: EvaluationConfig): Promise<void> =>
  files.write(CONFIG, new TextEncoder().encode(`${JSON.stringify(config, null, 2)}\n`));
