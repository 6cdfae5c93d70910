/** Carries each change to the server within a second: one request at a time, kept in the browser until it is there. */
import { type Api, ApiProblem, reasonOf } from "@/api/client";
import type { GraphDocument, Saved } from "@/api/types";
import type { SaveState } from "@/designer/state";

const DEBOUNCE_MS = 300;
const RETRY_MS = [1_000, 2_000, 4_000, 8_000, 15_000];

interface Kept {
  readonly base_revision: number;
  readonly document: GraphDocument;
  readonly at: string;
}

export interface SaverEvents {
  onState(state: SaveState): void;
  onSaved(saved: Saved): void;
  onConflict(): void;
}

export class Saver {
  private unsent: { document: GraphDocument; label: string } | null = null;
  private timer: number | undefined;
  private inFlight: Promise<void> | null = null;
  private failures = 0;
  private stopped = false;

  constructor(
    private readonly api: Api,
    private readonly draft: string,
    private revision: number,
    private readonly events: SaverEvents,
  ) {}

  /** The document changed: keep it, and send it soon. */
  changed(document: GraphDocument, label: string): void {
    this.unsent = { document, label: label || this.unsent?.label || "" };
    this.keep(document);
    if (this.stopped) return;
    this.events.onState({ kind: "saving" });
    this.schedule(this.failures ? this.retryDelay() : DEBOUNCE_MS);
  }

  /** Sends what is unsent now; resolves when all of it is there, rejects if it cannot be sent. */
  async flush(): Promise<void> {
    window.clearTimeout(this.timer);
    if (this.inFlight) await this.inFlight;
    if (this.unsent) await this.send();
    if (this.unsent) throw new ApiProblem(0, "not_saved", this.lastReason);
  }

  /** The server's document was taken over, at this revision: nothing of ours is left to send. */
  took(revision: number): void {
    window.clearTimeout(this.timer);
    this.revision = revision;
    this.unsent = null;
    this.stopped = false;
    this.failures = 0;
    forget(this.draft);
  }

  get hasUnsent(): boolean {
    return this.unsent !== null || this.inFlight !== null;
  }

  private lastReason = "";

  private schedule(delay: number): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.send(), delay);
  }

  private send(): Promise<void> {
    if (this.inFlight || !this.unsent || this.stopped) return this.inFlight ?? Promise.resolve();
    this.inFlight = this.put(this.unsent).finally(() => {
      this.inFlight = null;
      if (this.unsent && !this.stopped) this.schedule(this.failures ? this.retryDelay() : 0);
    });
    return this.inFlight;
  }

  private async put(sent: { document: GraphDocument; label: string }): Promise<void> {
    this.events.onState({ kind: "saving" });
    try {
      const saved = await this.api.saveDocument(this.draft, this.revision, sent.document, sent.label);
      this.revision = saved.revision;
      this.failures = 0;
      if (this.unsent === sent) {
        this.unsent = null;
        forget(this.draft);
        this.events.onState({ kind: "saved", at: saved.saved_at });
      }
      this.events.onSaved(saved);
    } catch (error) {
      this.failed(error);
    }
  }

  private failed(error: unknown): void {
    this.lastReason = reasonOf(error);
    const passing = error instanceof ApiProblem && error.isPassing;
    this.stopped = !passing && error instanceof ApiProblem && (error.status === 409 || error.status === 403 || error.status === 401);
    this.failures += 1;
    this.events.onState({ kind: "error", reason: this.lastReason, retrying: !this.stopped });
    if (error instanceof ApiProblem && error.status === 409) this.events.onConflict();
  }

  private retryDelay(): number {
    return RETRY_MS[Math.min(this.failures, RETRY_MS.length) - 1] ?? DEBOUNCE_MS;
  }

  private keep(document: GraphDocument): void {
    const kept: Kept = { base_revision: this.revision, document, at: new Date().toISOString() };
    try {
      localStorage.setItem(keyOf(this.draft), JSON.stringify(kept));
    } catch {
      // A full or forbidden store only costs the recovery after a crash; saving goes on.
    }
  }
}

/** What a crash left behind, if anything. */
export function kept(draft: string): Kept | null {
  try {
    const value = JSON.parse(localStorage.getItem(keyOf(draft)) ?? "null") as Partial<Kept> | null;
    return value?.document?.nodes && value.document.edges && value.document.layout ? (value as Kept) : null;
  } catch {
    return null;
  }
}

export function forget(draft: string): void {
  try {
    localStorage.removeItem(keyOf(draft));
  } catch {
    // Nothing was kept where nothing can be removed.
  }
}

const keyOf = (draft: string): string => `mlops.draft.${draft}`;
