/** formulas.json as MathML (scripts/formulas.mjs). */
declare module 'virtual:formulas' {
  const formulas: Readonly<Record<string, string>>;
  export default formulas;
}
