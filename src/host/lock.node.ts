/** A lock between processes: a file that only its maker may remove, unless the maker is dead. */
import { open, rename, rm, rmdir, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { Busy, type Turn } from './files';
import { expectFile, inWords, makeFolder } from './folders.node';

/** How often a waiting process looks, and how often a holder shows that it lives, in milliseconds. */
const LOOK = 100;
const BEAT = 5_000;
/** A lock untouched for so long has no holder, whatever its process number says: numbers are used again. */
const STALE = 120_000;
/** Bytes that a lock says at most; whatever else lies there is not read. */
const LONGEST = 1024;

let count = 0;

/**
 * Runs `work` while the file at `path` is this call's; its folder comes and goes with it. Throws Busy, which names the
 * holder's process, with `wait: false`; the signal's reason when it aborts.
 */
export async function lockFile<T>(path: string, work: () => Promise<T>, turn: Turn = {}): Promise<T> {
  const mine = `${process.pid} ${hostname()} ${Date.now()}-${count++}`;
  let told = false;
  for (let other = await take(path, mine); other !== null; other = await take(path, mine)) {
    if (turn.wait === false) throw new Busy(path, processOf(other));
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
    // One that stays, on a disk that failed, is untouched from now on, and is taken over.
    if ((await holder(path).catch(() => null)) === mine) await rm(path, { force: true }).catch(() => {});
    await rmdir(dirname(path)).catch(() => {}); // other locks may be in it
  }
}

/** Whether somebody alive has the file at `path`. */
export async function isLocked(path: string): Promise<boolean> {
  const other = await holder(path);
  return other !== null && (await lives(path, other));
}

/** Makes the file, where nobody alive has it: null, or what it says of who has. Throws StorageError. */
async function take(path: string, mine: string): Promise<string | null> {
  try {
    return await tryToTake(path, mine);
  } catch (error) {
    throw await inWords(error, path);
  }
}

async function tryToTake(path: string, mine: string): Promise<string | null> {
  for (;;) {
    await makeFolder(dirname(path));
    try {
      await writeFile(path, mine, { flag: 'wx' });
      return null;
    } catch (error) {
      const { code } = error as { code?: string };
      if (code === 'ENOENT') continue; // another lock of this folder went, and the folder with it
      if (code !== 'EEXIST') {
        await rm(path, { force: true }).catch(() => {}); // made, and no room for what it says
        throw error;
      }
    }
    const other = await holder(path);
    if (other === null) continue; // it went meanwhile
    if (await lives(path, other)) return other;
    await clearAway(path, other, mine);
  }
}

/** Removes a dead lock. */
async function clearAway(path: string, dead: string, mine: string): Promise<void> {
  // Moved away, then looked at: of two processes that find a dead lock, one could otherwise remove the other's new one.
  const aside = `${path}.${mine.split(' ').pop()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (isGone(error)) return;
    throw error;
  }
  if ((await holder(aside)) !== dead) await rename(aside, path);
  else await rm(aside, { force: true });
}

/** A process of this machine. */
function processOf(text: string): number | null {
  const [pid, host] = text.split(' ');
  return host === hostname() ? Number(pid) : null;
}

/** Null where there is no lock. */
async function holder(path: string): Promise<string | null> {
  try {
    expectFile(await stat(path), path);
    const handle = await open(path);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(LONGEST), 0, LONGEST, 0);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}

const isGone = (error: unknown): boolean => (error as { code?: string }).code === 'ENOENT';

async function lives(path: string, text: string): Promise<boolean> {
  const age = await stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  );
  if (age > STALE) return false;
  const pid = processOf(text);
  // A file just made may not be written yet, and processes of other machines cannot be asked: then only its age counts.
  if (pid === null) return true;
  // Made before this process was: by one that had its number, as after a restart of a container.
  if (pid === process.pid) return Number(/ (\d+)-\d+$/.exec(text)?.[1]) >= Date.now() - process.uptime() * 1000;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM';
  }
}
