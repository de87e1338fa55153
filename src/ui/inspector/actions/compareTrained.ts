/** What a run has trained, beside the model that it began with. */
import type { PlacedFile } from '../../../library/sources/dropped';
import { confirmName, takeFiles } from '../../models/shelf';
import { isOpened, loadMain, loadOther } from '../session';
import { NANO, useInspector } from '../store';

/** Opens the files of an adapter on `base`, or of a whole model, and compares them with `base` as it was. */
export function compareTrained(files: readonly PlacedFile[], base: string): void {
  const { taken, problem } = takeFiles(files);
  const [own] = taken;
  if (!own) {
    useInspector.setState({
      failure: { lane: 'drop', kind: 'bad-input', message: problem ?? 'Nothing was exported.' },
    });
  } else {
    confirmName(base);
    const isAdapter = own.kind === 'adapter';
    const before = { ...NANO, model: base };
    useInspector.setState({
      subject: isAdapter ? { ...before, adapter: own.name } : { ...NANO, model: own.name },
      compare: isAdapter ? 'adapter-off' : 'model',
      otherSubject: before,
      tab: 'compare',
      ...{ offered: false, offeredOther: false, compared: null },
    });
    if (isOpened()) loadMain(); // an engine that is yet to start opens it by itself
    if (isOpened() && !isAdapter) loadOther();
  }
  location.hash = 'inspect';
}
