/** Weight matrices for the cases of operations that read them. A format has no kernel of its own. */
import { type Bench, wave } from '../self-test/case';
import { stored } from './reference';
import type { Weight, WeightFormat, WeightPiece } from './weight-format';

/** A matrix on the device and the values that it holds. */
export interface MadeWeight {
  weight: Weight;
  values: number[];
}

/** (rows, columns) in a format, cut before the rows `cuts`; columns of a format other than f32 come in 32s. */
export function makeWeight(
  b: Bench,
  {
    rows,
    columns,
    format = 'f32',
    cuts = [],
  }: { rows: number; columns: number; format?: WeightFormat; cuts?: readonly number[] },
): MadeWeight {
  const starts = [0, ...cuts];
  const values: number[] = [];
  const pieces = starts.map((first, i): WeightPiece => {
    const count = (starts[i + 1] ?? rows) - first;
    const at = { format, first, rows: count };
    if (format === 'f32') {
      const own = [...wave(rows * columns, 20).subarray(first * columns, (first + count) * columns)];
      values.push(...own);
      return { ...at, data: b.put(own), scales: null };
    }
    const own = stored(format, count * columns, first * columns);
    values.push(...own.values);
    return { ...at, data: b.put(own.data, 'u32'), scales: own.scales && b.put(own.scales, 'u32') };
  });
  return { weight: { rows, columns, pieces }, values };
}
