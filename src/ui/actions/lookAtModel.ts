import type { TrainConfig } from '../../settings/config';
import type { SftConfig } from '../../settings/settings-sft';
import { send } from '../bridge';
import { useModels } from '../models/store';

let asked = 0;

/** Asks what the configuration's model is and takes. The plan of an earlier setting stays on screen until the answer comes. */
export function lookAtModel(config: TrainConfig | SftConfig, memory: number | null): void {
  const id = ++asked;
  useModels.setState(({ described }) => ({
    described: {
      id,
      name: config.model,
      plan: described?.name === config.model ? described.plan : null,
      refused: null,
      waiting: true,
    },
  }));
  send({ type: 'describe', id, config, memory });
}
