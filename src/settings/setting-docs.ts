/** A settings table as rows of a page of docs; scripts/settings-docs.mjs writes them, a test holds them together. */
import type { Setting } from './setting';
import { flagOf } from './setting';
import type { SettingRows, SettingTable } from './setting-table';

/** Markdown: flag, default, range, and what it is. */
export function settingsTable<R extends SettingRows>({ rows, names }: SettingTable<R>): string {
  const lines = names.map((name) => {
    const s: Setting = rows[name];
    return `| \`--${flagOf(name)}\` | ${s.default ?? ''} | ${rangeOf(s)} | ${s.label}: ${s.doc} |`;
  });
  return ['| flag | default | range | |', '|---|---|---|---|', ...lines].join('\n');
}

function rangeOf(s: Setting): string {
  if (s.kind === 'choice') return s.choices.join(', ');
  if (s.kind === 'boolean') return 'true, false';
  return s.kind === 'text' ? '' : `${s.min} to ${s.max}${s.unit ? ` ${s.unit}` : ''}`;
}
