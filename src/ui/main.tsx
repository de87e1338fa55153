import './styles/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { rememberedHub } from './actions/chooseHub';
import { takeFromAddress } from './actions/followInAddress';
import { listRuns } from './actions/listRuns';
import { startEngine } from './engine';
import { perform } from './hooks';
import { keepOffline } from './offline/offline';
import { openQueue } from './queue/queue-runner';
import { playRecorded } from './replay/recorded';
import { ignoredIn, pageOf } from './route';
import { useLab } from './state/store';
import { rememberedTheme } from './theme';
import { openTrainer, trainer } from './trainer';

useLab.setState({ theme: rememberedTheme() });
openQueue();

/** A word on what the hash asks for where there is no such thing, beside what was wrong `before` it in the address. */
function tellIgnored(before: string | null): void {
  const ignored = ignoredIn(location.hash);
  if (ignored) useLab.setState({ problem: before ? `${before} ${ignored}` : ignored });
}

function openEngine(): void {
  const hasGpu = 'gpu' in navigator;
  if (!hasGpu) useLab.setState({ engine: { state: 'unavailable', reason: 'navigator.gpu is missing.' } });
  try {
    trainer.connect(startEngine()); // stored runs are shown and compared without a GPU
    if (hasGpu) openTrainer();
    else perform(listRuns);
  } catch (error) {
    useLab.setState({ engine: { state: 'failed' }, trouble: { kind: 'unloaded', message: `${error}.` } });
  }
}

/** The page on screen gets the GPU first: every engine checks the adapter when it opens, which takes a while. */
function openInTurn(): void {
  let opened = false;
  const open = (): void => {
    if (!opened) openEngine();
    opened = true;
  };
  const openUnlessInspecting = (): void => {
    if (pageOf(location.hash) !== 'inspect') open();
  };
  openUnlessInspecting();
  if (opened) return;
  addEventListener('hashchange', openUnlessInspecting);
  void import('./inspector/settled').then(({ inspectorSettled }) => inspectorSettled()).then(open);
}

/** Faces of the page. Text that was drawn in another one would move when they come; the page waits so long at most, ms. */
const FACES = ['400 1em Inter', '600 1em Inter', '400 1em "IBM Plex Mono"'];
const FACES_WITHIN = 1000;

/** Draws the page once its faces are there; the engine does not wait for them. */
function draw(): void {
  const late = new Promise((resolve) => setTimeout(resolve, FACES_WITHIN));
  const faces = Promise.allSettled(FACES.map((face) => document.fonts.load(face, 'u λ')));
  void Promise.race([faces, late]).then(() =>
    createRoot(document.getElementById('root') as HTMLElement).render(
      <StrictMode>
        <App />
      </StrictMode>,
    ),
  );
}

takeFromAddress();
tellIgnored(useLab.getState().problem);
addEventListener('popstate', takeFromAddress);
addEventListener('hashchange', () => tellIgnored(null));
draw();
rememberedHub();
openInTurn();
void playRecorded();
keepOffline();
