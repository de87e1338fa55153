import { useEffect } from 'react';
import type { TrainConfig } from '../../settings/config';
import type { SftConfig } from '../../settings/settings-sft';
import { lookAtModel } from '../actions/lookAtModel';
import { isReachable, useLab } from '../state/store';
import { mayLook, memoryOf, useModels } from './store';

/** Settings change with every key; a plan takes some milliseconds. */
const SETTLED = 250;

/** Asks for the plan of what a form says, once it has settled, where nobody has to be asked who should not be. */
export function useLooking(config: TrainConfig | SftConfig | null): void {
  const key = JSON.stringify(config);
  const engine = useLab((s) => s.engine.state); // a plan is for the device's limits, once they are known
  const allowed = useModels((s) => config !== null && mayLook(s, config.model));
  const held = useModels((s) => s.dropped.find(({ name }) => name === config?.model)); // dropped again it may be another
  const access = useModels((s) => s.access); // another token may open what was refused
  const memory = useModels((s) => s.memory);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the answer depends on what was dropped and on the token, too
  useEffect(() => {
    const settled = JSON.parse(key) as TrainConfig | SftConfig | null;
    if (!allowed || !settled || !isReachable(engine)) return;
    const timer = setTimeout(() => lookAtModel(settled, memoryOf({ memory })), SETTLED);
    return () => clearTimeout(timer);
  }, [key, engine, allowed, held, access, memory]);
}
