/** Waiting for what comes of itself: looked at often, given up late; the failure says what was there instead. */

/** The first value that holds. `seen` says what there is when nobody waits any longer. */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  { holds = Boolean, seen = () => '' }: { holds?: (value: T) => boolean; seen?: () => unknown } = {},
): Promise<T> {
  for (const end = Date.now() + 120_000; ; await new Promise((resolve) => setTimeout(resolve, 20))) {
    const value = await look();
    if (holds(value)) return value;
    if (Date.now() > end) throw new Error(`Waited 120 s for: ${what}. ${String(await seen()).slice(0, 3000)}`);
  }
}
