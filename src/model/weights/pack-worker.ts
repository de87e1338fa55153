/** What a thread that packs does, on either host. */
import { storedBytes } from '../../kernels/weight-format/weight-format';
import type { PackQuestion, PackReply } from './pack-threads';
import { Packer } from './packer';

type Send = (reply: PackReply, transfer: ArrayBuffer[]) => void;

/** Values packed at a time, which with their words stay in a processor's cache. */
const AT_ONCE = 64 * 1024;

/** Says when it is ready; gives what to do with a question. */
export function packWorker(send: Send): (question: PackQuestion) => Promise<void> {
  const opened = Packer.open();
  void opened.then((packer) => packer && send({ type: 'ready' }, []));
  return async (question) => {
    const { room, words } = question;
    send({ type: 'verdict', room, words, packed: packAll((await opened) as Packer, question) }, [room, words]);
  };
}

function packAll(packer: Packer, { room, words, dtype, format, count }: PackQuestion): boolean {
  const raw = new Uint8Array(room);
  const scales = storedBytes(format, count).data;
  for (let first = 0; first < count; first += AT_ONCE) {
    const some = Math.min(AT_ONCE, count - first);
    const own = dtype === 'BF16' ? packer.narrow(some) : packer.values(some);
    const from = first * own.BYTES_PER_ELEMENT;
    new Uint8Array(own.buffer, own.byteOffset, own.byteLength).set(raw.subarray(from, from + own.byteLength));
    const packed = packer.pack(own, format);
    if (!packed?.scales) return false;
    const at = storedBytes(format, first);
    new Uint32Array(words, at.data).set(packed.data);
    new Uint32Array(words, scales + at.scales).set(packed.scales);
  }
  return true;
}
