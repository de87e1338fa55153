/**
 * The tinted response as a PNG, with title, legend and caption. Always light, twice the page's resolution. The browser
 * lays the lines out, so that scripts of either direction stand as on the page; what it says is then painted.
 */
import { visible } from '../../../data/visible';
import type { Inspection } from '../../../inspect/export';
import { signed } from '../../format';
import { tintLabel } from '../../heatmap/Legend';
import type { Measure } from '../../heatmap/measures';
import { nameShown } from '../../models/names';
import { BREAK_MARK, type Line, layOut } from '../../tokens/lines';
import { tintOf } from '../../tokens/tint';
import { widthIn } from '../../tokens/usePage';
import type { View } from '../view';
import { lightColours, type Palette } from './palette';

/** Lengths in the page's pixels. */
const WIDTH = 960;
const MARGIN = 32;
const LEADING = 24;
const CAPTION = 11;
const BASE = 13;
const TITLE = 15;
const TEXT = WIDTH - 2 * MARGIN;
const SCALE = 2;
/** Canvases beyond this are refused by some browsers. */
const TALLEST = 16_000;

/** A token's tint. */
interface Box {
  readonly x: number;
  readonly width: number;
  readonly step: number;
}

/** A line as one text, so that letters join across tokens. */
interface Row {
  readonly text: string;
  readonly rtl: boolean;
  readonly boxes: readonly Box[];
}

/** Throws Error where the response is too long for a picture. */
export async function pictureOf(view: View, inspection: Inspection): Promise<Uint8Array<ArrayBuffer>> {
  const colours = lightColours();
  const { words: wordsFont, tokens: tokensFont } = colours.fonts;
  await document.fonts.ready;
  const { lines } = layOut(view.pieces, view.count, TEXT - 4, widthIn(inFont(BASE, tokensFont)));
  const height = MARGIN * 2 + LEADING * (lines.length + 4);
  const scale = height * SCALE <= TALLEST ? SCALE : 1;
  if (height * scale > TALLEST)
    throw new Error(
      `The picture would be ${height} pixels high, browsers draw ${TALLEST}. Export the HTML page instead.`,
    );
  const canvas = document.createElement('canvas');
  canvas.width = WIDTH * scale;
  canvas.height = height * scale;
  const ctx = canvas.getContext('2d');
  if (!ctx) throw new Error('This browser gives no canvas to draw on. Export the HTML page instead.');
  ctx.scale(scale, scale);
  ctx.fillStyle = colours.surface;
  ctx.fillRect(0, 0, WIDTH, height);
  ctx.textBaseline = 'middle';

  const { subject, problem, origin } = inspection;
  const question = visible(problem.question.split('\n')[0]);
  put(ctx, question, MARGIN, MARGIN, `600 ${inFont(TITLE, wordsFont)}`, colours.ink);
  const facts = `Σu ${signed(view.analysis.sumU)} nats over ${view.count} tokens; ${visible(`${nameShown(subject.model)}. ${origin}`)}`;
  put(ctx, facts, MARGIN, MARGIN + LEADING, inFont(BASE, wordsFont), colours.muted);
  legend(ctx, view.measure, colours, MARGIN + 2 * LEADING);

  const top = MARGIN + 3.5 * LEADING;
  placed(lines, view, tokensFont).forEach((row, i) => {
    const y = top + i * LEADING;
    for (const { x, width, step } of row.boxes) {
      ctx.fillStyle = colours.tint(step, view.measure.scale);
      ctx.fillRect(x, y - 10, width, 20);
      ctx.fillStyle = colours.ink;
      if (step < 0) underline(ctx, x, y + 9, width);
    }
    ctx.font = inFont(BASE, tokensFont);
    ctx.direction = row.rtl ? 'rtl' : 'ltr';
    ctx.textAlign = row.rtl ? 'right' : 'left';
    ctx.fillText(row.text, row.rtl ? WIDTH - MARGIN : MARGIN, y);
  });
  ctx.direction = 'ltr';
  put(ctx, 'AntiSD Lab', MARGIN, height - MARGIN, inFont(CAPTION, wordsFont), colours.muted);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/png'));
  if (!blob) throw new Error('The browser could not write the picture. Export the HTML page instead.');
  return new Uint8Array(await blob.arrayBuffer());
}

const pixels = (n: number): string => `${n}px`;
const inFont = (size: number, family: string): string => `${pixels(size)} ${family}`;

function put(ctx: CanvasRenderingContext2D, text: string, x: number, y: number, font: string, colour: string): void {
  ctx.font = font;
  ctx.fillStyle = colour;
  ctx.textAlign = 'left';
  ctx.fillText(text, x, y, WIDTH - MARGIN - x);
}

function underline(ctx: CanvasRenderingContext2D, x: number, y: number, width: number): void {
  for (let at = 0; at + 1 <= width; at += 3) ctx.fillRect(x + at, y, 1, 1);
}

function legend(ctx: CanvasRenderingContext2D, measure: Measure, colours: Palette, y: number): void {
  const { fonts } = colours;
  const steps = measure.scale === 'both' ? [-3, -2, -1, 0, 1, 2, 3] : [0, 1, 2, 3];
  const words = `${measure.doc}${measure.unit && `, ${measure.unit}`}`;
  put(ctx, words, MARGIN, y, inFont(CAPTION, fonts.words), colours.muted);
  let x = MARGIN + ctx.measureText(words).width + 16;
  for (const step of steps) {
    const label = tintLabel(step, measure.domain, measure.negative || step < 0);
    ctx.font = inFont(CAPTION, fonts.tokens);
    const width = ctx.measureText(label).width + 12;
    if (step !== 0) {
      ctx.fillStyle = colours.tint(step, measure.scale);
      ctx.fillRect(x, y - 8, width, 16);
    }
    put(ctx, label, x + 6, y, ctx.font, colours.ink);
    x += width;
  }
}

/** Where the browser puts every token, from a copy of the lines outside the window. */
function placed(lines: readonly Line[], view: View, font: string): Row[] {
  const host = document.createElement('div');
  Object.assign(host.style, {
    position: 'fixed',
    left: pixels(-2 * WIDTH),
    top: '0',
    width: pixels(TEXT),
    font: inFont(BASE, font),
    whiteSpace: 'pre',
  });
  const rows = lines.map((line) => {
    const row = document.createElement('div');
    row.dir = line.rtl ? 'rtl' : 'ltr';
    const spans = line.fragments.map(({ token, text, look, breaks }) => {
      const blank = look === 'text' && text.startsWith(' ') ? ' ' : '';
      const span = document.createElement('span');
      const shown = look === 'space' ? text.replace(/ /g, '·') : text.slice(blank.length);
      span.textContent = shown + (breaks && token !== null ? BREAK_MARK : '');
      row.append(blank, span);
      return { span, step: token === null ? 0 : tintOf(view.values[token], view.measure) };
    });
    host.append(row);
    return { row, rtl: line.rtl, spans };
  });
  document.body.append(host);
  const { left } = host.getBoundingClientRect();
  const placedRows = rows.map(({ row, rtl, spans }) => {
    const tinted = spans.filter(({ step }) => step !== 0);
    const boxes = tinted.map(({ span, step }) => {
      const box = span.getBoundingClientRect();
      return { x: MARGIN + box.left - left, width: box.width, step };
    });
    return { text: row.textContent, rtl, boxes };
  });
  host.remove();
  return placedRows;
}
