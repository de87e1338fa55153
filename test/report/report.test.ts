import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { VERSION } from '../../src/data/version';
import { draw, ticksOf } from '../../src/report/chart';
import { chartsOver, passChart, reportCharts, withoutPass } from '../../src/report/charts';
import { curvesCsv, resultsCsv } from '../../src/report/csv';
import { ACCURACY, CURVES, groupCurve } from '../../src/report/curves';
import { commandOf, groupsOf } from '../../src/report/groups';
import { reportHtml } from '../../src/report/html';
import { type LoadedRun, loadedRun } from '../../src/report/loaded-run';
import { reportOf } from '../../src/report/model';
import { type Shape, shapeText, svgFile } from '../../src/report/shape';
import { reachTable, resultsTable } from '../../src/report/tables';
import { eventLine, readLog } from '../../src/runs/event-lines';
import type { RunEvent } from '../../src/runs/events';
import { fakeSignals } from '../ui/fake-events';
import { fakeRun, fakeRunEvents } from './fake-runs';

const grpo = [0, 1, 2].map((seed) => fakeRun({ arm: 'grpo', seed, takesOff: 80 + 10 * seed, tops: 0.9 }));
const antisd = [0, 1, 2].map((seed) => fakeRun({ arm: 'antisd', seed, takesOff: 45, tops: 0.95 }));
const sd = fakeRun({ arm: 'sd', seed: 0, takesOff: 80, tops: 0.1 });
const model = reportOf([...grpo, ...antisd, sd]);
const [ofGrpo, ofAntisd, ofSd] = model.groups;

it('says the version of package.json', () => {
  expect(VERSION).toBe(JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version);
});

describe('a run is read for comparison', () => {
  const log = (lines: string) => readLog(new TextEncoder().encode(lines), 'compared');
  const events = fakeRunEvents({ arm: 'grpo', takesOff: 60 });

  it('as from the whole log, with what it cannot read counted', () => {
    const lines = events.map(eventLine);
    const broken = [...lines.slice(0, 9), lines[9].replace('"reward":', '"reword":'), ...lines.slice(10)].join('');
    const run = loadedRun('a', log(`${broken}{"crc":`));
    expect(run).toMatchObject({ damaged: 1, torn: true, done: 'finished', lab: '0.1.0' });
    const whole = loadedRun('a', { events, damaged: [], torn: false });
    expect(run?.evals.length).toBe(whole?.evals.length);
    expect(run?.final).toEqual(whole?.final);
    expect(run?.steps.length).toBe((whole?.steps.length ?? 0) - 1);
    expect(loadedRun('none', log(lines.slice(1).join('')))).toBeNull();
  });

  it('without settings of another type, also where nothing is their usual value', () => {
    const strange = { lambda: '=1+1', maxNewTokens: '@x', minDepth: null, seed: 7 };
    const told = events.map((e) => (e.type === 'start' ? { ...e, config: { ...e.config, ...strange } } : e));
    const run = loadedRun('a', { events: told as typeof events, damaged: [], torn: false });
    expect(run?.config).toMatchObject({ lambda: null, maxNewTokens: null, minDepth: null, seed: 7 });
  });

  it('with tokens and seconds since its beginning', () => {
    const { evals, steps } = fakeRun({ takesOff: 60 });
    expect(evals.map(({ tokens }) => tokens)).toEqual([0, 20, 40, 60, 80, 100, 120].map((step) => 1000 * step));
    expect(steps[119]).toMatchObject({ step: 120, tokens: 120_000, seconds: 60 });
  });
});

it('the same text under each run reads as that run’s text: words with blanks, pieces as they are', () => {
  const probed = (arm: 'grpo' | 'antisd', tokens: string[]) => {
    const { signals, rollouts, ...at } = fakeSignals(1, 1, 1, 0);
    const probe = { ...at, type: 'probe' as const, signals, rollouts: [{ ...rollouts[0], tokens }] };
    return loadedRun(arm, { events: [...fakeRunEvents({ arm, takesOff: 9 }), probe], damaged: [], torn: false });
  };
  const [words, pieces] = [probed('grpo', ['4', '9', '13']), probed('antisd', ['Wa', 'it', ', no'])];
  if (!words || !pieces) throw new Error('no runs');
  const text = reportHtml(reportOf([words, pieces]), { title: 'x' }).replace(/<[^>]*>/g, '');
  expect(text).toContain('4 9 13');
  expect(text).toContain('Wait, no');
});

