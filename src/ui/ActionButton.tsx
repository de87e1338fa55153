import type { ReactNode } from 'react';
import type { Action } from './actions/action';
import { perform } from './hooks';
import { useLab } from './state/store';
import { unless } from './unless';

interface Props {
  readonly action: Action;
  readonly primary?: boolean;
  /** KeyboardEvent.code of a shortcut that is told on the button; the action's own where it is left out. */
  readonly keys?: string;
  /** What it is called; the action's label where it is left out. */
  readonly children?: ReactNode;
}

/** An action as a button: its key stands on it, and where it cannot be done now it says why. */
export function ActionButton({ action, primary, keys = action.keys, children = action.label }: Props) {
  const enabled = useLab(action.enabled);
  const why = useLab((s) => action.whyNot?.(s) ?? null);
  const key = keys?.replace(/^Key/, '');
  return (
    <button
      type="button"
      data-primary={primary}
      {...unless(enabled ? null : (why ?? ''))}
      aria-keyshortcuts={key}
      onClick={() => perform(action)}
    >
      {children}
      {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: it takes no focus; aria-keyshortcuts says the same */}
      {key && <kbd aria-hidden="true">{key}</kbd>}
    </button>
  );
}
