/** Follows one run: fetched again on each notice about it, several notices at once costing one request. */
import { type Api } from "@/api/client";
import { concerns, type Notices } from "@/api/notices";
import type { Run } from "@/api/types";

const DEBOUNCE_MS = 150;
const ENDED = new Set(["completed", "failed", "cancelled"]);

export const hasEnded = (run: Run): boolean => ENDED.has(run.state);

export class RunWatch {
  private readonly stopListening: () => void;
  private timer: number | undefined;
  private busy = false;
  private again = false;
  private ended = false;
  private stopped = false;

  constructor(
    private readonly api: Api,
    readonly run: string,
    notices: Notices,
    private readonly onRun: (run: Run) => void,
  ) {
    this.stopListening = notices.listen((notice) => {
      if (notice === null && this.ended) return;
      if (notice?.kind !== "log" && concerns(notice, this.run)) this.soon();
    });
    void this.fetch();
  }

  stop(): void {
    this.stopped = true;
    this.stopListening();
    window.clearTimeout(this.timer);
  }

  readonly soon = (): void => {
    if (this.stopped) return;
    this.timer ??= window.setTimeout(() => {
      this.timer = undefined;
      void this.fetch();
    }, DEBOUNCE_MS);
  };

  private async fetch(): Promise<void> {
    if (this.busy) {
      this.again = true;
      return;
    }
    this.busy = true;
    const run = await this.api.run(this.run).catch(() => null);
    this.busy = false;
    if (this.stopped) return;
    if (run) {
      this.ended = hasEnded(run);
      this.onRun(run);
    }
    if (this.again) {
      this.again = false;
      this.soon();
    }
  }
}
