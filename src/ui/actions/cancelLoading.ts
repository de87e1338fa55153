import { trainerLanes } from '../trainer';

/** Stops what is being downloaded or loaded; what has come of a download is kept. */
export const cancelLoading = (): void => trainerLanes.stop('open');
