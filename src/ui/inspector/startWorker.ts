import type { InspectLine } from './bridge';

/** The inspector's engine, beside the one that trains. */
export function startWorker(): InspectLine {
  const worker = new Worker(new URL('../../engine/inspect-worker.ts', import.meta.url), { type: 'module' });
  return worker as unknown as InspectLine;
}
