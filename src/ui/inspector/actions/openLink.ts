/** Opening an address that somebody copied. Models other than the built-in one, and data, are loaded only when a person says so. */
import { startEngine } from '../../engine';
import { pageOf } from '../../route';
import { stateFromHash } from '../link';
import { askCached, askProblem, keepTexts, loadMain, loadOther, openInspector } from '../session';
import { asksHere, INITIAL, isBuiltIn, NANO, useInspector } from '../store';

/** The page's first moments: the link's state if there is one, then the engine. */
export async function openPage(): Promise<void> {
  await restore(location.hash);
  openInspector(startEngine);
}

/** The hash that was restored last: coming back to the page is no reason to do it again. */
let restored = '';

/** The state of a hash in the place of what is on screen. */
export async function restore(hash: string): Promise<void> {
  if (hash === restored || pageOf(hash) !== 'inspect') return;
  restored = hash;
  try {
    const state = await stateFromHash(hash);
    if (!state) return;
    const subject = state.subject ?? NANO;
    const { compare = 'nothing', otherSubject = NANO, choice = INITIAL.choice } = state;
    const foreign = !asksHere(choice);
    const offered = foreign || !isBuiltIn(subject);
    const offeredOther = compare === 'model' && !isBuiltIn(otherSubject);
    const fresh = { scored: null, compared: null, effects: null, offered, offeredOther };
    useInspector.setState({ ...state, subject, compare, otherSubject, ...fresh });
    keepTexts();
    if (offered || offeredOther) askCached();
    const { main } = useInspector.getState();
    if (!main) return; // opened with the engine
    if (!foreign && JSON.stringify(main.subject) === JSON.stringify(subject)) {
      useInspector.setState({ offered: false });
      askProblem();
    } else if (!offered) loadMain();
    if (compare === 'model' && !offeredOther) loadOther();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    useInspector.setState({ failure: { lane: 'link', kind: 'bad-input', message } });
  }
}
