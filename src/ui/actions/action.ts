/** A thing a person can do: shared by its button, its shortcut and the list of shortcuts. */
import type { LabState } from '../state/store';

export interface Action {
  readonly id: string;
  readonly label: string;
  /** KeyboardEvent.code of the shortcut, where it has one. */
  readonly keys?: string;
  enabled(state: LabState): boolean;
  /** Why it cannot be done now, in words; null where it can. */
  whyNot?(state: LabState): string | null;
  run(state: LabState): void | Promise<void>;
}
