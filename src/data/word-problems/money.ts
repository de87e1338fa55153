/** Word problems about buying, saving and earning. Amounts are whole dollars or quarters. */
import { at, between, multiple, NAMES, pick, several, step, type Template, template, usd } from './template';

const GOODS = ['notebooks', 'pears', 'stickers', 'candles', 'muffins', 'postcards', 'brushes', 'lemons'] as const;
const WANTED = ['a bicycle', 'a guitar', 'a camera', 'a tent', 'a telescope', 'a skateboard'] as const;
const CRAFTS = ['bracelets', 'bookmarks', 'key rings', 'clay bowls', 'soaps'] as const;

export const MONEY: readonly Template[] = [
  template({
    name: 'change',
    draw(r) {
      const [first, second] = several(r, GOODS, 2);
      const [n, m] = [between(r, 2, 6), between(r, 2, 6)];
      const [p, q] = [multiple(r, 0.25, 0.5, 5), multiple(r, 0.25, 0.5, 5)];
      const paid = [10, 20, 50, 100].find((note) => note > n * p + m * q) as number;
      return { who: pick(r, NAMES), first, second, n, m, p, q, paid };
    },
    question: ({ who, first, second, n, m, p, q, paid }) =>
      `${who} buys ${n} ${first} at ${usd(p)} each and ${m} ${second} at ${usd(q)} each, and pays with ${usd(paid)}. How many dollars does ${who} get back?`,
    steps: ({ first, second, n, m, p, q, paid }) => [
      step(`The ${first} cost`, '*', [n, p], '$'),
      step(`The ${second} cost`, '*', [m, q], '$'),
      step('Together they cost', '+', [at(0), at(1)], '$'),
      step('The change is', '-', [paid, at(2)], '$'),
    ],
    ending: ({ who }, answer) => `So ${who} gets ${answer} dollars back.`,
  }),
  template({
    name: 'discount',
    draw(r) {
      const thing = pick(r, ['shirts', 'lamps', 'chairs', 'kettles', 'rucksacks', 'jackets'] as const);
      const price = multiple(r, 20, 20, 180);
      return { who: pick(r, NAMES), thing, price, off: multiple(r, 5, 5, 60), n: between(r, 2, 6) };
    },
    question: ({ who, thing, price, off, n }) =>
      `A shop sells ${thing} at ${usd(price)} each. In the sale every price is lowered by ${off}%. How many dollars does ${who} pay for ${n} ${thing} in the sale?`,
    steps: ({ price, off, n }) => [
      step('The discount on one is', '%', [off, price], '$'),
      step('One costs in the sale', '-', [price, at(0)], '$'),
      step(`All ${n} cost`, '*', [n, at(1)], '$'),
    ],
    ending: ({ who }, answer) => `So ${who} pays ${answer} dollars.`,
  }),
  template({
    name: 'saving',
    draw(r) {
      const [weekly, weeks, have] = [between(r, 6, 25), between(r, 3, 14), between(r, 10, 90)];
      return { who: pick(r, NAMES), thing: pick(r, WANTED), weekly, have, price: have + weekly * weeks };
    },
    question: ({ who, thing, weekly, have, price }) =>
      `${who} wants to buy ${thing} that costs ${usd(price)}. ${who} has ${usd(have)} and saves ${usd(weekly)} every week. After how many weeks can ${who} buy it?`,
    steps: ({ weekly, have, price }) => [
      step('The money still missing is', '-', [price, have], '$'),
      step('The time this takes is', '/', [at(0), weekly], 'weeks'),
    ],
    ending: ({ who }, answer) => `So ${who} can buy it after ${answer} weeks.`,
  }),
  template({
    name: 'profit',
    draw(r) {
      const [boxes, each] = [between(r, 3, 12), between(r, 6, 20)];
      const sold = multiple(r, 0.5, 1, 4);
      const cost = between(r, 2, Math.floor(each * sold) - 1);
      return { who: pick(r, NAMES), thing: pick(r, GOODS), boxes, each, cost, sold };
    },
    question: ({ who, thing, boxes, each, cost, sold }) =>
      `${who} buys ${boxes} boxes of ${thing} for ${usd(cost)} a box. There are ${each} ${thing} in a box, and ${who} sells all of them for ${usd(sold)} apiece. What is the profit in dollars?`,
    steps: ({ who, thing, boxes, each, cost, sold }) => [
      step(`The boxes hold`, '*', [boxes, each], `${thing}`),
      step(`${who} sells them for`, '*', [at(0), sold], '$'),
      step('The boxes cost', '*', [boxes, cost], '$'),
      step('The profit is', '-', [at(1), at(2)], '$'),
    ],
    ending: ({ who }, answer) => `So ${who} makes a profit of ${answer} dollars.`,
  }),
  template({
    name: 'shared bill',
    draw(r) {
      const people = between(r, 2, 6);
      const [a, b, c] = [between(r, 8, 40), between(r, 8, 40), between(r, 8, 40)];
      // the bill is rounded up so that the tip and each share come out whole
      const whole = 10 * people;
      const extra = (whole - ((a + b + c) % whole)) % whole;
      return { people, a, b, c: c + extra, tip: pick(r, [10, 20] as const) };
    },
    question: ({ people, a, b, c, tip }) =>
      `${people} friends eat out. The starters cost ${usd(a)}, the main courses ${usd(b)} and the drinks ${usd(c)}. They add a tip of ${tip}% and share everything equally. How many dollars does each of them pay?`,
    steps: ({ people, a, b, c, tip }) => [
      step('The bill is', '+', [a, b, c], '$'),
      step('The tip is', '%', [tip, at(0)], '$'),
      step('With the tip that is', '+', [at(0), at(1)], '$'),
      step('Each pays', '/', [at(2), people], '$'),
    ],
    ending: (_, answer) => `So each of them pays ${answer} dollars.`,
  }),
  template({
    name: 'overtime',
    draw: (r) => ({
      who: pick(r, NAMES),
      place: pick(r, ['a bakery', 'a library', 'a garage', 'a nursery', 'a cinema'] as const),
      normal: between(r, 30, 40),
      extra: between(r, 2, 12),
      wage: multiple(r, 2, 10, 30),
    }),
    question: ({ who, place, normal, extra, wage }) =>
      `${who} works at ${place} for ${usd(wage)} an hour. Hours beyond ${normal} a week are paid half as much again. How many dollars does ${who} earn in a week of ${normal + extra} hours?`,
    steps: ({ normal, extra, wage }) => [
      step('The hours beyond the limit are', '-', [normal + extra, normal], 'hours'),
      step('The usual hours earn', '*', [normal, wage], '$'),
      step('Half of the wage is', '/', [wage, 2], '$'),
      step('An extra hour is paid', '+', [wage, at(2)], '$'),
      step('The extra hours earn', '*', [at(0), at(3)], '$'),
      step('Together that is', '+', [at(1), at(4)], '$'),
    ],
    ending: ({ who }, answer) => `So ${who} earns ${answer} dollars that week.`,
  }),
  template({
    name: 'craft fair',
    draw(r) {
      const [made, days, price] = [between(r, 5, 15), between(r, 2, 6), between(r, 2, 6)];
      const [gifts, have] = [between(r, 2, 8), between(r, 10, 60)];
      const goal = (made * days - gifts) * price + have + between(r, 5, 150);
      return { who: pick(r, NAMES), thing: pick(r, CRAFTS), made, days, gifts, price, have, goal };
    },
    question: ({ who, thing, made, days, gifts, price, have, goal }) =>
      `${who} makes ${made} ${thing} a day for ${days} days, gives ${gifts} of them away and sells the others at ${usd(price)} each. ${who} had ${usd(have)} before and needs ${usd(goal)}. How many dollars are still missing?`,
    steps: ({ who, thing, made, days, gifts, price, have, goal }) => [
      step(`${who} makes`, '*', [made, days], `${thing}`),
      step('For sale there are', '-', [at(0), gifts], `${thing}`),
      step('They bring in', '*', [at(1), price], '$'),
      step(`With the money from before ${who} has`, '+', [at(2), have], '$'),
      step('Missing are', '-', [goal, at(3)], '$'),
    ],
    ending: (_, answer) => `So ${answer} dollars are missing.`,
  }),
];
