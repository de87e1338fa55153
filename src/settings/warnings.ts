/** What a configuration's readers should know of it: said by the command line, beside the page's fields, and in the run's record. */
import type { TrainConfig } from './config';
import type { SettingName } from './settings';

export interface Warning {
  /** Whose fields it stands beside. */
  readonly settings: readonly SettingName[];
  readonly text: string;
}

type Sampling = Pick<TrainConfig, 'temperature' | 'topP' | 'topK'> & { scoreTemperature: number | null };

const SCORING = ['temperature', 'scoreTemperature'] as const;
/** The settings that can have one. */
export const WARNED: readonly SettingName[] = ['topP', 'topK', ...SCORING];

/** Where s is not the logarithm of the probability with which a token was drawn. */
export function warningsOf({ temperature, scoreTemperature, topP, topK }: Sampling): Warning[] {
  const warnings: Warning[] = [];
  const cuts: [SettingName, string][] = [];
  if (topP < 1) cuts.push(['topP', `top-p ${topP}`]);
  if (topK > 0) cuts.push(['topK', `top-k ${topK}`]);
  if (cuts.length > 0)
    warnings.push({
      settings: cuts.map(([name]) => name),
      text: `The sampling law is cut (${cuts.map(([, words]) => words).join(', ')}), the scores are not: s, t, entropies and the gradient are those of the whole distribution, so s is not the log-probability with which a token was drawn.`,
    });
  if (scoreTemperature !== null && scoreTemperature !== temperature)
    warnings.push({
      settings: SCORING,
      text: `Tokens are drawn at temperature ${temperature} and scored at ${scoreTemperature}: s is not the log-probability with which a token was drawn, and the gradient is not the on-policy one.`,
    });
  return warnings;
}