it('a run that nothing was measured of says so, and is not taken for one of an earlier version', () => {
  const events = fakeRunEvents({ takesOff: 9 }).filter(({ type }) => type !== 'eval' && type !== 'eval-samples');
  const run = loadedRun('unmeasured', { events, damaged: [], torn: false });
  const notes = reportOf(run ? [run] : []).notes.join('\n');
  expect(notes).toContain('Without a held-out evaluation: antisd.');
  expect(notes).not.toContain('problem by problem');
});

describe('groups', () => {
  it('are runs of one method and other seeds', () => {
    expect(model.groups.map(({ group }) => [group.label, group.runs.length])).toEqual([
      ['grpo', 3],
      ['antisd', 3],
      ['sd', 1],
    ]);
  });

  it('are told apart by what differs, not by how long they ran or what they stored', () => {
    const runs = [
      fakeRun({ takesOff: 60, lambda: 0.3, steps: 40 }),
      fakeRun({ takesOff: 60, checkpointEvery: 5, seed: 1 }),
      fakeRun({ takesOff: 60, seed: 2, group: 8, lambda: 0.3 }),
    ];
    expect(groupsOf(runs).map(({ label }) => label)).toEqual([
      'antisd, lambda 0.3',
      'antisd',
      'antisd, lambda 0.3, group 8',
    ]);
  });

  it('are others where they went on from another run’s checkpoint', () => {
    const [{ type, ...start }, ...later] = fakeRunEvents({ takesOff: 60 });
    const goesOn = later.filter((event) => !('step' in event) || event.step > 40);
    const events = [{ ...start, type, resumedFrom: 40 } as RunEvent, ...goesOn];
    const forked = loadedRun('forked', { events, damaged: [], torn: false }) as LoadedRun;
    const [whole, begun] = groupsOf([fakeRun({ takesOff: 60 }), forked]);
    expect([whole.label, begun.label, whole.runs.length]).toEqual(['antisd', 'antisd, from step 40', 1]);
    expect(commandOf(forked)).toContain("--fork 'a run at step 40'");
    // A run that was resumed is whole: it is its own checkpoint that it went on from.
    const resumed = [...fakeRunEvents({ takesOff: 60 }), { ...start, type, resumedFrom: 120 } as RunEvent];
    expect(loadedRun('resumed', { events: resumed, damaged: [], torn: false })?.begunAt).toBe(0);
  });

  it('compare with the baseline whose settings are nearest', () => {
    const runs = [4, 8].flatMap((group) =>
      (['grpo', 'antisd'] as const).map((arm) => fakeRun({ arm, group, takesOff: arm === 'grpo' ? 80 : 40 })),
    );
    const found = reportOf(runs).groups.map(({ group, baseline }) => [group.label, baseline?.label ?? null]);
    expect(found).toEqual([
      ['grpo', null],
      ['antisd', 'grpo'],
      ['grpo, group 8', null],
      ['antisd, group 8', 'grpo, group 8'],
    ]);
  });

  it('are made by commands that name what differs from the defaults, safe in a shell', () => {
    const run = fakeRun({ arm: 'grpo', seed: 3, steps: 40, takesOff: 9, task: "my file's.jsonl; rm" });
    expect(commandOf(run)).toBe(
      "npm run lab -- train --task 'my file'\\''s.jsonl; rm' --method grpo --steps 40 --seed 3",
    );
  });
});

