/**
 * `node scripts/data-memory.mjs [NAME …]`: what large files of problems and examples take of memory, by the commands as a user
 * runs them: the process' largest size, above that with a hundred rows of the same kind, and above the data's own size
 * (docs/bounds.md allows 512 MB). A row of the table for each; names choose rows. The files are made in the system's
 * temporary folder, and removed.
 */
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createGzip } from 'node:zlib';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const CHAT = join(root, 'test/fixtures/tiny-chat');
const WORDS =
  'let us see what comes of the sum when we add the tens first and then the ones and carry what is left'.split(' ');
const words = (i, n) =>
  Array.from({ length: n }, (_, k) => WORDS[(i * 7 + k * 13 + (i >> 3)) % WORDS.length]).join(' ');

/** Rows of each kind: how many, and what row i is. */
const short = (i) => ({ question: `What is ${i} + 28?`, answer: `${i + 28}` });
const solved = (i) => ({
  question: `Anna has ${i} apples and buys 28 more. How many?`,
  answer: `${i} + 28 = ${i + 28}.\n#### ${i + 28}`,
});
const long = (i) => ({ question: `Problem ${i}: ${words(i, 60)}?`, answer: `${words(i, 340)}\n#### ${i}` });
const pair = (i) => ({ prompt: `What is ${i} + 28?`, completion: `${i + 28}` });
/** No longer: the model has 512 positions, and its tokens are short. */
const longPair = (i) => ({ prompt: `Problem ${i}: ${words(i, 20)}?`, completion: `${words(i, 90)} ${i}` });

const RUN = '--problems 1 --group 2 --max-new-tokens 8 --steps 1 --eval-every 0'.split(' ');
const train = (file, out) => ['train', '--model', CHAT, '--task', file, ...RUN, '--out', out];
const FEW = '--problems 2 --samples 1 --max-new-tokens 8'.split(' ');
const evaluate = (file, out) => ['eval', '--model', CHAT, '--data', file, ...FEW, '--out', out];
/** Stopped after its first update. */
const sft = (file, out) => ['sft', '--model', CHAT, '--data', file, '--json', '--out', out];
const FIRST = /"type":"sft-step"/;
const ROWS = {
  'train, 10⁶ lines': [train, 1e6, short],
  'train, 10⁶ lines with solutions': [train, 1e6, solved],
  'train, 300 MB': [train, 160_000, long],
  'eval, 10⁶ lines': [evaluate, 1e6, short],
  'eval, 300 MB': [evaluate, 160_000, long],
  'sft, 10⁶ lines': [sft, 1e6, pair],
  'sft, 300 MB': [sft, 580_000, longPair],
  'sft, 300 MB packed': [sft, 580_000, longPair, '.gz'],
};

/** Makes a file of n rows; gives its size unpacked. */
async function make(file, n, row) {
  let size = 0;
  const text = function* () {
    for (let i = 0; i < n; i++) {
      const line = Buffer.from(`${JSON.stringify(row(i))}\n`);
      size += line.length;
      yield line;
    }
  };
  const packed = file.endsWith('.gz') ? [createGzip({ level: 1 })] : [];
  await pipeline([Readable.from(text()), ...packed, createWriteStream(file)]);
  return size;
}

/** Runs `lab ARGS`; gives its largest size in bytes and its processor time in seconds. */
function measured(args) {
  const tell =
    "const u=process.resourceUsage();console.error('USED',u.maxRSS*1024,(u.userCPUTime+u.systemCPUTime)/1e6)";
  const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(`process.on("exit",()=>{${tell}})`)}`;
  const child = spawn(process.execPath, [join(root, 'bin/lab.mjs'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS },
  });
  let said = '';
  child.stderr.on('data', (text) => {
    said += text;
  });
  let stopped = false;
  child.stdout.on('data', (text) => {
    if (!stopped && FIRST.test(text)) stopped = child.kill('SIGINT');
  });
  return new Promise((resolve, reject) =>
    child.on('close', (code) => {
      const used = [...said.matchAll(/^USED (\d+) (\S+)$/gm)].map(([, bytes, cpu]) => ({
        bytes: Number(bytes),
        cpu: Number(cpu),
      }));
      if (code !== (stopped ? 130 : 0) || used.length === 0) reject(new Error(said.slice(-2000)));
      else resolve(used.reduce((a, b) => (a.bytes > b.bytes ? a : b)));
    }),
  );
}

const MB = (bytes) => (bytes / 1e6).toFixed(0);
const folder = await mkdtemp(join(tmpdir(), 'antisd-data-'));
try {
  console.log('| data | size, MB | largest process, MB | above few rows | above the data | processor, s |');
  console.log('|---|---|---|---|---|---|');
  const chosen = process.argv.slice(2);
  for (const [name, [command, n, row, packing = '']] of Object.entries(ROWS)) {
    if (chosen.length > 0 && !chosen.includes(name)) continue;
    const [few, all] = ['few', 'all'].map((of) => join(folder, `${of}.jsonl${packing}`));
    await make(few, 100, row);
    const size = await make(all, n, row);
    const base = await measured(command(few, join(folder, 'base')));
    const { bytes, cpu } = await measured(command(all, join(folder, 'run')));
    const above = bytes - base.bytes;
    console.log(`| ${name} | ${MB(size)} | ${MB(bytes)} | ${MB(above)} | ${MB(above - size)} | ${cpu.toFixed(0)} |`);
    for (const used of ['base', 'run', `few.jsonl${packing}`, `all.jsonl${packing}`])
      await rm(join(folder, used), { recursive: true, force: true });
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
