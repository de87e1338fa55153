/** Attributes of a button that cannot be used while there is a reason, which it tells. */
export const unless = (why: string | null | undefined) => ({
  disabled: typeof why === 'string',
  title: why || undefined,
});
