/** A thread that packs in a browser. */
import type { PackQuestion, PackReply } from './pack-threads';
import { packWorker } from './pack-worker';

const scope = self as unknown as {
  postMessage(reply: PackReply, transfer: ArrayBuffer[]): void;
  onmessage: ((event: MessageEvent<PackQuestion>) => void) | null;
};
const pack = packWorker((reply, transfer) => scope.postMessage(reply, transfer));

scope.onmessage = ({ data }) => void pack(data);
