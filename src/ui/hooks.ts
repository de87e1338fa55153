/** The page's few effects on the outside: shortcuts, the wake lock, the word before it is closed, the theme. */
import { useEffect, useState, useSyncExternalStore } from 'react';
import type { Action } from './actions/action';
import { type PageName, pageOf } from './route';
import { activityOf, losesSteps, useLab } from './state/store';
import { showTheme } from './theme';

/** Runs an action with the state of this moment. */
export function perform(action: Action): void {
  const state = useLab.getState();
  if (action.enabled(state)) void action.run(state);
}

/** Keys of `actions` (a constant) work while the focus is in no control that has a use for them: fields have for all, buttons for Space. */
export function useShortcuts(actions: readonly Action[]): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      const pressed = event.code === 'Space' ? ', button, summary, a' : '';
      if ((event.target as Element).closest(`input, select, textarea${pressed}`)) return;
      const action = actions.find((a) => a.keys === event.code);
      if (!action?.enabled(useLab.getState())) return;
      event.preventDefault();
      perform(action);
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [actions]);
}

/** Keeps the screen on while a run is going, where the browser can. The lock is lost with the tab and taken again with it. */
export function useWakeLock(): void {
  const running = useLab((state) => activityOf(state) === 'running');
  useEffect(() => {
    if (!running || !('wakeLock' in navigator)) return;
    let lock: WakeLockSentinel | undefined;
    let over = false;
    const take = async (): Promise<void> => {
      if (document.hidden) return;
      try {
        lock = await navigator.wakeLock.request('screen');
        if (over) await lock.release();
      } catch {
        // Low battery or not allowed: the run goes on without it.
      }
    };
    void take();
    document.addEventListener('visibilitychange', take);
    return () => {
      over = true;
      document.removeEventListener('visibilitychange', take);
      void lock?.release();
    };
  }, [running]);
}

/** The browser asks before it closes a page whose run has steps that no checkpoint has. */
export function useCloseWarning(): void {
  const losing = useLab(losesSteps);
  useEffect(() => {
    if (!losing) return;
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [losing]);
}

const phone = (): MediaQueryList => matchMedia('(max-width: 46em)');

function onTurned(tell: () => void): () => void {
  const query = phone();
  query.addEventListener('change', tell);
  return () => query.removeEventListener('change', tell);
}

/** Whether the page is as narrow as a phone's. */
export const useNarrow = (): boolean => useSyncExternalStore(onTurned, () => phone().matches);

export function useTheme(): void {
  const theme = useLab((state) => state.theme);
  useEffect(() => showTheme(theme), [theme]);
}

/** `value`, but at most one change every `ms`, the last one always shown in the end. */
export function useThrottled<T>(value: T, ms: number): T {
  const [shown, setShown] = useState({ value, at: 0 });
  useEffect(() => {
    if (Object.is(value, shown.value)) return;
    const timer = setTimeout(
      () => setShown({ value, at: performance.now() }),
      Math.max(0, shown.at + ms - performance.now()),
    );
    return () => clearTimeout(timer);
  }, [value, shown, ms]);
  return shown.value;
}

function onHash(changed: () => void): () => void {
  addEventListener('hashchange', changed);
  return () => removeEventListener('hashchange', changed);
}

/** The page on screen; follows links, the address bar and the back button. */
export const usePage = (): PageName => useSyncExternalStore(onHash, () => pageOf(location.hash));
