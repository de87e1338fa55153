import { useInspector } from './store';

/** Resolves once the inspector's engine has a device and a first answer, or will have none. */
export function inspectorSettled(): Promise<void> {
  return new Promise((resolve) => {
    const unsubscribe = useInspector.subscribe(({ device, scored, failure }) => {
      if (device.state !== 'unavailable' && device.state !== 'failed' && !scored && !failure) return;
      unsubscribe();
      resolve();
    });
  });
}
