/** One line of the benchmark table, and how it is printed. */

export interface Row {
  group: string;
  name: string;
  ms?: number;
  /** Milliseconds of all processors together that this process used. */
  cpuMs?: number;
  gflops?: number;
  /** GB/s (1e9 bytes). */
  bandwidth?: number;
  /** Of what the probes say is possible: of the multiply-adds where there are GFLOP/s, else of the bytes. */
  share?: number;
  note?: string;
}

const WIDTHS = { group: 10, name: 42, ms: 8, cpuMs: 8, gflops: 9, bandwidth: 8, share: 9 } as const;

/** One line of the table; the head where there is no row. */
export function line(row: Row | null): string {
  const number = (x: number | undefined) => x?.toFixed(x < 10 ? 2 : 0) ?? '';
  const cells = row
    ? {
        group: row.group,
        name: row.name,
        ms: number(row.ms),
        cpuMs: number(row.cpuMs),
        gflops: row.gflops?.toFixed(1) ?? '',
        bandwidth: number(row.bandwidth),
        share: row.share === undefined ? '' : `${(100 * row.share).toFixed(0)} %`,
      }
    : { group: '', name: '', ms: 'ms', cpuMs: 'CPU ms', gflops: 'GFLOP/s', bandwidth: 'GB/s', share: 'of peak' };
  const { group, name, ...numbers } = cells;
  const right = Object.entries(numbers).map(([key, text]) => text.padStart(WIDTHS[key as keyof typeof numbers]));
  return `${group.padEnd(WIDTHS.group)}${name.padEnd(WIDTHS.name)}${right.join('')}  ${row?.note ?? ''}`.trimEnd();
}

/** Megabytes (1e6 bytes), for notes. */
export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
