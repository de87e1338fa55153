/** Layers × tokens as a few SVG paths, one for each tint; equal cells side by side are one run. */
import { type TintScale, tintOf } from '../../tokens/tint';

export interface Raster {
  readonly paths: readonly { readonly step: number; readonly d: string }[];
  /** The lower edges of all cells below zero: the sign's second mark. */
  readonly below: string;
}

/** `rows` from the top, an entry a token; a cell is one by one. */
export function rasterOf(rows: readonly ArrayLike<number>[], scale: TintScale): Raster {
  const drawn = new Map<number, string>();
  let below = '';
  rows.forEach((row, y) => {
    for (let x = 0; x < row.length; ) {
      const step = tintOf(row[x], scale);
      let end = x + 1;
      while (end < row.length && tintOf(row[end], scale) === step) end++;
      if (step !== 0) drawn.set(step, `${drawn.get(step) ?? ''}M${x} ${y}h${end - x}v1h${x - end}z`);
      if (step < 0) below += `M${x} ${y + 1}h${end - x}`;
      x = end;
    }
  });
  return { paths: [...drawn].map(([step, d]) => ({ step, d })), below };
}
