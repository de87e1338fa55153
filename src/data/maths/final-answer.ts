/**
 * The answer that a response states: the last one that is boxed or announced ("The answer is …", "#### 42"). A response
 * without one has none; it is never searched for numbers. An answer that was cut off is none.
 */
import { closing, isBalanced } from './braces';
import { withoutMarks } from './clean';

/** A response's end, in characters: whoever has not answered there has not answered. */
const WINDOW = 20_000;
/** Longest announced answer. */
const LONGEST = 400;

interface Found {
  readonly at: number;
  readonly end: number;
  /** Null where it was cut off. */
  readonly answer: string | null;
}

/** The last boxed or stated answer as it is written, or null. Linear in the text. */
export function finalAnswer(text: string): string | null {
  const tail = withoutMarks(turnOf(text.slice(-WINDOW)));
  const boxed = lastBox(tail);
  const stated = lastStatement(tail);
  if (!stated || (boxed && (boxed.at >= stated.at || boxed.end > stated.at))) return boxed?.answer ?? null;
  return stated.answer;
}

/** A special token of a chat template or a tokenizer, as it looks where a response was decoded with it. */
const SPECIAL =
  /<\|[^|<>\s]{1,40}\|>|<｜[^｜<>\s]{1,40}｜>|<\/?s>|<\/?(?:eos|bos|pad|unk|sep|eod|eot|end_of_turn|start_of_turn|end_of_text|end_of_utterance)>|\[\/?(?:INST|EOS|BOS|SEP|PAD|CLS)\]/gi;
/** Where a response goes on as the other side. */
const NEXT_TURN =
  /(?:<\|im_start\|>|<\|start_header_id\|>|<start_of_turn>|<\|start\|>)\s*(?:user|human)\b|<\|user\|>|\[INST\]/i;

/** What was said before the other side's turn, without special tokens. */
const turnOf = (text: string): string => text.split(NEXT_TURN, 1)[0].replace(SPECIAL, '\n');

