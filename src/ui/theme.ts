/** Light, dark, or as the system says; remembered in this browser. */
import type { Theme } from './state/store';

const KEY = 'antisd-theme';

export function rememberedTheme(): Theme {
  try {
    const theme = localStorage.getItem(KEY);
    return theme === 'light' || theme === 'dark' ? theme : 'system';
  } catch {
    return 'system'; // storage may be forbidden
  }
}

export function rememberTheme(theme: Theme): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Not remembered, still shown.
  }
}

/** tokens.css does the rest. */
export function showTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
}
