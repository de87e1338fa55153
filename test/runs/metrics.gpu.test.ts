/** The table of metrics against the events of a first step, of each of the three trainers. */
import { expect, it } from 'vitest';
import { mixedTask } from '../../src/data/mixture';
import { NATIVE_TASK } from '../../src/data/tasks';
import { deviceReport } from '../../src/kernels/device-report';
import { openModel } from '../../src/library/open-model';
import { eventLine, readLog } from '../../src/runs/event-lines';
import type { RunEvent } from '../../src/runs/events';
import { METRICS } from '../../src/runs/metrics';
import { type PreparedRun, pretrainingRun, reinforcedRun, supervisedRun } from '../../src/runs/open-run';
import { examplesFor } from '../../src/runs/sft-examples';
import { parseTrainConfig } from '../../src/settings/config';
import { newPretrainConfig, PRETRAIN_TABLE } from '../../src/settings/settings-pretrain';
import { parseSftConfig } from '../../src/settings/settings-sft';
import { fixtureBytes, utf8 } from '../setup/checkpoints';
import { readConversations } from '../setup/data';
import { diskFolder, fixturePath } from '../setup/fixtures';
import { testDevice } from '../setup/gpu';
import { NANO } from '../setup/session';

const device = testDevice();

async function firstEvents(prepared: PreparedRun): Promise<RunEvent[]> {
  const { gpu } = device;
  const events: RunEvent[] = [];
  const emit = (event: RunEvent) => void events.push(event);
  const run = await prepared.open({ gpu, device: deviceReport(gpu), store: null, emit, watched: false });
  await run.next();
  run.destroy();
  return events;
}

it('every figure of an event has its row, and every row its figure', async () => {
  const small = { problems: 2, group: 2, evalProblems: 1, evalSamples: 1 };
  const nano = await openModel(diskFolder(NANO));
  const { task } = NATIVE_TASK;
  const mixed = mixedTask('a,b', [
    { name: 'a', task, weight: 1 },
    { name: 'b', task, weight: 1 },
  ]);
  const chat = await openModel(diskFolder(fixturePath('tiny-chat')));
  const sums = await readConversations(fixtureBytes('tiny-chat', 'conversations.jsonl'), 'sums.jsonl');
  const sft = parseSftConfig({ data: 'sums.jsonl', batch: 2, samples: 0 }, 'test');
  const scratch = newPretrainConfig({ ...PRETRAIN_TABLE.defaults, batch: 1, layers: 1 });
  const events = [
    ...(await firstEvents(reinforcedRun(parseTrainConfig(small), nano, mixed))),
    ...(await firstEvents(supervisedRun(sft, chat, await examplesFor(chat, sums, sft.data, sft.maxLength)))),
    ...(await firstEvents(pretrainingRun(scratch, task))),
  ];
  for (const [type, rows] of Object.entries(METRICS)) {
    const { v: _, type: __, ...figures } = events.find((event) => event.type === type) as RunEvent;
    expect([type, ...Object.keys(figures).sort()]).toEqual([type, ...Object.keys(rows).sort()]);
  }
  for (const event of events) expect(readLog(utf8(eventLine(event))).events, event.type).toHaveLength(1); // not damaged
});