describe('the numbers', () => {
  it('have an interval over seeds and problems, and pass@k for every k', () => {
    const { accuracy, over, pass } = ofAntisd;
    const mean = antisd.reduce((sum, run) => sum + (run.evals.at(-1)?.figures.accuracy ?? 0), 0) / 3;
    expect(over).toBe('seeds and problems');
    expect(accuracy?.value).toBeCloseTo(mean, 12);
    expect(accuracy && accuracy.low < mean && mean < accuracy.high).toBe(true);
    expect(pass.map(({ k }) => k)).toEqual([1, 2, 3, 4]);
    expect(pass[0]).toEqual({ k: 1, ...accuracy });
    expect(pass[3].value).toBeGreaterThanOrEqual(pass[0].value);
  });

  it('say how soon each seed reaches the best of its baseline, and how many times sooner', () => {
    expect(ofAntisd.toBest.step.runs.every((reach) => reach?.censored === false)).toBe(true);
    const { speedUp } = ofAntisd.toBest.step;
    expect(speedUp).toMatchObject({ bound: 'exact', pairs: 3 });
    expect(speedUp?.value).toBeGreaterThan(1.2);
    expect(ofAntisd.toBest.tokens.speedUp?.value).toBeCloseTo(speedUp?.value ?? 0, 12); // a step has 1,000 tokens here
    expect(ofGrpo.baseline).toBeNull();
  });

  it('keep what never got there', () => {
    expect(ofSd.toBest.step.runs).toEqual([{ at: 120, censored: true }]);
    expect(ofSd.toBest.step.speedUp).toMatchObject({ bound: 'at most', low: 0 });
    expect(reachTable(model, 'toBest').rows[2].slice(2, 4)).toEqual(['> 120', '≤ 1.00 × (one seed)']);
    expect(resultsTable(model).rows).toHaveLength(3);
  });

  it('without problems are over seeds, without a baseline have no speed-up; both are said', () => {
    const runs = antisd.map((run) => ({ ...run, final: null, done: null, damaged: 2 }));
    const model = reportOf(runs);
    const { groups, notes } = model;
    expect([passChart(model), withoutPass(model)]).toEqual([null, expect.stringMatching(/pass@k is not known/)]);
    expect(passChart(reportOf([...runs, sd]))?.doc).toMatch(/; not known of antisd$/);
    expect(groups[0]).toMatchObject({ over: 'seeds', pass: [] });
    expect(groups[0].toBest.step.speedUp).toBeNull();
    expect(notes.join('\n')).toMatch(
      /No run of grpo[\s\S]*not known problem by problem[\s\S]*2 lines[\s\S]*unfinished/,
    );
  });
});

describe('curves', () => {
  it('are the mean over seeds with the interval over them, at the mean place', () => {
    const { band, seeds } = groupCurve(ofGrpo.group, ACCURACY, 'seconds');
    expect(band.map(({ x }) => x)).toEqual([0, 10, 20, 30, 40, 50, 60]);
    const at = seeds.map(({ points }) => points[4].y);
    expect(band[4].y).toBeCloseTo(at.reduce((a, b) => a + b) / 3, 12);
    expect([band[4].low, band[4].high]).toEqual([Math.min(...at), Math.max(...at)]);
  });

  it('of long runs are thinned, the last step kept', () => {
    const long = fakeRun({ takesOff: 60, steps: 1000 });
    const [reward] = CURVES.slice(1);
    const { band } = groupCurve(groupsOf([long])[0], reward, 'step');
    expect(band.length).toBeLessThanOrEqual(161);
    expect(band.at(-1)?.x).toBe(1000);
  });

  it('that no run has are not drawn', () => {
    expect(chartsOver(model, 'step').map(({ id }) => id)).not.toContain('distinct2-step');
    expect(reportCharts(model).map(({ id }) => id)).toEqual(
      ['accuracy-step', 'accuracy-tokens', 'accuracy-seconds', 'pass-at-k', 'reward-step'].concat(
        ['studentEntropy-step', 'teacherEntropy-step', 'responseLength-step'], //
      ),
    );
  });
});

