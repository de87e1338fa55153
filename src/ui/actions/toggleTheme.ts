import { useLab } from '../state/store';
import { rememberTheme } from '../theme';
import type { Action } from './action';

export const toggleTheme: Action = {
  id: 'theme',
  label: 'Theme',
  keys: 'KeyT',
  enabled: () => true,
  run({ theme }) {
    const next = theme === 'system' ? 'light' : theme === 'light' ? 'dark' : 'system';
    rememberTheme(next);
    useLab.setState({ theme: next });
  },
};
