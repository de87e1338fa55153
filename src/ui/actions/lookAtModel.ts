import type { Failure } from '../../engine/protocol';
import type { TrainConfig } from '../../settings/config';
import type { SftConfig } from '../../settings/settings-sft';
import { type ModelsState, useModels } from '../models/store';
import { showFailure, trainerLanes } from '../trainer';

type Described = NonNullable<ModelsState['described']>;

/** Asks what the configuration's model is and takes. The plan of an earlier setting stays on screen until the answer comes. */
export function lookAtModel(config: TrainConfig | SftConfig, memory: number | null): void {
  const name = config.model;
  const answered = (patch: Pick<Described, 'plan' | 'refused'>): void =>
    useModels.setState({ described: { name, waiting: false, ...patch } });
  useModels.setState(({ described }) => ({
    described: { name, plan: described?.name === name ? described.plan : null, refused: null, waiting: true },
  }));
  trainerLanes.call('describe', { type: 'describe', config, memory }).then(
    (plan) => answered({ plan, refused: null }),
    (failure: Failure) => (failure.refused ? answered({ plan: null, refused: failure }) : showFailure(failure)),
  );
}
