/** A way to a target: from number to number, one operation each. */

export type Sign = '+' | '-' | '*' | '/';
/** One step of a solution: what stands so far, a sign, the next number. */
export interface Move {
  readonly sign: Sign;
  readonly number: number;
}
/** A first number and the moves that lead from it to the target. */
export interface Way {
  readonly first: number;
  readonly moves: readonly Move[];
}

/** What stands after each move, the first number before them. */
export function resultsOf({ first, moves }: Way): number[] {
  const results = [first];
  for (const { sign, number } of moves) {
    const x = results[results.length - 1];
    results.push({ '+': x + number, '-': x - number, '*': x * number, '/': x / number }[sign]);
  }
  return results;
}

/** The way as one expression, with the brackets that it needs: (3 + 4) * 5. */
export function expressionOf({ first, moves }: Way): string {
  return moves.reduce((text, { sign, number }, i) => {
    const isSum = i > 0 && /[-+]/.test(moves[i - 1].sign);
    return `${isSum && /[*/]/.test(sign) ? `(${text})` : text} ${sign} ${number}`;
  }, String(first));
}

/** One line a move: "3 + 4 = 7". */
export function linesOf(way: Way): string[] {
  const results = resultsOf(way);
  return way.moves.map(({ sign, number }, i) => `${results[i]} ${sign} ${number} = ${results[i + 1]}`);
}