describe('a chart', () => {
  const chart = passChart(model);
  const drawing = chart && draw(chart);
  const shapesIn = (at: Shape): Shape[] => [
    at,
    ...at.children.flatMap((c) => (typeof c === 'string' ? [] : shapesIn(c))),
  ];

  it('has a line, a band and a name for every group, no two alike', () => {
    const shapes = drawing ? shapesIn(drawing) : [];
    const named = shapes.filter(({ attributes }) => 'data-label' in attributes);
    expect(named.map(({ attributes }) => attributes['data-label'])).toEqual(['grpo', 'antisd', 'sd']);
    expect(new Set(named.map(({ attributes: a }) => `${a['stroke-dasharray']} ${a['stroke-width']}`)).size).toBe(3);
    expect(shapes.filter(({ tag }) => tag === 'polygon')).toHaveLength(3);
  });

  it('is nothing without points, and safe with any name', () => {
    expect(chart && draw({ ...chart, lines: [{ label: 'x', band: [] }] })).toBeNull();
    const evil =
      chart && draw({ ...chart, title: '<script>"', lines: chart.lines.map((l) => ({ ...l, label: '"><b>' })) });
    const text = evil ? svgFile(evil) : '';
    expect(text).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    expect(text).not.toMatch(/<script|<b>|NaN|undefined/);
  });

  it('breaks a name that is wider than the chart between its words, and makes room for its rows', () => {
    const long = `antisd, ${Array.from({ length: 12 }, (_, i) => `setting-${i} value`).join(', ')}`;
    const lines = chart?.lines.map((line, i) => (i === 1 ? { ...line, label: long } : line)) ?? [];
    const drawn = chart && draw({ ...chart, lines });
    const texts = drawn ? shapesIn(drawn).flatMap(({ tag, children: [text] }) => (tag === 'text' ? [text] : [])) : [];
    const at = texts.findIndex((text) => String(text).startsWith('antisd'));
    const rows = texts.slice(at, -1).map(String);
    expect([rows.join(' '), rows.length > 2, texts.at(-1)]).toEqual([long, true, 'sd']);
    expect(Math.max(...rows.map((row) => row.length))).toBeLessThan(90);
    const heightOf = (of: typeof drawn) => Number(String(of?.attributes.viewBox).split(' ')[3]);
    expect(heightOf(drawn) - heightOf(drawing)).toBe(18 * (rows.length + 1));
  });

  it('has round ticks', () => {
    expect(ticksOf(0, 1, 4)).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(ticksOf(0, 120, 6)).toEqual([0, 20, 40, 60, 80, 100, 120]);
    expect(ticksOf(0.031, 0.052, 4)).toEqual([0.035, 0.04, 0.045, 0.05]);
  });
});

describe('the files', () => {
  const evil = fakeRun({ name: '</td><script>alert(1)</script>', takesOff: 40, task: '=1+1"<i>' });
  const html = reportHtml(reportOf([evil, ...grpo]), { title: 'A & B <c>', command: 'report <x>' });

  it('HTML has no script, no request and no markup of anybody’s names', () => {
    expect(html).not.toMatch(/<script|<i>|<c>|<x>|<b>Wait|src=|href=|url\(|NaN|undefined/);
    expect(html).toContain('default-src &#39;none&#39;'.replaceAll('&#39;', "'"));
    expect(html).toContain('A &amp; B &lt;c&gt;');
  });

  it('HTML names configuration, seeds, version, device and commands, and prints on white', () => {
    expect(html).toContain('Example GPU');
    expect(html).toContain('npm run lab -- train');
    expect(html).toContain('0 / 1 / 2');
    expect(html).toContain(`AntiSD Lab ${VERSION}`);
    expect(html).toMatch(/@media print\{:root\{color-scheme:light/);
  });

  it('CSV has a row a run and step, and no cell that a spreadsheet takes for a formula', () => {
    const rows = curvesCsv(reportOf([evil]))
      .trimEnd()
      .split('\r\n');
    expect(rows).toHaveLength(1 + 121);
    expect(rows[1].split(',').slice(-10)[0]).toBe('0');
    expect(rows.slice(1).every((row) => !/(^|,)[=+@-]/.test(row))).toBe(true);
    const results = resultsCsv(model);
    expect(results).toMatch(/^group,seeds,measure,value,low,high\r\n"""grpo""",3,avg@k,/);
    expect(results).toContain('pass@4');
  });

  it('shapes are written with their text escaped', () => {
    expect(shapeText({ tag: 'text', attributes: { x: 1, y: '"' }, children: ['<'] })).toBe(
      '<text x="1" y="&quot;">&lt;</text>',
    );
  });
});
