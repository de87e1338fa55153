/** A vitest reporter that prints how many attempts to break the lab were made, by group, and how many of them failed (test/faults/attempts.ts). */
export default class AttemptsReporter {
  onTestRunEnd(modules) {
    const groups = new Map();
    for (const test of modules.flatMap((module) => [...module.children.allTests()])) {
      const { attempts } = test.meta();
      if (!attempts) continue;
      const row = groups.get(attempts.group) ?? { made: 0, failed: 0 };
      row.made += attempts.count;
      if (test.result().state === 'failed') row.failed += 1;
      groups.set(attempts.group, row);
    }
    const rows = [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
    const sum = (key) => rows.reduce((total, [, row]) => total + row[key], 0);
    const line = (name, made, failed) => console.log(`| ${name} | ${made} | ${failed} |`);
    line('group', 'attempts', 'failed');
    line('---', '---:', '---:');
    for (const [name, { made, failed }] of rows) line(name, made, failed);
    line('all', sum('made'), sum('failed'));
  }
}
