import { useInspector } from './store';

/** Resolves once the inspector's engine has a device and a first answer, or will have none. */
export function inspectorSettled(): Promise<void> {
  return new Promise((resolve) => {
    const unsubscribe = useInspector.subscribe(({ engine, scored, failure }) => {
      if (engine.state !== 'unavailable' && engine.state !== 'failed' && !scored && !failure) return;
      unsubscribe();
      resolve();
    });
  });
}
