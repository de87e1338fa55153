/** The page without an engine, for looking at it: `?state=run|scripts|empty|fault|no-gpu|recorded|stream`. Never part of the product. */
import '../../src/ui/styles/base.css';
import { createRoot } from 'react-dom/client';
import { EVENT_VERSION } from '../../src/runs/events';
import { App } from '../../src/ui/App';
import { expandForReplay } from '../../src/ui/replay/expand';
import { play } from '../../src/ui/replay/player';
import { EMPTY, fold } from '../../src/ui/state/snapshot';
import { useLab } from '../../src/ui/state/store';
import { trainer } from '../../src/ui/trainer';
import { FAKE_DEVICE, fakeRun, fakeScripts, fakeSignals, fakeStep } from './fake-events';

const v = EVENT_VERSION;
const state = new URLSearchParams(location.search).get('state') ?? 'run';
useLab.setState({
  engine:
    state === 'no-gpu'
      ? { state: 'unavailable', reason: 'navigator.gpu is missing.' }
      : { state: 'ready', device: FAKE_DEVICE },
});

if (state === 'recorded' || state === 'no-gpu') play(fakeRun(83), 'recorded');
else if (state !== 'empty')
  useLab.setState({
    source: 'live',
    snapshot: fold(EMPTY, [...fakeRun(83), { v, type: 'phase', step: 84, phase: 'sample' }]),
  });
if (state === 'fault') {
  const message = 'The device was destroyed while step 84 ran. The weights of step 83 are kept.';
  trainer.tell({
    type: 'event',
    event: { v, type: 'fault', step: 83, fault: { kind: 'device-lost', message, lastGoodStep: 83, resumable: true } },
  });
}
if (state === 'scripts') trainer.tell({ type: 'event', event: fakeScripts(84) });
if (state === 'stream') stream(84);

// What a test posts, the trainer hears.
addEventListener('message', ({ data }) => data.type === 'event' && trainer.tell(data));

/** A step a second: pieces every 16 ms, then the scores. */
function stream(step: number): void {
  const events = [...expandForReplay([fakeSignals(step, 16, 4, 0.93)]), fakeStep(step)];
  const wait = 1000 / events.length;
  for (const [i, event] of events.entries()) setTimeout(() => trainer.tell({ type: 'event', event }), i * wait);
  setTimeout(() => stream(step + 1), 1000);
}

createRoot(document.getElementById('root') as HTMLElement).render(<App />);
