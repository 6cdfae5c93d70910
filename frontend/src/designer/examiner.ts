/** Asks for shapes and problems of the newest revision, one question at a time; saving never waits for the answer. */
import type { Api } from "@/api/client";
import type { Examined } from "@/api/types";

const DEBOUNCE_MS = 60;
const RETRY_MS = 5_000;

export class Examiner {
  private wanted: number;
  private timer: number | undefined;
  private isBusy = false;

  constructor(
    private readonly api: Api, private readonly draft: string, private known: number,
    private readonly onExamined: (examined: Examined) => void,
  ) {
    this.wanted = known;
  }

  reached(revision: number): void {
    this.wanted = Math.max(this.wanted, revision);
    this.soon(DEBOUNCE_MS);
  }

  /** What the drawing stands on has changed: the same revision may have other problems now. */
  again(): void {
    this.known = -1;
    this.soon(DEBOUNCE_MS);
  }

  private soon(delay: number): void {
    if (this.isBusy || this.wanted <= this.known) return;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.ask(), delay);
  }

  private async ask(): Promise<void> {
    this.isBusy = true;
    const found = await this.api.examined(this.draft).catch(() => null);
    this.isBusy = false;
    if (found && found.revision > this.known) {
      this.known = found.revision;
      this.onExamined(found);
    }
    this.soon(found ? DEBOUNCE_MS : RETRY_MS);
  }
}
