import { createElement, memo } from 'react';
import type { Shape } from '../../report/shape';

const camel = (name: string): string =>
  /^(data|aria)-/.test(name) ? name : name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

const element = ({ tag, attributes, children }: Shape, key?: number): React.ReactElement =>
  createElement(
    tag,
    { key, ...Object.fromEntries(Object.entries(attributes).map(([name, value]) => [camel(name), value])) },
    ...children.map((child, i) => (typeof child === 'string' ? child : element(child, i))),
  );

/** A report's drawing, in the page's ink. */
export const Drawing = memo(function Drawing({ drawing }: { drawing: Shape }) {
  return element(drawing);
});
