/** Word problems about averages, remainders, comparisons, ages and areas. */
import { at, between, multiple, NAMES, pick, several, step, type Template, template, times, usd } from './template';

const SUBJECTS = ['history', 'maths', 'biology', 'music', 'French'] as const;

export const COUNTING: readonly Template[] = [
  template({
    name: 'last test',
    draw(r) {
      for (;;) {
        const [a, b, c] = [between(r, 60, 95), between(r, 60, 95), between(r, 60, 95)];
        const goal = between(r, 70, 92);
        const last = 4 * goal - a - b - c;
        if (last >= 50 && last <= 100) return { who: pick(r, NAMES), subject: pick(r, SUBJECTS), a, b, c, goal };
      }
    },
    question: ({ who, subject, a, b, c, goal }) =>
      `${who} has ${a}, ${b} and ${c} points in three ${subject} tests. How many points does ${who} need in the fourth for an average of ${goal}?`,
    steps: ({ who, a, b, c, goal }) => [
      step('Four tests with this average have', '*', [4, goal], 'points'),
      step(`Up to now ${who} has`, '+', [a, b, c], 'points'),
      step('The fourth test needs', '-', [at(0), at(1)], 'points'),
    ],
    ending: ({ who }, answer) => `So ${who} needs ${answer} points.`,
  }),
  template({
    name: 'egg boxes',
    draw: (r) => ({
      who: pick(r, NAMES),
      hens: between(r, 5, 30),
      eggs: between(r, 3, 6),
      weeks: between(r, 2, 5),
      box: pick(r, [6, 10, 12] as const),
    }),
    question: ({ who, hens, eggs, weeks, box }) =>
      `${who} has ${hens} hens, and each lays ${eggs} eggs a week. After ${weeks} weeks ${who} packs all eggs into boxes of ${box}, filling as many boxes as possible. How many eggs are left over?`,
    steps: ({ hens, eggs, weeks, box }) => [
      step('A week brings', '*', [hens, eggs], 'eggs'),
      step('All weeks bring', '*', [at(0), weeks], 'eggs'),
      step('The number of full boxes is', 'down', [at(1), box]),
      step('They hold', '*', [at(2), box], 'eggs'),
      step('Left over are', '-', [at(1), at(3)], 'eggs'),
    ],
    ending: (_, answer) => `So ${answer} eggs are left over.`,
  }),
  template({
    name: 'buses',
    draw: (r) => ({
      goal: pick(r, ['the zoo', 'the museum', 'a concert', 'the harbour', 'a farm'] as const),
      classes: between(r, 3, 14),
      pupils: between(r, 17, 29),
      teachers: between(r, 2, 12),
      seats: pick(r, [30, 40, 45, 50, 55] as const),
      price: multiple(r, 10, 80, 250),
    }),
    question: ({ goal, classes, pupils, teachers, seats, price }) =>
      `${classes} classes of ${pupils} pupils go to ${goal} with ${teachers} teachers. A bus has ${seats} seats and costs ${usd(price)}. How many dollars do the buses cost?`,
    steps: ({ classes, pupils, teachers, seats, price }) => [
      step('The classes have', '*', [classes, pupils], 'pupils'),
      step('With the teachers that is', '+', [at(0), teachers], 'people'),
      step('The number of buses is', 'up', [at(1), seats]),
      step('They cost', '*', [at(2), price], '$'),
    ],
    ending: (_, answer) => `So the buses cost ${answer} dollars.`,
  }),
  template({
    name: 'pond',
    draw(r) {
      const [length, width] = [between(r, 10, 30), between(r, 6, 20)];
      return { length, width, a: between(r, 2, 5), b: between(r, 2, 5), price: between(r, 3, 15) };
    },
    question: ({ length, width, a, b, price }) =>
      `A garden is ${length} m long and ${width} m wide. A pond of ${a} m by ${b} m is dug in it, and the rest is covered with grass at ${usd(price)} a square metre. How many dollars does the grass cost?`,
    steps: ({ length, width, a, b, price }) => [
      step('The garden has', '*', [length, width], 'square metres'),
      step('The pond has', '*', [a, b], 'square metres'),
      step('The grass has', '-', [at(0), at(1)], 'square metres'),
      step('It costs', '*', [at(2), price], '$'),
    ],
    ending: (_, answer) => `So the grass costs ${answer} dollars.`,
  }),
  template({
    name: 'fence',
    draw(r) {
      const gap = between(r, 2, 5);
      // sides that are multiples of the gap put a post at every corner
      const [a, b] = [gap * between(r, 3, 12), gap * between(r, 3, 12)];
      return { animals: pick(r, ['sheep', 'goats', 'horses', 'llamas'] as const), gap, a, b, price: between(r, 4, 20) };
    },
    question: ({ animals, gap, a, b, price }) =>
      `A field for ${animals} is ${a} m long and ${b} m wide. A fence is put around it, with a post every ${gap} m. A post costs ${usd(price)}. How many dollars do the posts cost?`,
    steps: ({ gap, a, b, price }) => [
      step('Length and width are together', '+', [a, b], 'm'),
      step('The fence is', '*', [2, at(0)], 'm'),
      step('It needs', '/', [at(1), gap], 'posts'),
      step('They cost', '*', [at(2), price], '$'),
    ],
    ending: (_, answer) => `So the posts cost ${answer} dollars.`,
  }),
  template({
    name: 'ages',
    draw(r) {
      const [young, old] = several(r, NAMES, 2);
      return { young, old, age: between(r, 3, 14), factor: between(r, 2, 5), years: between(r, 2, 20) };
    },
    question: ({ young, old, age, factor, years }) =>
      `${young} is ${age} years old, and ${old} is ${times(factor)} as old. How old will the two be together in ${years} years?`,
    steps: ({ young, old, age, factor, years }) => [
      step(`${old} is now`, '*', [factor, age]),
      step(`In ${years} years ${old} will be`, '+', [at(0), years]),
      step(`By then ${young} will be`, '+', [age, years]),
      step('Together that is', '+', [at(1), at(2)], 'years'),
    ],
    ending: (_, answer) => `So together they will be ${answer} years old.`,
  }),
  template({
    name: 'comparison',
    draw(r) {
      const [a, b, c] = several(r, NAMES, 3);
      const [has, factor] = [between(r, 4, 25), between(r, 2, 5)];
      const thing = pick(r, ['stickers', 'apples', 'comics', 'photos', 'tickets', 'badges'] as const);
      return { a, b, c, thing, has, factor, fewer: between(r, 1, has * factor - 1) };
    },
    question: ({ a, b, c, thing, has, factor, fewer }) =>
      `${a} has ${has} ${thing}. ${b} has ${times(factor)} as many as ${a}, and ${c} has ${fewer} fewer than ${b}. How many ${thing} do the three have together?`,
    steps: ({ b, c, thing, has, factor, fewer }) => [
      step(`${b} has`, '*', [factor, has], `${thing}`),
      step(`${c} has`, '-', [at(0), fewer], `${thing}`),
      step('Together they have', '+', [has, at(0), at(1)], `${thing}`),
    ],
    ending: ({ thing }, answer) => `So the three have ${answer} ${thing}.`,
  }),
  template({
    name: 'theatre',
    draw(r) {
      const [rows, seats] = [between(r, 8, 25), between(r, 10, 30)];
      return { rows, seats, empty: between(r, 5, rows * 4), price: between(r, 5, 18), costs: between(r, 20, 200) };
    },
    question: ({ rows, seats, empty, price, costs }) =>
      `A theatre has ${rows} rows of ${seats} seats. At a play ${empty} seats stay empty, everybody who comes has paid ${usd(price)}, and the play costs ${usd(costs)} to put on. How many dollars does the theatre keep?`,
    steps: ({ rows, seats, empty, price, costs }) => [
      step('The theatre has', '*', [rows, seats], 'seats'),
      step('The number of guests is', '-', [at(0), empty]),
      step('They have paid', '*', [at(1), price], '$'),
      step('After the costs there remain', '-', [at(2), costs], '$'),
    ],
    ending: (_, answer) => `So the theatre keeps ${answer} dollars.`,
  }),
  template({
    name: 'legs',
    draw: (r) => ({
      who: pick(r, NAMES),
      hens: between(r, 3, 40),
      cows: between(r, 2, 20),
      spiders: between(r, 1, 12),
    }),
    question: ({ who, hens, cows, spiders }) =>
      `In a barn ${who} counts ${hens} hens, ${cows} cows and ${spiders} spiders with eight legs each. How many legs do the animals have together?`,
    steps: ({ hens, cows, spiders }) => [
      step('The hens have', '*', [hens, 2], 'legs'),
      step('The cows have', '*', [cows, 4], 'legs'),
      step('The spiders have', '*', [spiders, 8], 'legs'),
      step('Together that is', '+', [at(0), at(1), at(2)], 'legs'),
    ],
    ending: (_, answer) => `So the animals have ${answer} legs.`,
  }),
];
