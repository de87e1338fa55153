/** Hostile addresses: the page is one of its pages, the settings are refused in short words, and no prototype is a name. */
import { describe, expect, it } from 'vitest';
import { excerpt, visible } from '../../src/data/visible';
import { ignoredOf } from '../../src/ui/learn/rooms';
import { ignoredIn, pageOf } from '../../src/ui/route';
import { stateFromQuery } from '../../src/ui/state/chosen';
import { INITIAL } from '../../src/ui/state/store';

describe('a hash', () => {
  it.each(['#__proto__', '#constructor', '#toString?x', `#${'A'.repeat(1 << 20)}`])('%.20s is told of', (hash) => {
    expect(pageOf(hash)).toBe('train');
    const word = ignoredIn(hash) as string;
    expect(word).toContain('was ignored');
    expect(word.length).toBeLessThan(200);
  });

  it.each(['#?a=1', '#train?__proto__=1', '#compare?a', '#learn?chapter=hint&x=1', `#train?${'a'.repeat(1 << 20)}`])(
    '%.30s asks for what the page does not know',
    (hash) => {
      const word = ignoredIn(hash) as string;
      expect(word).toMatch(/^The address asks for “.+”, which this page does not know: it was ignored\.$/);
      expect(word.length).toBeLessThan(200);
    },
  );

  it.each([
    ['__proto__', /a chapter “__proto__”/],
    ['hint&ask=write,nope', /a chapter “nope”/],
    [`hint&class=${'x'.repeat(5000)}`, /^The address invites to a class/],
  ])('asks the lessons for %.30s', (asked, word) => {
    expect(ignoredOf({ search: '', hash: `#learn?chapter=${asked}` })).toMatch(word);
  });

  it.each(['', '#learn', '#learn?chapter=hint', '#learn?chapter=teacher', '#learn?class=10b&ask=write,hint'])(
    '%s asks the lessons for what there is',
    (hash) => {
      expect([ignoredIn(hash), ignoredOf({ search: '?arm=grpo', hash })]).toEqual([null, null]);
    },
  );

  it.each(['', '#', '#train', '#inspect?1jAAAA'])('%s needs no word', (hash) => {
    expect(ignoredIn(hash)).toBeNull();
  });
});

describe('a query', () => {
  const refused = (query: string): string => {
    try {
      stateFromQuery(query, INITIAL.sft);
    } catch (error) {
      return (error as Error).message;
    }
    throw new Error('It was taken.');
  };

  it.each(['?arm=sd&steps=3&arm=grpo', '?arm=sd&steps=3&arm=sd'])('%s has a setting twice', (query) => {
    expect(refused(query)).toBe('arm stands twice (link). Keep one of the two.');
  });

  it.each(['__proto__', 'constructor', 'toString'])('%s is no setting', (name) => {
    expect(refused(`?${name}=1`)).toContain(`Unknown setting "${name}"`);
    expect(refused(`?kind=sft&${name}=1`)).toContain(`Unknown setting "${name}"`);
  });

  it('of 100,000 parameters is refused by its length', () => {
    const query = `?${Array.from({ length: 100_000 }, (_, i) => `p${i}=1`).join('&')}`;
    expect(refused(query)).toMatch(/and 65536 are read/);
  });

  it('with a long name or value is refused in a short message', () => {
    expect(refused(`?${'n'.repeat(60_000)}=1`).length).toBeLessThan(2000);
    expect(refused(`?steps=${'9x'.repeat(30_000)}`).length).toBeLessThan(2000);
  });
});

describe('text that is shown', () => {
  it('has escapes for what a terminal obeys and an eye does not see', () => {
    expect(visible('a\u001b[2J\u202eb\u{e0041}\ud800 👩‍👩‍👧 שלום\n\t')).toBe(
      'a\\u001b[2J\\u202eb\\u{e0041}\\ud800 👩‍👩‍👧 שלום\n\t',
    );
    expect(excerpt('ab\n\u0007cd', 4)).toBe('ab\\n\\u0007…');
  });
});
