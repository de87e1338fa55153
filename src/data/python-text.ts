/** How Python, and so Jinja, writes values into a text: True and None, lists and dicts with quoted texts. */

/** A value of `@huggingface/jinja`'s interpreter. */
export interface Value {
  readonly type: string;
  readonly value: unknown;
  toString(): string;
}

/** str(value); an undefined value is nothing. */
export function pythonText(value: Value): string {
  if (value.type === 'StringValue') return value.value as string;
  if (value.type === 'UndefinedValue') return '';
  return pythonSource(value);
}

/** repr(value). */
function pythonSource(value: Value): string {
  const inside = value.value as never;
  switch (value.type) {
    case 'StringValue':
      return quoted(inside);
    case 'BooleanValue':
      return inside ? 'True' : 'False';
    case 'NullValue':
      return 'None';
    case 'UndefinedValue':
      return 'Undefined';
    case 'ArrayValue':
      return `[${(inside as Value[]).map(pythonSource).join(', ')}]`;
    case 'TupleValue':
      return `(${(inside as Value[]).map(pythonSource).join(', ')}${(inside as Value[]).length === 1 ? ',' : ''})`;
    case 'ObjectValue':
    case 'KeywordArgumentsValue':
    case 'NamespaceValue': {
      const entries = Array.from(inside as Map<string, Value>, ([key, one]) => `${quoted(key)}: ${pythonSource(one)}`);
      const dict = `{${entries.join(', ')}}`;
      return value.type === 'NamespaceValue' ? `<Namespace ${dict}>` : dict;
    }
    default:
      return value.toString();
  }
}

const SHORT: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' };

/** In single quotes, unless the text has some and no double ones; what cannot be printed as its escape. */
function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = text.replace(/[\\'\p{C}\p{Z}]/gu, (character) => {
    if (character === ' ' || (character === "'" && quote === '"')) return character;
    if (character === "'") return "\\'";
    const point = character.codePointAt(0) as number;
    const hex = (digits: number) => point.toString(16).padStart(digits, '0');
    return SHORT[character] ?? (point < 0x100 ? `\\x${hex(2)}` : point < 0x10000 ? `\\u${hex(4)}` : `\\U${hex(8)}`);
  });
  return quote + body + quote;
}
