/** An evaluation as it is compared: what results.json has of it. */
import * as v from 'valibot';
import { BadInput } from '../data/errors';
import { readJson } from '../data/json';

const real = v.number();
const estimate = v.object({ value: real, low: real, high: real });
const atK = v.array(v.object({ k: real, value: real, low: real, high: real }));
const problem = v.object({
  ...{ problem: v.string(), avg: estimate, maj: real, right: real, truncated: real, unanswered: real },
});
const overlap = v.object({
  ...{ n: real, with: v.nullable(v.string()) },
  problems: v.array(v.object({ problem: v.string(), with: v.string(), share: real })),
});
const dataset = v.object({
  ...{ name: v.string(), pinned: v.string(), leftOut: v.nullable(v.string()) },
  ...{ avg: estimate, pass: atK, maj: atK, problems: v.array(problem) },
  ...{ samples: real, tokens: real, truncated: real, unanswered: real, cutWithoutAnswer: real },
  overlap: v.nullable(overlap),
});
const schema = v.object({
  model_name: v.string(),
  antisd_lab: v.object({
    ...{ version: v.string(), complete: v.boolean() },
    settings: v.looseObject({
      ...{ samples: real, temperature: real, topP: real, maxNewTokens: real, seed: real },
      adapter: v.nullable(v.string()),
    }),
    datasets: v.record(v.string(), dataset),
  }),
});

export type LoadedDataset = v.InferOutput<typeof dataset>;

export interface LoadedEvaluation {
  /** Its name among others: its folder's. */
  readonly name: string;
  readonly model: string;
  readonly complete: boolean;
  readonly settings: v.InferOutput<typeof schema>['antisd_lab']['settings'];
  readonly datasets: readonly LoadedDataset[];
}

/** An evaluation from its results.json. Throws BadInput for what is none of this lab's. */
export function loadedEvaluation(name: string, bytes: Uint8Array): LoadedEvaluation {
  const result = v.safeParse(schema, readJson(bytes, name));
  if (!result.success)
    throw new BadInput('These are no results of an evaluation', name, 'Give a folder that eval made.');
  const { model_name: model, antisd_lab: own } = result.output;
  const { settings, complete } = own;
  return { name, model: settings.adapter ?? model, complete, settings, datasets: Object.values(own.datasets) };
}
