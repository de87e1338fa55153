/**
 * Text of files, servers, models and links as it may be shown: what would move a cursor, turn the direction of reading or
 * show nothing at all stands as its escape. Raw it stays in files and pipes of data.
 */

// Controls but tab and line end; the marks of direction, what has no width or is a blank of another name, the line ends of
// Unicode, tags, what is no character (XML takes none of it), halves of pairs. U+200C and U+200D join letters and emoji, and
// stay. So does one selector of a look behind its character, of the many behind Han; a row of them hides a text.
const UNSEEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not pass
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\u{1d173}-\u{1d17a}\u{e0000}-\u{e00ff}\u{e01f0}-\u{e0fff}]|[\ufe00-\ufe0f](?<=[\ufe00-\ufe0f]{2})|[\u{e0100}-\u{e01ef}](?<!\p{Script=Han}.)|\u034f|\p{Surrogate}/gu;

/** `\u001b` for ESC, `\u{e0041}` for what needs more than four digits. */
export const visible = (text: string): string =>
  text.replace(UNSEEN, (character) => {
    const code = (character.codePointAt(0) as number).toString(16);
    return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`;
  });

/**
 * JSON, written without white space of its own or with line ends only, in which such characters stand as JSON's escapes: it
 * says the same, and an editor or a spreadsheet shows what is there.
 */
export const visibleJson = (json: string): string =>
  json.replace(UNSEEN, (character) =>
    Array.from(character.split(''), (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
  );

/** The same on one line, cut to `most` characters: for a name in a message. */
export function excerpt(text: string, most = 60): string {
  const cut = text.length > most ? `${text.slice(0, most)}…` : text;
  return visible(cut).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}
