/** Configurations that an earlier version stored: its runs go on as they began. */
import type { ConfigOf, NameOf, SettingRows, SettingTable } from './setting-table';

/** For each setting that came later, what a run did whose configuration does not have it. */
export type Before<R extends SettingRows> = {
  readonly [K in NameOf<R>]?: (stored: ConfigOf<R>) => ConfigOf<R>[K] | null;
};

/**
 * A whole configuration with the settings that its version did not have; anything else as it is, since links and flags
 * name single settings.
 */
export function completed<R extends SettingRows>(table: SettingTable<R>, config: unknown, before: Before<R>): unknown {
  if (typeof config !== 'object' || config === null) return config;
  const named = table.current(config);
  const missing = table.names.filter((name) => !(name in named));
  if (missing.length === 0 || missing.some((name) => !before[name])) return config;
  return { ...named, ...Object.fromEntries(missing.map((name) => [name, before[name]?.(named as ConfigOf<R>)])) };
}
