/** How this program was called, for the lines that say what to type next: by npm, or as the portable folder's `./lab`. */
export const INVOKED = process.env.LAB_COMMAND ?? 'npm run lab --';
