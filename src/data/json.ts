/** JSON whose numbers stay what they are: one that a double would change is given as it is written, as a text. */

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g;
/** Whether a text may hold such a number, at all. */
const SUSPECT = /[\d.]{16}|\d[eE][-+]?\d/;

/** As JSON.parse; throws SyntaxError. */
export function parseJson(text: string): unknown {
  if (!SUSPECT.test(text)) return JSON.parse(text);
  return JSON.parse(text.replace(TOKEN, (token) => (token[0] === '"' || isKept(token) ? token : `"${token}"`)));
}

/** Up to 15 digits come out of a double as they went in; longer ones where the double is written so. */
function isKept(token: string): boolean {
  const value = Number(token);
  const digits = token
    .replace(/[eE].*/, '')
    .replace(/\D/g, '')
    .replace(/^0+/, '');
  return String(value) === token || (digits.length <= 15 && Number.isFinite(value) && (value !== 0 || digits === ''));
}
