/** SVG as a tree: the report writes it as text, the page hands it to React. Every text and value is escaped where it is written. */
import { escapeHtml } from '../inspect/export-html';

export interface Shape {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly children: readonly (Shape | string)[];
}

export const shape = (
  tag: string,
  attributes: Shape['attributes'],
  ...children: readonly (Shape | string)[]
): Shape => ({ tag, attributes, children });

export function shapeText({ tag, attributes, children }: Shape): string {
  const given = Object.entries(attributes).map(([name, value]) => ` ${name}="${escapeHtml(String(value))}"`);
  const body = children.map((child) => (typeof child === 'string' ? escapeHtml(child) : shapeText(child)));
  return `<${tag}${given.join('')}>${body.join('')}</${tag}>`;
}

/** An ink that can be read on white and on black. */
const FILE_INK = '#6e767e';

/** A file of its own. */
export const svgFile = (drawing: Shape, ink = FILE_INK): string =>
  `${shapeText({
    ...drawing,
    attributes: { xmlns: 'http://www.w3.org/2000/svg', ...drawing.attributes, color: ink },
  })}\n`;