const BOX = /\\(?:boxed|fbox|framebox)(?![a-zA-Z])|(?<![a-zA-Z\\])boxed(?=\{)/g;

/** Between two boxes of one answer: "$\boxed{3}$ or $x = \boxed{5}$". */
const JOIN =
  /^[\s$]*(?:\\[)\]])?[\s$]*(?:[,;]|,? ?(?:and|or|\\text\{ ?(?:and|or) ?\}))(?:[\s$]|\\q?quad(?![a-z])|\\[ ,;])*(?:and |or )?(?:\\[([])?[\s$]*(?:[a-zA-Z](?:_\w)? ?= ?)?$/;

/** The last box that is not empty; boxes joined by commas, "and" or "or" are one answer. */
function lastBox(text: string): Found | null {
  const boxes: Found[] = [];
  for (const { 0: command, index } of text.matchAll(BOX)) {
    // A box within a box belongs to the outer one.
    if (boxes.length > 0 && index < boxes[boxes.length - 1].end) continue;
    const box = boxAt(text, index, index + command.length);
    if (box) boxes.push(box);
  }
  const last = boxes.pop();
  if (!last?.answer) return last ?? null;
  const joined = [last.answer];
  let { at } = last;
  for (let before = boxes.pop(); before?.answer; before = boxes.pop()) {
    const between = text.slice(before.end, at);
    if (between.length > LONGEST || !JOIN.test(between)) break;
    joined.unshift(before.answer);
    at = before.at;
  }
  return { at, end: last.end, answer: joined.join(', ') };
}

function boxAt(text: string, at: number, after: number): Found | null {
  let from = after;
  while (text[from] === ' ') from++;
  if (text[from] !== '{') {
    const bare = /[^\s${}\\.,;]+(?:[.,]\d+)*/y;
    bare.lastIndex = from;
    const found = bare.exec(text);
    // "… in \boxed notation" boxes nothing.
    const isWord =
      found &&
      (/^[('"*_]*(?:[a-zA-Z]{2,}|[aI](?=\s+[a-z]))|^[^\da-zA-Z]+$/.test(text.slice(from, from + 24)) ||
        found[0] === ')');
    return found && !isWord ? { at, end: bare.lastIndex, answer: found[0] } : null;
  }
  const end = closing(text, from);
  if (end < 0) return { at, end: text.length, answer: null };
  const answer = text.slice(from + 1, end).trim();
  // "\boxed{}" and "\boxed{your answer}" are the prompt's own words.
  if (answer === '' || answer === '...' || PLACEHOLDER.test(answer)) return null;
  return { at, end: end + 1, answer: statedIn(answer) ?? answer };
}

const PLACEHOLDER =
  /^[<[(]?(?:\\text(?:bf|it|rm)?\{)?\s*(?:(?:insert|put|write|place|type)\s+)?(?:(?:your|my|the|a|an|final|numerical|numeric|correct|exact|short)[\s_]+)*(?:answers?|results?|value|solution|response|notation|expression)(?:[\s_]+(?:here|goes here|only|value|itself))*\s*\.?\}?[>\])]?$/i;

/** The answer that a sentence in a box states: "\boxed{\text{The answer is } 36}". */
function statedIn(boxed: string): string | null {
  const isProse = boxed.length <= LONGEST && /(?:[a-z]{2,}[^a-zA-Z\\]+){3}/i.test(boxed);
  return isProse ? finalAnswer(`${boxed.replace(/\\text[a-z]*\{([^{}]*)\}/g, '$1')}.`) : null;
}

const SUBJECT = String.raw`(?:(?:correct|right) (?:option|choice)|(?:final|correct|right|exact|numerical)?\s{0,3}answers?(?:\s+(?:to|for|of)\s+(?:the|this|your)\s+\w+(?:\s+\w+){0,2})?)`;
const MARKS = String.raw`[*_\x60]{0,3}`;
/** "The answer is", "Answer:", "#### ", "Ans.", and a heading "Final Answer" above the answer. */
const ANNOUNCED = new RegExp(
  [
    String.raw`\b${SUBJECT}${MARKS}(?:['’]s\b|\s*(?:is|are|would be|should be|comes out to be|comes to|equals|=))\s{0,3}(?:therefore|thus|simply|just|clearly|exactly|given by|indeed)?${MARKS}\s{0,3}:?${MARKS}[ \t]*`,
    String.raw`(?<!\b(?:not|cannot|can't|to|will|must|should|and|we|I|you)\s{0,3})\b${SUBJECT}${MARKS}[ \t]*[:：]${MARKS}[ \t]*`,
    String.raw`\bfinal answer${MARKS}[ \t]+[-–—][ \t]+`,
    String.raw`<answer>[ \t]*`,
    String.raw`(?<=^|\n)[ \t]*(?:#{1,6}[ \t]*)?${MARKS}(?:the )?(?:final )?answer${MARKS}[ \t]*(?=\n)`,
    String.raw`(?<=^|\n)[ \t]*####[ \t]*(?=\S)`,
    String.raw`(?<=^|\n)[ \t]*ans(?:wer)?[ \t]*[.:：=][ \t]*`,
  ].join('|'),
  'gi',
);

function lastStatement(text: string): Found | null {
  const concluded = conclusion(text);
  let announced: Found | null = null;
  for (const { 0: words, index } of text.matchAll(ANNOUNCED)) {
    const from = index + words.length;
    if (/if (?:the|your|an?) $/i.test(text.slice(Math.max(0, index - 12), index))) continue;
    const found = words.trim() === '####' ? hashed(text, index, from) : statement(text, index, from);
    if (found) announced = found;
  }
  // "Therefore, the answer is x = 5." is both: what was announced is more exact.
  return announced && announced.end > (concluded?.at ?? -1) ? announced : concluded;
}

/** GSM8K's last line. "#### Step 2: …" is a heading. */
function hashed(text: string, at: number, from: number): Found | null {
  const line = lineAt(text, from);
  const end = from + line.length;
  const isStep = /^\d+[.)]\s+[a-zA-Z]/.test(line);
  const isLast = text.slice(end).trim() === '';
  const answer = unmarked(line);
  const isNumber = /^[-+]?\s*(?:\\?\$|[€£])?\s*[-+]?[\d.,]*\d[\d.,/:]*\s*(?:%|[a-zA-Z]+\s*){0,4}\.?$/.test(answer);
  if (
    isStep ||
    (!isNumber && (!isLast || /:$|^(?:step|solution|conclusion|explanation|final answer|answer)\b/i.test(answer)))
  )
    return null;
  return whole(at, end, answer);
}

/** What follows the announcement: to the end of its sentence, or on the lines below it. */
function statement(text: string, at: number, start: number): Found | null {
  const gap = /(?:[*_`]|\s|\\\[|\$\$)*/y;
  gap.lastIndex = start;
  const skipped = (gap.exec(text) as RegExpExecArray)[0];
  const from = start + skipped.length;
  const display = skipped.includes('\\[') ? '\\]' : skipped.includes('$$') ? '$$' : null;
  if (display) {
    const end = text.indexOf(display, from);
    return end < 0 ? { at, end: text.length, answer: null } : whole(at, end, text.slice(from, end));
  }
  // Tags end an answer: </answer>, <|im_end|>.
  const [rest] = lineAt(text, from)
    .slice(0, LONGEST)
    .split(/<(?:\/[a-z]|\||br)/);
  // Below the announcement: a list's mark is no minus, and the first of several steps is no answer.
  const line = skipped.includes('\n') ? rest.replace(/^[-•] +/, '') : rest;
  if (skipped.includes('\n') && /^\d{1,2}[.)]\s+\S/.test(line)) return null;
  const sentence = REASONS.exec(sentenceOf(line))?.[1] ?? sentenceOf(line);
  const answer = unmarked(sentence);
  if (NO_ANSWER.test(answer)) return null;
  return whole(at, from + sentence.length, answer);
}

/** Without an answer, or about one: "correct", "as follows", "in the form a/b". */
const NO_ANSWER =
  /^(?:$|(?:correct|right|wrong|incorrect|reasonable|valid|verified|consistent|clear|found|obtained|simplified|expected|indeed|also|already|as|in|to|that|when|because|therefore|we|you|what|which|choice|option|the (?:sum|product|number|total|value) (?:of|that))\b(?! ?\(?[A-J]\)?(?:\W|$))[^\d\\]*$|[[<][a-z ]+[\]>]|[-=_]{2,}$|\.\.\.)/i;
const REASONS = /^(.*?\S),? \(?(?:i\.e\.|because|since|as |so |which|where|given that|after )/;

/** A line up to the full stop, outside braces and formulas, that ends its first sentence. */
function sentenceOf(line: string): string {
  let [depth, formula] = [0, false];
  for (let i = 0; i < line.length; i++) {
    const c = line[i];
    if (c === '\\') {
      if (line[i + 1] === '(') formula = true;
      if (line[i + 1] === ')') formula = false;
      i++;
    } else if (c === '{' || c === '(') depth++;
    else if (c === '}' || c === ')') depth--;
    else if (c === '$' && !/\d/.test(line[i + 1] ?? '')) formula = !formula;
    else if ((c === '.' || c === '!' || c === '?') && depth <= 0 && !(formula && /\$/.test(line.slice(i)))) {
      if (
        /^[*_`"')$]*(?:\s|$)/.test(line.slice(i + 1, i + 6)) &&
        !/\b(?:approx|vs|sq|cu|ft|i\.e|e\.g)$/.test(line.slice(0, i))
      ) {
        if (c === '!' && /\d$/.test(line.slice(0, i)) && /^\s*[^\sA-Z]/.test(line.slice(i + 1))) continue;
        return line.slice(0, i);
      }
    }
  }
  return line;
}

/**
 * A last sentence that concludes with an equation, "Therefore, x = 5.": the right-hand side. The full stop must be there,
 * and nothing after it: a step that was cut off is no conclusion.
 */
function conclusion(text: string): Found | null {
  const end = text.trimEnd();
  const from = Math.max(end.lastIndexOf('\n') + 1, 0);
  const line = end.slice(from);
  if (line.length > LONGEST) return null;
  const [sentence = ''] = line.split(/(?<=[.!?])\s+/).slice(-1);
  const found =
    /^[*_]{0,2}(?:Therefore|Thus|Hence|So|In conclusion|Finally|In total|Altogether)\b,?\s([^=]*=.*?)[*_$\s]*(?:\\\))?\.[*_$\s]*$/.exec(
      sentence,
    );
  if (!found) return null;
  // "x = 5 and y = 6" is an answer of two parts.
  const [, equation] = found;
  const value = /,| and | or /.test(equation) ? equation : equation.slice(equation.lastIndexOf('=') + 1);
  return whole(end.length - sentence.length, end.length, unmarked(value));
}

function whole(at: number, end: number, written: string): Found | null {
  const answer = written.trim();
  if (answer === '') return null;
  return { at, end, answer: isBalanced(answer) ? answer : null };
}

function lineAt(text: string, from: number): string {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.slice(from) : text.slice(from, end);
}

/** Without Markdown's stars at the ends, and a full stop. */
const unmarked = (text: string): string =>
  withoutMarks(text.trim())
    .replace(/^[*_`\s:]+/, '')
    .replace(/(?:[*_`\s]|(?<!\.)\.)+$/, '');
