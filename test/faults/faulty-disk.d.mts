/** The n-th call that changes something, counted from 0, and what becomes of it. */
export interface Fault {
  readonly at: number;
  /** As the system names it. */
  readonly code: string;
  /** Where given, only calls about paths that contain this are counted up to the fault. */
  readonly path?: string;
  /** Calls that read are counted, and fail. */
  readonly reads?: boolean;
  /** See breakDisk. */
  readonly how: 'once' | 'short' | 'full' | 'gone' | 'kill';
}

/** Without a fault it only counts. */
export function breakDisk(root: string, fault?: Fault | null): { readonly count: number; mend(): void };
