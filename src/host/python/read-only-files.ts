/** The file system of an interpreter: a few files, which nothing changes. */

const [EBADF, ENOENT, EROFS] = [8, 44, 69];
/** Flags of open(2): how, and whether to make the file. */
const [ACCESS, CREATE] = [3, 0o100];
/** First number of an open file; those below are channels. */
const FIRST = 10;
/** Files that may be open at a time. */
const MOST_OPEN = 64;
const [FILE, FOLDER, TERMINAL] = [0o100444, 0o40555, 0o20666];

interface Open {
  readonly bytes: Uint8Array | null;
  position: number;
}

export class ReadOnlyFiles {
  private readonly folders = new Set(['/', '/home', '/lib/python3.14', '/lib/python3.14/lib-dynload']);
  private readonly open_ = new Map<number, Open>();

  constructor(private readonly files: Readonly<Record<string, Uint8Array>>) {
    for (const path of Object.keys(files))
      for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1))
        this.folders.add(path.slice(0, at));
  }

  /** A number of the open file, or less than 0: the reason. */
  open(path: string, flags: number): number {
    const name = absolute(path);
    if ((flags & ACCESS) !== 0 || (flags & CREATE) !== 0) return -EROFS;
    const isFile = Object.hasOwn(this.files, name);
    if (!isFile && !this.folders.has(name)) return -ENOENT;
    if (this.open_.size >= MOST_OPEN) return -EBADF;
    let fd = FIRST;
    while (this.open_.has(fd)) fd++;
    this.open_.set(fd, { bytes: isFile ? this.files[name] : null, position: 0 });
    return fd;
  }

  /** Mode and bytes of what a path names, or the reason. */
  stat(path: string): { mode: number; size: number } | number {
    const name = absolute(path);
    if (Object.hasOwn(this.files, name)) return { mode: FILE, size: this.files[name].length };
    return this.folders.has(name) ? { mode: FOLDER, size: 0 } : ENOENT;
  }

  statOpen(fd: number): { mode: number; size: number } | number {
    if (fd < FIRST) return { mode: TERMINAL, size: 0 };
    const open = this.open_.get(fd);
    if (!open) return EBADF;
    return open.bytes ? { mode: FILE, size: open.bytes.length } : { mode: FOLDER, size: 0 };
  }

  read(fd: number, length: number): Uint8Array | null {
    const open = this.open_.get(fd);
    if (!open?.bytes) return null;
    const part = open.bytes.subarray(open.position, open.position + length);
    open.position += part.length;
    return part;
  }

  /** The new place, from the beginning (0), from where it is (1) or from the end (2); null where it cannot be. */
  seek(fd: number, offset: number, from: number): number | null {
    const open = this.open_.get(fd);
    if (!open?.bytes) return null;
    const start = from === 0 ? 0 : from === 1 ? open.position : open.bytes.length;
    open.position = Math.max(0, start + offset);
    return open.position;
  }

  close(fd: number): void {
    this.open_.delete(fd);
  }

  closeAll(): void {
    this.open_.clear();
  }
}

function absolute(path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `/home/${path}`).split('/'))
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  return `/${parts.join('/')}`;
}
