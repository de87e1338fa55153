/** Word problems about speed, work and time. */
import { at, between, multiple, NAMES, pick, several, step, type Template, template, usd } from './template';

const TOWNS = ['the lake', 'the coast', 'the mountains', 'the next town', 'the airport', 'the old castle'] as const;

export const RATES: readonly Template[] = [
  template({
    name: 'average speed',
    draw(r) {
      const [h1, h2] = [between(r, 1, 5), between(r, 1, 4)];
      const v1 = multiple(r, 5, 40, 110);
      // the second speed differs by a multiple of all hours, so that the average is whole
      const v2 = v1 - (h1 + h2) * between(r, 1, Math.floor(30 / (h1 + h2)));
      return { who: pick(r, NAMES), goal: pick(r, TOWNS), h1, h2, v1, v2 };
    },
    question: ({ who, goal, h1, h2, v1, v2 }) =>
      `On the way to ${goal}, ${who} drives ${hours(h1)} at ${v1} km/h and then ${hours(h2)} at ${v2} km/h. What is the average speed of the whole drive in km/h?`,
    steps: ({ h1, h2, v1, v2 }) => [
      step('The first part is', '*', [h1, v1], 'km'),
      step('The second part is', '*', [h2, v2], 'km'),
      step('The whole way is', '+', [at(0), at(1)], 'km'),
      step('The drive takes', '+', [h1, h2], 'hours'),
      step('The average speed is', '/', [at(2), at(3)], 'km/h'),
    ],
    ending: (_, answer) => `So the average speed is ${answer} km/h.`,
  }),
  template({
    name: 'machine',
    draw: (r) => ({
      thing: pick(r, ['bottles', 'bricks', 'envelopes', 'buttons', 'tins'] as const),
      rate: between(r, 4, 30),
      hours: between(r, 2, 8),
      minutes: multiple(r, 5, 5, 55),
      bad: between(r, 3, 40),
    }),
    question: ({ thing, rate, hours: h, minutes, bad }) =>
      `A machine makes ${rate} ${thing} a minute. It runs for ${hours(h)} and ${minutes} minutes, and ${bad} of the ${thing} turn out faulty. How many good ${thing} does it make?`,
    steps: ({ thing, rate, hours: h, minutes, bad }) => [
      step('The full hours have', '*', [h, 60], 'minutes'),
      step('The machine runs for', '+', [at(0), minutes], 'minutes'),
      step('It makes', '*', [at(1), rate], `${thing}`),
      step('Without the faulty ones that is', '-', [at(2), bad], `${thing}`),
    ],
    ending: ({ thing }, answer) => `So it makes ${answer} good ${thing}.`,
  }),
  template({
    name: 'tank',
    draw(r) {
      const [leak, net, minutes] = [between(r, 1, 6), between(r, 2, 15), between(r, 5, 40)];
      const start = between(r, 10, 120);
      return { fill: leak + net, leak, start, full: start + net * minutes };
    },
    question: ({ fill, leak, start, full }) =>
      `A tank holds ${full} litres, and ${start} litres are in it. Every minute ${fill} litres flow in and ${leak} litres leak out. After how many minutes is the tank full?`,
    steps: ({ fill, leak, start, full }) => [
      step('There is room for', '-', [full, start], 'litres'),
      step('Every minute the tank gains', '-', [fill, leak], 'litres'),
      step('Filling it takes', '/', [at(0), at(1)], 'minutes'),
    ],
    ending: (_, answer) => `So the tank is full after ${answer} minutes.`,
  }),
  template({
    name: 'fuel',
    draw(r) {
      const perLitre = between(r, 8, 20);
      const litres = between(r, 2, 20);
      // there and back again, whole litres
      const way = perLitre % 2 === 0 ? (perLitre * litres) / 2 : perLitre * litres;
      return { who: pick(r, NAMES), goal: pick(r, TOWNS), perLitre, way, price: multiple(r, 0.25, 1.25, 2.5) };
    },
    question: ({ who, goal, perLitre, way, price }) =>
      `${who}’s car goes ${perLitre} km on a litre of fuel, which costs ${usd(price)}. It is ${way} km to ${goal}. How many dollars does the fuel for the way there and back cost?`,
    steps: ({ perLitre, way, price }) => [
      step('There and back is', '*', [2, way], 'km'),
      step('This takes', '/', [at(0), perLitre], 'litres'),
      step('The fuel costs', '*', [at(1), price], '$'),
    ],
    ending: (_, answer) => `So the fuel costs ${answer} dollars.`,
  }),
  template({
    name: 'reading',
    draw(r) {
      const [perDay, days, left] = [between(r, 8, 35), between(r, 3, 9), between(r, 2, 9)];
      return { who: pick(r, NAMES), perDay, days, left, pages: perDay * days + left * between(r, 5, 40) };
    },
    question: ({ who, perDay, days, left, pages }) =>
      `${who} has read ${perDay} pages a day of a book with ${pages} pages, for ${days} days. ${who} wants to finish it in ${left} more days, with the same number of pages on each. How many pages a day is that?`,
    steps: ({ who, perDay, days, left, pages }) => [
      step(`${who} has read`, '*', [perDay, days], 'pages'),
      step('What is left is', '-', [pages, at(0)], 'pages'),
      step('On each day that is', '/', [at(1), left], 'pages'),
    ],
    ending: ({ who }, answer) => `So ${who} has to read ${answer} pages a day.`,
  }),
  template({
    name: 'morning',
    draw(r) {
      const [a, b] = several(
        r,
        ['practises the violin', 'waters the garden', 'walks the dog', 'tidies the shed'] as const,
        2,
      );
      const [n, each, second] = [between(r, 2, 6), multiple(r, 5, 10, 40), multiple(r, 5, 15, 60)];
      const breaks = between(r, 3, 10);
      return { who: pick(r, NAMES), a, b, n, each, second, breaks };
    },
    question: ({ who, a, b, n, each, second, breaks }) =>
      `In the morning ${who} ${a} ${n} times for ${each} minutes, with a break of ${breaks} minutes after each time, and then ${b} for ${second} minutes. How many minutes does all of this take?`,
    steps: ({ n, each, second, breaks }) => [
      step('One time with its break takes', '+', [each, breaks], 'minutes'),
      step(`All ${n} times take`, '*', [n, at(0)], 'minutes'),
      step('With the rest that is', '+', [at(1), second], 'minutes'),
    ],
    ending: (_, answer) => `So it takes ${answer} minutes.`,
  }),
  template({
    name: 'catching up',
    draw(r) {
      const [slow, gain, hours] = [between(r, 10, 25), between(r, 2, 12), between(r, 2, 6)];
      const [first, second] = several(r, NAMES, 2);
      return { first, second, slow, fast: slow + gain, head: gain * hours };
    },
    question: ({ first, second, slow, fast, head }) =>
      `${first} cycles at ${slow} km/h and is ${head} km ahead of ${second}, who rides a scooter at ${fast} km/h in the same direction. How many km has ${second} gone when the two meet?`,
    steps: ({ second, slow, fast, head }) => [
      step(`Every hour ${second} gains`, '-', [fast, slow], 'km'),
      step('They meet after', '/', [head, at(0)], 'hours'),
      step(`By then ${second} has gone`, '*', [at(1), fast], 'km'),
    ],
    ending: ({ second }, answer) => `So ${second} has gone ${answer} km.`,
  }),
];

const hours = (n: number): string => (n === 1 ? '1 hour' : `${n} hours`);
