/** `H_S` as H with a subscript S. */
export function MathSymbol({ name }: { name: string }) {
  const [letter, index] = name.split('_');
  return (
    <>
      {letter}
      {index && <sub>{index}</sub>}
    </>
  );
}
