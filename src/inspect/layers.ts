/**
 * A response read out of every layer (the logit lens): s, t, u and the entropies as they would be, were the layer the last,
 * and how much its states tell about c (information.ts). One forward pass a prompt; the vocabulary is walked in tiles.
 */
import { signalsFrom } from '../antisd/signals';
import type { LayerScores } from '../model/net/policy';
import type { Scores } from '../model/net/scores';
import { named } from '../runs/report';
import { contextInformation } from './information';
import type { LoadedSubject, LoadHooks } from './loaded-subject';
import type { LayerReading } from './types';

/** Host memory for the states that are compared; where they take more, fewer contexts are. */
const STATE_BYTES = 256 * 1024 * 1024;

/** Token ids. `teachers` are prompts with c, the response's own first, then others' that are compared with it. */
export interface LayerPrompts {
  readonly student: readonly number[];
  readonly teachers: readonly (readonly number[])[];
  readonly response: readonly number[];
}

/** Throws BadInput where a prompt and the response are longer than the model's context. */
export async function readLayers(
  subject: LoadedSubject,
  { student, teachers, response }: LayerPrompts,
  hooks: LoadHooks,
): Promise<LayerReading> {
  const { config, text } = subject.model;
  const fit = Math.floor(STATE_BYTES / (config.layers * response.length * config.hiddenSize * 4));
  const contexts = Math.min(teachers.length, fit);
  const compares = contexts > 1;
  const read = (prompt: readonly number[], wanted: { scores: boolean; rows: boolean }) =>
    subject.layers(prompt, response, wanted, hooks);
  const S = scoresOf(await read(student, { scores: true, rows: false }));
  const own = await read(teachers[0], { scores: true, rows: compares });
  const T = scoresOf(own);
  const states = [own];
  for (const prompt of teachers.slice(1, compares ? contexts : 1))
    states.push(await read(prompt, { scores: false, rows: true }));
  const rows = S.map((s, l) => signalsFrom([response], s, T[l]));
  const likeliest = (layers: readonly Scores[]) =>
    layers.map(({ alternatives }) => named(alternatives as Float32Array, text).map(([best]) => best?.token ?? ''));
  return {
    ...{ s: rows.map((r) => r.s), t: rows.map((r) => r.t), u: rows.map((r) => r.u) },
    ...{ H_S: rows.map((r) => r.H_S), H_T: rows.map((r) => r.H_T) },
    information: compares
      ? rows.map((_, l) => {
          const layer = states.map((one) => one[l].rows as Float32Array);
          return contextInformation(layer, config.hiddenSize);
        })
      : null,
    contexts: compares ? contexts : 1,
    likeliest: { student: likeliest(S), teacher: likeliest(T) },
  };
}

const scoresOf = (layers: readonly LayerScores[]): Scores[] => layers.map(({ scores }) => scores as Scores);
