/** Word problems about fractions, percents, ratios and parts of a whole. */
import { greatestCommonDivisor } from './solve';
import { at, between, multiple, NAMES, pick, several, step, type Template, template } from './template';

const PARTS: Readonly<Record<number, string>> = { 2: 'half', 3: 'a third', 4: 'a quarter', 5: 'a fifth' };
const THINGS = ['marbles', 'shells', 'stamps', 'beads', 'walnuts', 'coins', 'cards'] as const;

export const SHARES: readonly Template[] = [
  template({
    name: 'what is left',
    draw(r) {
      const [part, each] = [between(r, 2, 5), between(r, 6, 30)];
      const [who, other] = several(r, NAMES, 2);
      const rest = part * each - each;
      return { who, other, thing: pick(r, THINGS), part, all: part * each, lost: between(r, 1, rest - 1) };
    },
    question: ({ who, other, thing, part, all, lost }) =>
      `${who} has ${all} ${thing} and gives ${PARTS[part]} of them to ${other}. Then ${who} loses ${lost} ${thing}. How many ${thing} does ${who} have left?`,
    steps: ({ who, other, thing, part, all, lost }) => [
      step(`${other} gets`, '/', [all, part], `${thing}`),
      step(`${who} keeps`, '-', [all, at(0)], `${thing}`),
      step('After the loss there are', '-', [at(1), lost], `${thing}`),
    ],
    ending: ({ who, thing }, answer) => `So ${who} has ${answer} ${thing} left.`,
  }),
  template({
    name: 'part of a part',
    draw(r) {
      const [a, b] = [between(r, 2, 5), between(r, 2, 5)];
      const sport = pick(r, ['football', 'chess', 'hockey', 'table tennis', 'volleyball'] as const);
      return { sport, a, b, all: a * b * between(r, 3, 15), guests: between(r, 2, 20) };
    },
    question: ({ sport, a, b, all, guests }) =>
      `Of ${all} pupils ${PARTS[a]} play ${sport}. Of those, ${PARTS[b]} come to a tournament, where they meet ${guests} players of other schools. How many players are at the tournament?`,
    steps: ({ sport, a, b, all, guests }) => [
      step(`The number who play ${sport} is`, '/', [all, a]),
      step('The number of these who come is', '/', [at(0), b]),
      step('With the guests that is', '+', [at(1), guests], 'players'),
    ],
    ending: (_, answer) => `So ${answer} players are at the tournament.`,
  }),
  template({
    name: 'ratio',
    draw(r) {
      const a = between(r, 2, 7);
      const b = a + between(r, 1, 5);
      const [who, other] = several(r, NAMES, 2);
      return { who, other, thing: pick(r, THINGS), a, b, all: (a + b) * between(r, 3, 20) };
    },
    question: ({ who, other, thing, a, b, all }) =>
      `${who} and ${other} share ${all} ${thing} in the ratio ${a} to ${b}. How many more ${thing} than ${who} does ${other} get?`,
    steps: ({ who, other, thing, a, b, all }) => [
      step('The parts are together', '+', [a, b], 'parts'),
      step('One part is', '/', [all, at(0)], `${thing}`),
      step(`${who} gets`, '*', [a, at(1)], `${thing}`),
      step(`${other} gets`, '*', [b, at(1)], `${thing}`),
      step('The difference is', '-', [at(3), at(2)], `${thing}`),
    ],
    ending: ({ other, thing }, answer) => `So ${other} gets ${answer} ${thing} more.`,
  }),
  template({
    name: 'way to school',
    draw(r) {
      const [walk, cycle] = [multiple(r, 10, 10, 50), pick(r, [20, 25, 50] as const)];
      // a multiple of 200 keeps both percentages whole
      return {
        town: pick(r, ['Northfield', 'Easton', 'Lakeview', 'Hillside'] as const),
        all: multiple(r, 200, 200, 1800),
        walk,
        cycle,
      };
    },
    question: ({ town, all, walk, cycle }) =>
      `The school of ${town} has ${all} pupils. ${walk}% of them walk to school, ${cycle}% of the others cycle, and the rest take the bus. How many pupils take the bus?`,
    steps: ({ all, walk, cycle }) => [
      step('The number who walk is', '%', [walk, all]),
      step('The others are', '-', [all, at(0)], 'pupils'),
      step('Of these, the number who cycle is', '%', [cycle, at(1)]),
      step('The bus is left to', '-', [at(1), at(2)], 'pupils'),
    ],
    ending: (_, answer) => `So ${answer} pupils take the bus.`,
  }),
  template({
    name: 'not red',
    draw(r) {
      for (;;) {
        const [red, blue, green] = [between(r, 2, 12), between(r, 2, 12), between(r, 2, 12)];
        const thing = pick(r, ['marbles', 'balls', 'beads', 'buttons', 'tiles'] as const);
        // a fraction that has to be reduced
        const facts = { who: pick(r, NAMES), thing, red, blue, green };
        if (greatestCommonDivisor(blue + green, red + blue + green) > 1) return facts;
      }
    },
    question: ({ who, thing, red, blue, green }) =>
      `A bag holds ${red} red, ${blue} blue and ${green} green ${thing}. ${who} draws one without looking. What is the probability that it is not red? Give a fraction in lowest terms.`,
    steps: ({ thing, red, blue, green }) => [
      step('In the bag there are', '+', [red, blue, green], `${thing}`),
      step('Not red are', '+', [blue, green], `${thing}`),
      step('The share of these is', 'fraction', [at(1), at(0)]),
    ],
    ending: (_, answer) => `So the probability is ${answer}.`,
  }),
  template({
    name: 'growth',
    draw(r) {
      const [up, down] = [multiple(r, 10, 10, 50), multiple(r, 10, 10, 40)];
      return {
        club: pick(r, ['choir', 'swimming club', 'drama group', 'rowing club'] as const),
        all: multiple(r, 100, 100, 900),
        up,
        down,
      };
    },
    question: ({ club, all, up, down }) =>
      `A ${club} has ${all} members. In one year it grows by ${up}%, and in the next it shrinks by ${down}%. How many members does it then have?`,
    steps: ({ all, up, down }) => [
      step('In the first year it gains', '%', [up, all], 'members'),
      step('Then it has', '+', [all, at(0)], 'members'),
      step('In the next it loses', '%', [down, at(1)], 'members'),
      step('Then it has', '-', [at(1), at(2)], 'members'),
    ],
    ending: ({ club }, answer) => `So the ${club} has ${answer} members.`,
  }),
  template({
    name: 'recipe',
    draw(r) {
      const serves = between(r, 2, 6);
      const [cups, times] = [between(r, 2, 9), between(r, 2, 8)];
      const dish = pick(r, ['soup', 'bread', 'pancakes', 'dumplings', 'porridge'] as const);
      return { who: pick(r, NAMES), dish, serves, cups, guests: serves * times, have: between(r, 1, cups * times - 1) };
    },
    question: ({ who, dish, serves, cups, guests, have }) =>
      `A recipe of ${dish} for ${serves} people takes ${cups} cups of flour. ${who} cooks for ${guests} people and has ${have} cups of flour. How many cups are missing?`,
    steps: ({ serves, cups, guests, have }) => [
      step('The recipe is made', '/', [guests, serves], 'times'),
      step('This takes', '*', [at(0), cups], 'cups'),
      step('Missing are', '-', [at(1), have], 'cups'),
    ],
    ending: (_, answer) => `So ${answer} cups of flour are missing.`,
  }),
];
