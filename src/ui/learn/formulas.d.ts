/** formulas.json as MathML (scripts/formulas.mjs). */
declare module 'virtual:formulas' {
  const formulas: Readonly<Record<string, string>>;
  export default formulas;
}

/** formulas.json beside the kernels, by a kernel's stem: MathML with its symbols marked, and what each is. */
declare module 'virtual:kernel-formulas' {
  const formulas: Readonly<
    Record<
      string,
      {
        readonly formula: string;
        readonly symbols: Readonly<Record<string, { readonly is: string; readonly in: readonly string[] }>>;
      }
    >
  >;
  export default formulas;
}
