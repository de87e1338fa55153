/** Chat templates that would never end, or fill the memory: each ends, with what is right or a word. */
import { expect } from 'vitest';
import { chatTemplate } from '../../src/data/chat';
import { BadInput } from '../../src/data/errors';
import { type Attempt, attempts } from '../faults/attempts';

const STEPS = /too many steps/;
const LARGE = /a value of more than|is too long|makes .* parts/;
const doubled = (times: number, name = 's') => `{% set ${name} = ${name} ~ ${name} %}`.repeat(times);
const megabyte = `{% set s = 'abcdefghijklmnop' %}${doubled(16)}`;
const list = (times: number) => `{% set a = [1, 2] %}${'{% set a = a + a %}'.repeat(times)}`;

/** A template, and what is said of it; a text where it is fine. */
const TEMPLATES: [id: string, what: string, source: string, outcome: RegExp | string][] = [
  ['range', 'a range of 10⁹', '{% for i in range(1000000000) %}{% endfor %}', /a range of 1000000000 numbers/],
  ['endless range', 'a range without end', '{% for i in range(0, 5, 0) %}{% endfor %}', /step must not be zero/],
  ['infinite range', 'a range to infinity', '{% for i in range(0, 1e308 * 10) %}{% endfor %}', /The chat template/],
  [
    'nested loops',
    'five loops of 1,000 in each other',
    `${'{% for i in range(1000) %}'.repeat(5)}x${'{% endfor %}'.repeat(5)}`,
    STEPS,
  ],
  [
    'empty loops',
    'loops of 30,000 that do nothing',
    `{% for i in range(1000) %}{% for j in range(30000) %}{% endfor %}{% endfor %}`,
    STEPS,
  ],
  ['doubled text', 'a text doubled forty times', `{% set s = 'x' %}${doubled(40)}{{ s }}`, LARGE],
  ['doubled by +', 'the same with +', `{% set s = 'x' %}${'{% set s = s + s %}'.repeat(40)}`, LARGE],
  ['doubled list', 'a list doubled forty times', list(40), LARGE],
  [
    'list of lists',
    'a list of two times the last one, forty times',
    `{% set a = [1] %}${'{% set a = [a, a] %}'.repeat(40)}{{ a | tojson }}`,
    LARGE,
  ],
  [
    'deep list',
    'lists in lists, 100 deep',
    `{% set a = [1] %}${'{% set a = [a] %}'.repeat(100)}{{ a }}`,
    /more than 64 deep/,
  ],
  [
    'dict of dicts',
    'the same with dicts',
    `{% set a = {'k': 1} %}${"{% set a = {'k': a, 'l': a} %}".repeat(40)}{{ a }}`,
    LARGE,
  ],
  [
    'namespaces',
    'namespaces in namespaces',
    '{% set a = namespace(x=1) %}{% set b = namespace(x=1) %}{% set b.l = a %}{% set b.r = a %}',
    /a namespace in another value/,
  ],
  [
    'round namespace',
    'a namespace in itself',
    '{% set a = namespace(x=1) %}{% set a.a = a %}{{ a }}',
    /a namespace in another value/,
  ],
  ['replace', 'a text put around every letter', `${megabyte}{{ s | replace('', s) }}`, LARGE],
  ['replace method', 'the same as a method', `${megabyte}{{ s.replace('', s) }}`, LARGE],
  [
    'replace by another way',
    'the method in a variable',
    `${megabyte}{% set f = s.replace %}{{ f('', s) }}`,
    /a method \(replace\) that is not called/,
  ],
  [
    'replace by a made name',
    'the method by a name that is made',
    `${megabyte}{% set n = 'rep' ~ 'lace' %}{{ s[n]('', s) }}`,
    /a method .* that is not called/,
  ],
  [
    'replace block',
    'the filter as a block',
    `${megabyte}{% filter replace('', s) %}{{ s }}{% endfilter %}`,
    /a block of the filter/,
  ],
  ['join', 'a long separator', `${megabyte}${list(13)}{{ a | join(s) }}`, LARGE],
  ['join method', 'the same as a method', `${megabyte}${list(13)}{{ s.join(a) }}`, LARGE],
  [
    'split',
    'a text of a million parts',
    `${megabyte}{{ s.split('a') | length }}{{ s.replace('a', 'a a a').split('a') | length }}{{ s.replace('b', 'aa').replace('c', 'aa').split('a') | length }}`,
    LARGE,
  ],
  ['indent', 'an indent of 10⁹', "{{ 'a\\nb' | indent(1000000000) }}", /an indent or separator is too large/],
  [
    'indent by name',
    'the same by name',
    "{{ 'a\\nb' | indent(width=1000000000) }}",
    /an indent or separator is too large/,
  ],
  ['indent unpacked', 'the same unpacked', "{{ 'a\\nb' | indent(*[1000000000]) }}", /indent with unpacked/],
  ['tojson', 'JSON indented by 10⁹', '{{ [[1]] | tojson(indent=1000000000) }}', /an indent or separator is too large/],
  [
    'tojson separators',
    'long separators',
    `${megabyte}{{ [1, 2] | tojson(separators=(s, s)) }}`,
    /an indent or separator is too large/,
  ],
  ['slices', 'slices of a long text', `${megabyte}{% for i in range(10000) %}{% set t = s[::-1] %}{% endfor %}`, STEPS],
  [
    'upper',
    'capitals of a long text, again and again',
    `${megabyte}{% for i in range(10000) %}{% set t = s.upper() %}{% endfor %}`,
    STEPS,
  ],
  [
    'in',
    'a search in a long text, again and again',
    `${megabyte}{% for i in range(10000) %}{% if 'zz' in s %}{% endif %}{% endfor %}`,
    STEPS,
  ],
  [
    'compare',
    'a list compared with a text',
    `${list(13)}{% for i in range(10000) %}{% if a == 'x' %}{% endif %}{% endfor %}`,
    STEPS,
  ],
  [
    'sort',
    'a long list sorted, again and again',
    `${list(13)}{% for i in range(10000) %}{% set b = a | sort %}{% endfor %}`,
    STEPS,
  ],
  [
    'items',
    'the pairs of a dict, again and again',
    `{% set d = {${Array.from({ length: 500 }, (_, i) => `'k${i}': 1`).join(',')}} %}{% for i in range(30000) %}{% set b = d.items() %}{% endfor %}`,
    STEPS,
  ],
  [
    'recursion',
    'a macro that calls itself',
    '{% macro m(n) %}{{ m(n + 1) }}{% endmacro %}{{ m(0) }}',
    /nested more than|call stack/,
  ],
  [
    'forking recursion',
    'one that calls itself twice, 60 deep',
    '{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}',
    STEPS,
  ],
  [
    'macros in a loop',
    'a long macro defined again and again',
    `{% for i in range(30000) %}{% macro m() %}${'{{ 1 }}'.repeat(2000)}{% endmacro %}{% endfor %}`,
    STEPS,
  ],
  ['brackets', '200,000 brackets', `{{ ${'('.repeat(200_000)}1${')'.repeat(200_000)} }}`, /The chat template/],
  [
    'ifs',
    '20,000 ifs in each other',
    `${'{% if true %}'.repeat(20_000)}x${'{% endif %}'.repeat(20_000)}`,
    /The chat template/,
  ],
  ['terms', 'a sum of 100,000 terms', `{{ 1${' + 1'.repeat(100_000)} }}`, /The chat template/],
  ['filters', '10,000 filters in a row', `{{ 'x'${' | upper'.repeat(10_000)} }}`, /The chat template/],
  ['size', 'a template of 50 MB', 'x'.repeat(50e6), /it has 50000000 characters/],
  ['white space', 'a megabyte of white space', ' '.repeat(1e6), /white space characters in a row/],
  ['comment without end', 'a comment of a megabyte without an end', `{#${'x'.repeat(1e6)}`, /end of comment/],
  ['unpacked', 'a call with 16,384 arguments', `${list(13)}{{ range(*a) | length }}`, '1'],
];

const rows: Attempt[] = TEMPLATES.map(([id, what, source, outcome]) => ({
  id: `template/${id}`,
  group: 'chat templates',
  what,
  expected: typeof outcome === 'string' ? outcome : `"${outcome.source}"`,
  gate: true,
  run() {
    const render = () =>
      chatTemplate(new Map([['chat_template.jinja', source]]), 'model').render([{ role: 'user', content: 'Hi' }], {
        addGenerationPrompt: true,
        thinking: false,
      });
    if (typeof outcome === 'string') return expect(render()).toBe(outcome);
    expect(render).toThrow(BadInput);
    expect(render).toThrow(outcome);
  },
}));

attempts(rows);
