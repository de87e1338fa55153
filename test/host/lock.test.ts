/** Folders and locks that several processes share. */
import { mkdtemp, rm, rmdir, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeFolder } from '../../src/host/folders.node';
import { lockFile } from '../../src/host/lock.node';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antisd-lock-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('a folder that others take away while it is made is made again', async () => {
  const path = join(folder, 'locks');
  const gone = () => rmdir(path).catch(() => {});
  // Made by one, removed by another before the third has looked whether it is a folder.
  for (let i = 0; i < 300; i++)
    await Promise.all([makeFolder(path), makeFolder(path), gone(), makeFolder(path), gone()]);
});

it('a folder that is a link to nowhere is said as that', async () => {
  await symlink(join(folder, 'nowhere'), join(folder, 'locks'));
  const locked = lockFile(join(folder, 'locks', 'a.lock'), async () => {});
  await expect(locked).rejects.toThrow(/a link leads nowhere/);
});
