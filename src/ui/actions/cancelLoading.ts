import { CANCEL_PATIENCE, DEAF } from '../engine';
import { useModels } from '../models/store';
import { useLab } from '../state/store';
import { trainer, trainerLanes } from '../trainer';
import { restartEngine } from './restartEngine';

/** Stops what is being downloaded or loaded; what has come of a download is kept. An engine that does not hear it is ended. */
export async function cancelLoading(): Promise<void> {
  trainerLanes.stop('open');
  if (await trainer.answersWithin(CANCEL_PATIENCE)) return;
  await restartEngine.run(useLab.getState());
  useModels.setState({ refused: { kind: 'cancelled', message: DEAF, refused: true, again: true } });
}
