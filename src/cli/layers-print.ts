/** Layers in the terminal: a row a layer, the last layer first, as a picture of the network has it. */
import { BadInput } from '../data/errors';
import { layerFigures } from '../inspect/analysis';
import { signed } from '../inspect/signed';
import { tintOfU } from '../inspect/tint';
import type { LayerReading, ScoredText } from '../inspect/types';
import { painted, quoted } from './paint';

/** The whole response by layer, the picture of u where there are colours, and one token by layer where it is named. */
export function layersText(layers: LayerReading, scored: ScoredText, coloured: boolean, token?: number): string {
  const shares = layers.information
    ? [
        `I: what the states tell about c, compared with ${layers.contexts - 1} other contexts; at most log ${layers.contexts} = ${Math.log(layers.contexts).toFixed(2)} nats`,
      ]
    : [];
  return [
    ...(coloured ? ['u by layer (rows, the last on top) and token (columns):', picture(layers), ''] : []),
    'the whole response, read out of every layer:',
    whole(layers),
    ...shares,
    ...(token === undefined ? [] : ['', one(layers, scored, token)]),
  ].join('\n');
}

const downwards = ({ u }: LayerReading): number[] => Array.from(u.keys()).reverse();
const cells = (...values: string[]): string => values.map((value) => value.padStart(9)).join('');
const name = (l: number): string => `layer ${l + 1}`.padEnd(11);

const picture = (layers: LayerReading): string =>
  downwards(layers)
    .map((l) => `${name(l)}${Array.from(layers.u[l], (u) => painted(' ', tintOfU(u))).join('')}`)
    .join('\n');

function whole(layers: LayerReading): string {
  const figures = layerFigures(layers);
  const rows = downwards(layers).map((l) => {
    const { sumU, studentEntropy, teacherEntropy, information } = figures[l];
    const told = information === null ? [] : [signed(information, 3)];
    return name(l) + cells(signed(sumU), studentEntropy.toFixed(3), teacherEntropy.toFixed(3), ...told);
  });
  return [
    ' '.repeat(11) + cells('Σu', 'mean H_S', 'mean H_T', ...(layers.information ? ['mean I'] : [])),
    ...rows,
  ].join('\n');
}

/** Throws BadInput where the response has no such token. */
function one(layers: LayerReading, { tokens }: ScoredText, token: number): string {
  const i = token - 1;
  if (i >= tokens.length)
    throw new BadInput(`The response has ${tokens.length} tokens`, '--token', 'Give a smaller number.');
  const { s, t, u, H_S, H_T, information, likeliest } = layers;
  const rows = downwards(layers).map((l) => {
    const told = information ? [signed(information[l][i], 3)] : [];
    const numbers = [
      ...[u, s, t].map((c) => signed(c[l][i], 3)),
      ...[H_S, H_T].map((c) => c[l][i].toFixed(3)),
      ...told,
    ];
    return `${name(l)}${cells(...numbers)}  ${quoted(likeliest.student[l][i])}, ${quoted(likeliest.teacher[l][i])}`;
  });
  const head = cells('u', 's', 't', 'H_S', 'H_T', ...(information ? ['I'] : []));
  return [
    `token ${token}, ${quoted(tokens[i])}:`,
    `${' '.repeat(11)}${head}  likeliest of student, teacher`,
    ...rows,
  ].join('\n');
}
