import type { ReactNode } from 'react';
import type { SettingGroup } from '../../settings/setting';
import type { SettingRows } from '../../settings/setting-table';
import styles from './Fold.module.css';

/** Names of a table's settings in a group, those that show at once or those that are folded away. */
export const namesOf = <R extends SettingRows>(rows: R, group: SettingGroup, advanced: boolean): (keyof R & string)[] =>
  Object.keys(rows).filter((name) => rows[name].group === group && (rows[name].advanced ?? false) === advanced);

interface Props<R extends SettingRows> {
  title: string;
  rows: R;
  group: SettingGroup;
  open: boolean;
  /** The field of a setting. */
  field(name: keyof R & string): ReactNode;
}

/** A group of a table's settings; the less usual ones in a fold of their own. */
export function Fold<R extends SettingRows>({ title, rows, group, open, field }: Props<R>) {
  const more = namesOf(rows, group, true);
  return (
    <details className={styles.group} open={open}>
      <summary>{title}</summary>
      {namesOf(rows, group, false).map(field)}
      {more.length > 0 && (
        <details className={styles.more}>
          <summary>More</summary>
          {more.map(field)}
        </details>
      )}
    </details>
  );
}
