/** The model that is looked at, its adapter, and what it is compared with. */
import type { Subject } from '../../../lab/inspect/protocol';
import type { PlacedFile } from '../../../lab/sources/dropped';
import { confirmModel, takeFiles } from '../../models/shelf';
import { askComparison, loadMain, loadOther } from '../session';
import { type Compare, useInspector } from '../store';
import { chooseProblem } from './chooseProblem';

/** Opens a model in the place of the one that is open. The person named it: its source may be asked. */
export function openModel(subject: Subject): void {
  confirmModel(subject.model);
  useInspector.setState({ subject });
  loadMain();
}

export function openOther(otherSubject: Subject): void {
  confirmModel(otherSubject.model);
  useInspector.setState({ otherSubject });
  loadOther();
}

/** Files that were dropped or chosen: a model or an adapter is opened, of a file of problems the first is asked. */
export function takeInspectorFiles(files: readonly PlacedFile[]): void {
  const { taken, problem } = takeFiles(files);
  if (problem) useInspector.setState({ failure: { lane: 'drop', kind: 'bad-input', message: problem } });
  const { subject } = useInspector.getState();
  const model = taken.find(({ kind }) => kind === 'model');
  const adapter = taken.find(({ kind }) => kind === 'adapter');
  const data = taken.find(({ kind }) => kind === 'data');
  if (model || adapter)
    openModel({
      ...subject,
      model: model?.name ?? subject.model,
      adapter: adapter?.name ?? null,
    });
  if (data) chooseProblem({ task: data.name, seed: 0, index: 0, minDepth: null });
}

export function chooseComparison(compare: Compare): void {
  useInspector.setState({ compare, compared: null, ...(compare === 'nothing' ? {} : { tab: 'compare' }) });
  askComparison();
}
