/** What can go wrong with a disk or a browser's storage, in words. */

/** A place that cannot be used as asked: what, where, and the mend. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  constructor(
    readonly what: string,
    readonly where: string,
    readonly mend: string,
    /** The system's name for it, as "ENOSPC", which is also what a page's storage says when it is full. */
    readonly code: string,
    cause?: unknown,
  ) {
    super(`${what} (${where}). ${mend}`, { cause });
  }
}

/** What the system's names mean, and the mend. */
const WORDS: Readonly<Record<string, readonly [what: string, mend: string]>> = {
  ENOSPC: ['The disk is full', 'Free some space, or choose a folder on another disk.'],
  EDQUOT: ['Your share of the disk is used up', 'Free some space, or choose a folder on another disk.'],
  EFBIG: ['The file would be larger than is allowed here', 'Raise the limit (ulimit -f), or choose another disk.'],
  EROFS: ['The disk is read-only', 'Choose another folder.'],
  EACCES: ['You have no right to this', 'Change the permissions, or choose another folder.'],
  ENAMETOOLONG: ['A name is too long for this disk', 'Choose a shorter one.'],
  ENOTDIR: ['There is a file where a folder is wanted', 'Choose another folder.'],
  EISDIR: ['There is a folder where a file is wanted', 'Choose another folder.'],
  ENOENT: ['No folder can be made here, or a link leads nowhere', 'Choose another folder.'],
  ELOOP: ['The links here lead in a circle', 'Choose another folder.'],
  EMFILE: ['This program has too many files open', 'Raise the limit (ulimit -n).'],
  ENFILE: ['This machine has too many files open', 'Close other programs.'],
};
const SAME: Readonly<Record<string, string>> = { EPERM: 'EACCES', EEXIST: 'ENOTDIR' };

/** The disk has bytes left, and no room for another file. */
export const outOfInodes = (where: string, cause: unknown): StorageError =>
  new StorageError(
    'The disk takes no more files (it is out of inodes)',
    where,
    'Delete some files, or choose a folder on another disk.',
    'ENOSPC',
    cause,
  );

/** What the system says of a file, which it names, in words; other errors as they are. */
export function fileError(error: unknown): unknown {
  const { path } = (error ?? {}) as { path?: unknown };
  return typeof path === 'string' ? storageError(error, path) : error;
}

/** An error of the system or of a browser's storage in words; others as they are. */
export function storageError(error: unknown, where: string): unknown {
  if (!(error instanceof Error) || error instanceof StorageError) return error;
  if (error.name === 'QuotaExceededError')
    return new StorageError(
      'The browser gives this page no more space',
      where,
      'Delete stored runs or models, or free some space on the disk.',
      'ENOSPC',
      error,
    );
  if (error instanceof DOMException)
    return new StorageError(
      `The browser's storage failed (${error.message})`,
      where,
      'Check that this page may store data.',
      error.name,
      error,
    );
  const { code, syscall } = error as { code?: string; syscall?: string };
  if (code === undefined || syscall === undefined) return error;
  const [what, mend] = WORDS[SAME[code] ?? code] ?? [`The disk failed (${code})`, 'Check that it is there and sound.'];
  return new StorageError(what, where, mend, code, error);
}
