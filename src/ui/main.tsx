import './styles/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { rememberedHub } from './actions/chooseHub';
import { takeContinued } from './actions/takeContinued';
import { connect, type Line } from './bridge';
import { download } from './download';
import { play } from './replay/player';
import { playRecorded } from './replay/recorded';
import { pageOf } from './route';
import { stateFromQuery } from './state/chosen';
import { useLab } from './state/store';
import { rememberedTheme, showTheme } from './theme';
import { storedZip } from './zip';

const theme = rememberedTheme();
showTheme(theme);
useLab.setState({ theme });

/** The link's settings, or the defaults and a word on what is wrong with the link. */
function readLink(): void {
  try {
    useLab.setState(stateFromQuery(location.search, useLab.getState().sft));
  } catch (error) {
    useLab.setState({
      problem: `${error instanceof Error ? error.message : String(error)} The form holds the defaults instead.`,
    });
  }
}

/** An adapter's folder is not a model's. */
const archiveName = (files: readonly { name: string }[]): string =>
  files.some(({ name }) => name === 'adapter_config.json') ? 'antisd-adapter.zip' : 'antisd-model.zip';

function openEngine(): void {
  if (!('gpu' in navigator)) {
    useLab.setState({ engine: { state: 'unavailable', reason: 'navigator.gpu is missing.' } });
    return;
  }
  const worker = new Worker(new URL('../engine/worker.ts', import.meta.url), { type: 'module' });
  connect(worker as unknown as Line, {
    run: (events) => play(events, 'stored'),
    continued: takeContinued,
    exported: (files) => download(archiveName(files), storedZip(files), 'application/zip'),
  });
}

/** The page on screen gets the GPU first: every engine checks the adapter when it opens, which takes a while. */
function openInTurn(): void {
  let opened = false;
  const open = (): void => {
    if (!opened) openEngine();
    opened = true;
  };
  const openOnTrain = (): void => {
    if (pageOf(location.hash) === 'train') open();
  };
  openOnTrain();
  if (opened) return;
  addEventListener('hashchange', openOnTrain);
  void import('./inspector/settled').then(({ inspectorSettled }) => inspectorSettled()).then(open);
}

readLink();
rememberedHub();
openInTurn();
void playRecorded();

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
