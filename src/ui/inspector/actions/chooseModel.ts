/** The model that is looked at, its adapter, and what it is compared with. */
import type { Subject } from '../../../inspect/types';
import type { PlacedFile } from '../../../library/sources/dropped';
import { confirmName, takeFiles } from '../../models/shelf';
import { askComparison, leave, loadMain, loadOther, unloadOther } from '../session';
import { asksHere, type Compare, INITIAL, NANO, useInspector } from '../store';
import { chooseProblem } from './chooseProblem';

/** Opens a model in the place of the one that is open. The person named it: its source may be asked. */
export function openModel(subject: Subject): void {
  confirmName(subject.model);
  useInspector.setState({ subject });
  loadMain();
}

/** In the place of what a link names. */
export function openBuiltIn(): void {
  const { choice } = useInspector.getState();
  if (!asksHere(choice)) useInspector.setState({ choice: INITIAL.choice });
  openModel(NANO);
}

export function openOther(otherSubject: Subject): void {
  confirmName(otherSubject.model);
  useInspector.setState({ otherSubject });
  loadOther();
}

/** Files that were dropped on the page: a model or an adapter is opened, of a file of problems the first is asked. */
export const takeInspectorFiles = (files: readonly PlacedFile[]): void =>
  takeFor(files, useInspector.getState().subject, openModel);

/** The same for the other model's own buttons. */
export const takeOtherFiles = (files: readonly PlacedFile[]): void =>
  takeFor(files, useInspector.getState().otherSubject, openOther);

function takeFor(files: readonly PlacedFile[], subject: Subject, open: (subject: Subject) => void): void {
  const { taken, problem } = takeFiles(files);
  if (problem) useInspector.setState({ failure: { lane: 'drop', kind: 'bad-input', message: problem } });
  const named = (kind: (typeof taken)[number]['kind']) => taken.find((t) => t.kind === kind)?.name;
  const [model, adapter, data] = [named('model'), named('adapter'), named('data')];
  if (model || adapter) open({ ...subject, model: model ?? subject.model, adapter: adapter ?? null });
  if (data) chooseProblem({ task: data, seed: 0, index: 0, minDepth: null });
}

/** Without a comparison the other model's memory is given back. */
export function chooseComparison(compare: Compare): void {
  if (compare !== 'model' && useInspector.getState().other) unloadOther();
  leave('compare', 'other');
  useInspector.setState({
    compare,
    offeredOther: false,
    compared: null,
    ...(compare === 'nothing' ? {} : { tab: 'compare' }),
  });
  askComparison();
}
