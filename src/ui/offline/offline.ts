/** The page's side of the service worker: it is asked for once the page has loaded, and says when a newer build is there. */
import { useLab } from '../state/store';

/** How often a page that stays open asks for a newer build, ms. */
const ASKS_EVERY = 3_600_000;

/** Only a built page is kept. Without it (private windows, a policy) all goes on, but not without a network. */
export function keepOffline(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  if (document.readyState === 'complete') void register();
  else addEventListener('load', () => void register());
}

async function register(): Promise<void> {
  try {
    const registration = await navigator.serviceWorker.register('./service-worker.js');
    const { controller } = navigator.serviceWorker;
    if (controller && registration.waiting) announce();
    registration.addEventListener('updatefound', () => {
      const { installing } = registration;
      installing?.addEventListener('statechange', () => {
        if (installing.state === 'installed' && navigator.serviceWorker.controller) announce();
        // The first one is of the build that this page is of: what it opens later comes from there too.
        if (installing.state === 'activated' && !controller) installing.postMessage('claim');
      });
    });
    setInterval(() => registration.update().catch(() => {}), ASKS_EVERY);
  } catch {
    // What it would keep is there as long as the network is.
  }
}

const announce = (): void => useLab.setState({ newer: true });

/** The newer build takes the older one's place, and the page is loaded from it. Gives how many other tabs are in the way. */
export async function takeNewer(): Promise<number> {
  const waiting = (await navigator.serviceWorker.getRegistration())?.waiting;
  if (waiting) {
    const others = await new Promise<number>((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => resolve(data);
      navigator.serviceWorker.addEventListener('controllerchange', () => resolve(0), { once: true });
      waiting.postMessage('take over', [port2]);
    });
    if (others > 0) return others;
  }
  location.reload();
  return 0;
}
