/** A run's folder as one tab has it: while it is held, no other tab opens the run or deletes it. */
import { Busy, type Files } from '../host/files';

export class RunFolder {
  private letGo: (() => Promise<void>) | null = null;

  constructor(
    readonly id: string,
    readonly files: Files,
  ) {}

  /** From now on it is this tab's, until it is released or the tab is closed. Throws Busy where it is another's. */
  async hold(): Promise<void> {
    if (this.letGo) return;
    this.letGo = await new Promise((resolve, reject) => {
      const whileHeld = async (): Promise<void> => {
        await new Promise<void>((end) => {
          resolve(async () => {
            end();
            await held;
          });
        });
      };
      const held = this.files.exclusive('run', whileHeld, { wait: false });
      held.catch(reject);
    });
  }

  async release(): Promise<void> {
    const { letGo } = this;
    this.letGo = null;
    await letGo?.();
  }

  /** Whether some tab holds it, this one included. */
  async isHeld(): Promise<boolean> {
    if (this.letGo) return true;
    try {
      await this.files.exclusive('run', async () => {}, { wait: false });
      return false;
    } catch (error) {
      if (error instanceof Busy) return true;
      throw error;
    }
  }
}
