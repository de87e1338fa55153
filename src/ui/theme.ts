/** Light, dark, or as the system says; remembered in this browser. */
import { remember, remembered } from './remembered';
import type { Theme } from './state/store';

const KEY = 'antisd-theme';

export function rememberedTheme(): Theme {
  const theme = remembered(KEY);
  return theme === 'light' || theme === 'dark' ? theme : 'system';
}

export const rememberTheme = (theme: Theme): void => remember(KEY, theme);

/** tokens.css does the rest. */
export function showTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
}
