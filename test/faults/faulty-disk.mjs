/**
 * A disk that fails when it is told to, below the lab's file layer: calls of node:fs/promises that change something under a
 * folder are counted, and the n-th of them goes wrong. For a test's own process (`breakDisk`), and for a process of its own:
 * `node --import this-file`, with the fault as JSON in FAULT.
 */
import { promises } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { sep } from 'node:path';

const CALLS = ['mkdir', 'writeFile', 'rename', 'rm', 'rmdir', 'truncate'];
const HANDLE_CALLS = ['writeFile', 'sync', 'datasync', 'truncate'];
/** What a full disk refuses: the rest takes no room. */
const NEEDS_ROOM = ['mkdir', 'open', 'writeFile', 'rename'];
const READS = ['readFile', 'readdir', 'stat'];
const real = Object.fromEntries([...CALLS, ...READS, 'open'].map((name) => [name, promises[name]]));

/**
 * Counts calls that change something, or with `reads` those that read, and lets one of them fail. How a fault goes on: once: the call fails, the next ones work. short: as once, half of the bytes are written.
 * full: from then on all that needs room fails. gone: from then on everything fails, half of the bytes are written before.
 * kill: the process is gone, half of the bytes are written before.
 */
export function breakDisk(root, fault = null) {
  let count = 0;
  const inside = (path) => String(path) === root || String(path).startsWith(root + sep);
  const refusal = (call, path) => {
    const { code } = fault;
    return Object.assign(new Error(`${code}: injected, ${call} '${path}'`), { code, syscall: call, path });
  };
  /** Does a call, or what the fault makes of it. `half` writes half of its bytes, where it has some. */
  const attempt = async (call, path, act, half = async () => {}) => {
    if (fault?.path && count <= fault.at && !String(path).includes(fault.path)) return act();
    const number = count++;
    if (!fault || number < fault.at) return act();
    const first = number === fault.at;
    const { how } = fault;
    if (first && how !== 'once' && how !== 'full') await half();
    if (how === 'kill') process.kill(process.pid, 'SIGKILL');
    if (first || how === 'gone' || (how === 'full' && NEEDS_ROOM.includes(call))) throw refusal(call, path);
    return act();
  };
  for (const call of fault?.reads ? READS : CALLS)
    promises[call] = (path, ...rest) =>
      inside(path) ? attempt(call, path, () => real[call](path, ...rest)) : real[call](path, ...rest);
  promises.open = async (path, flags, ...rest) => {
    if (!inside(path)) return real.open(path, flags, ...rest);
    const open = () => real.open(path, flags, ...rest);
    const reads = String(flags) === 'r';
    const handle = await (reads === Boolean(fault?.reads) ? attempt('open', path, open) : open());
    for (const call of fault?.reads ? ['read'] : HANDLE_CALLS) {
      const act = handle[call].bind(handle);
      const write = handle.writeFile.bind(handle);
      handle[call] = (...args) =>
        attempt(
          call,
          path,
          () => act(...args),
          async () => {
            if (call === 'writeFile') await write(args[0].slice(0, args[0].length >> 1));
          },
        );
    }
    return handle;
  };
  syncBuiltinESMExports();
  return {
    get count() {
      return count;
    },
    mend() {
      Object.assign(promises, real);
      syncBuiltinESMExports();
    },
  };
}

if (process.env.FAULT) {
  const { root, ...fault } = JSON.parse(process.env.FAULT);
  breakDisk(root, fault);
}
