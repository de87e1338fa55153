/** The files of experiments that come with the lab. */
import { type Sweep, sweepOf } from '../../runs/sweep/file';

const FILES = import.meta.glob<unknown>('../../../experiments/*.json', { eager: true, import: 'default' });

/** The main comparison first. */
export const SHIPPED: readonly Sweep[] = Object.entries(FILES)
  .map(([path, json]) => sweepOf(json, path))
  .sort((a, b) => Number(b.name === 'main') - Number(a.name === 'main'));
