/**
 * The bounds on what is read from files, servers and links, in one place. Over a bound a reader names the file, the bound
 * and the mend, before it has allocated more than the bound.
 */
const KiB = 1024;
const MiB = 1024 * KiB;

/** Bytes, unless the name says otherwise. */
export const BOUNDS = {
  /** A JSON file with facts: config.json, state.json, an index of shards. */
  json: 64 * MiB,
  /** A tokenizer.json; the largest in the wild take some 35 MB. */
  tokenizer: 256 * MiB,
  /** A chat template. */
  template: MiB,
  /** A server's answer that is read whole: a repository's listing. */
  answer: 64 * MiB,
  /** A file on a server that tells no size and gives no ranges, so that it is held in memory. */
  unsized: 2048 * MiB,
  /** An address' state behind #, characters, and what it unpacks to: a small link must not become a huge text. */
  link: MiB,
  linkUnpacked: 4 * MiB,
  /** An address' settings before #, characters. */
  query: 64 * KiB,
  /** Redirects that are followed, a count. */
  redirects: 10,
} as const;
