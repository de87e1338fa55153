/** A turn for what else waits to be done, between pieces of work of a large file: a cancel that came meanwhile is heard. */
export const breath = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
