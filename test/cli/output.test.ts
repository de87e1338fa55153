/** There is one way out for text: src/cli/output.ts. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { note, print } from '../../src/cli/output';

afterEach(() => {
  vi.restoreAllMocks();
});

const HOSTILE = 'a\u001b[2J\r\u202eb\tc\n';
const SEEN = 'a\\u001b[2J\\u000d\\u202eb\tc\n';

test('a word to stderr is visible, wherever it goes', () => {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  note(HOSTILE);
  expect(write).toHaveBeenCalledWith(SEEN);
});

test.each([
  [true, SEEN],
  [false, HOSTILE],
])('a result is visible on a terminal (%s), and raw in a pipe', (isTTY, seen) => {
  const before = process.stdout.isTTY;
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    process.stdout.isTTY = isTTY;
    print(HOSTILE);
  } finally {
    process.stdout.isTTY = before;
  }
  expect(write).toHaveBeenCalledWith(seen);
});

test('commands write nothing past it: only what is drawn again', () => {
  const folder = join(import.meta.dirname, '../../src/cli');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const direct = files.filter((file) =>
    /(?:stdout|stderr)\.write\(|console\./.test(readFileSync(join(folder, file), 'utf8')),
  );
  expect(direct.sort()).toEqual(['output.ts', 'progress-line.ts', 'sweep-table.ts']);
});
