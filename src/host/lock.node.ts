/** A lock between processes: a file that only its maker may remove, unless the maker is dead. */
import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { Busy, type Turn } from './files';

/** How often a waiting process looks, and how often a holder shows that it lives, in milliseconds. */
const LOOK = 100;
const BEAT = 5_000;
/** A lock untouched for so long has no holder, whatever its process number says: numbers are used again. */
const STALE = 120_000;

let count = 0;

/** Runs `work` while the file at `path` is this call's. Throws Busy with `wait: false`, the signal's reason when it aborts. */
export async function lockFile<T>(path: string, work: () => Promise<T>, turn: Turn = {}): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  const mine = `${process.pid} ${hostname()} ${Date.now()}-${count++}`;
  let told = false;
  while (!(await take(path, mine))) {
    if (turn.wait === false) throw new Busy(path);
    turn.signal?.throwIfAborted();
    if (!told) turn.onWait?.();
    told = true;
    await new Promise((resolve) => setTimeout(resolve, LOOK));
  }
  const beat = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => {}), BEAT);
  beat.unref();
  try {
    return await work();
  } finally {
    clearInterval(beat);
    if ((await holder(path)) === mine) await rm(path, { force: true });
  }
}

/** Makes the file; false where somebody alive has it. */
async function take(path: string, mine: string): Promise<boolean> {
  try {
    await writeFile(path, mine, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') throw error;
  }
  const other = await holder(path);
  if (other === null || (await lives(path, other))) return false;
  // Moved away, then looked at: of two processes that find a dead lock, one could otherwise remove the other's new one.
  const aside = `${path}.${mine.split(' ').pop()}`;
  try {
    await rename(path, aside);
  } catch {
    return false;
  }
  if ((await holder(aside)) !== other) await rename(aside, path);
  else await rm(aside, { force: true });
  return false;
}

async function holder(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch(() => null);
}

async function lives(path: string, text: string): Promise<boolean> {
  const age = await stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  );
  if (age > STALE) return false;
  const [pid, host] = text.split(' ');
  // A file just made may not be written yet, and processes of other machines cannot be asked: then only its age counts.
  if (host !== hostname()) return true;
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM';
  }
}
