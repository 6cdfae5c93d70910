/** Keeps one page's copy of a draft and the server's log together: sends the own operations, hears the others'. */
import { type Api, ApiProblem, reasonOf } from "@/api/client";
import { concerns, type Notices } from "@/api/notices";
import type { Draft, News } from "@/api/types";
import type { Outbox } from "@/designer/outbox";
import type { SaveState } from "@/designer/state";
import { type Change, compose } from "@/graph/changes";
import { begin, type History, type Kind, type Operation, undoing } from "@/graph/history";
import * as replicas from "@/graph/replica";
import { freshUuid } from "@/graph/uuid";

const DEBOUNCE_MS = 200;
const RETRY_MS = [1_000, 2_000, 4_000, 8_000, 15_000];
const ONE_STEP_MS = 1_000;
const MOST_AT_ONCE = 100;
const MOST_BYTES = 1_000_000;
/** Browsers take 64 KiB from a page that is closing. */
const MOST_ON_LEAVING = 40_000;
const FEW_STEPS = 20;

export interface SyncEvents {
  onShown(history: History, others: readonly replicas.Entry[]): void;
  onState(state: SaveState): void;
  onNews(news: News): void;
  /** A change that the server could not read was set aside. */
  onRefused(label: string, reason: string): void;
  /** The draft is not there any more. */
  onGone(reason: string): void;
}

export class Sync {
  private replica: replicas.Replica;
  private older: number | null;
  private timer: number | undefined;
  private busy: Promise<void> | null = null;
  private inFlight = new Set<string>();
  private failures = 0;
  private since = "";
  private lastReason = "";
  private stopped = false;
  private lookAgain = false;
  private savedAt: string;
  private last = { key: "", at: 0, step: "" };
  private readonly stopListening: () => void;

  constructor(
    private readonly api: Api,
    private readonly draft: string,
    opened: Draft,
    private readonly outbox: Outbox,
    notices: Notices,
    private readonly canEdit: boolean,
    private readonly events: SyncEvents,
  ) {
    const { undo, redo, older } = opened.steps;
    const merged = (step: (typeof undo)[number]) => ({ ...step, changes: step.changes.reduce(compose, []) });
    this.replica = replicas.replicaOf(opened.me, opened.revision, opened.document, undo.map(merged), redo.map(merged));
    this.older = older;
    this.savedAt = opened.saved_at;
    this.stopListening = notices.listen((notice) => {
      if (notice && (notice.kind !== "draft" || !concerns(notice, this.draft))) return;
      if (notice === null) this.collect();
      this.lookAgain = true;
      this.soon(0);
    });
    window.addEventListener("online", this.onOnline);
    window.addEventListener("pagehide", this.onLeaving);
    this.collect();
  }

  get history(): History {
    return this.replica.shown;
  }

  get revision(): number {
    return this.replica.revision;
  }

  get hasUnsent(): boolean {
    return this.replica.pending.length > 0;
  }

  close(): void {
    this.stopListening();
    window.removeEventListener("online", this.onOnline);
    window.removeEventListener("pagehide", this.onLeaving);
    window.clearTimeout(this.timer);
    this.stopped = true;
  }

  /** Changes that carry the same key soon after each other are one step (typing in one field). */
  changed(changes: readonly Change[], label: string, key = "", now = Date.now()): void {
    const goesOn = key !== "" && key === this.last.key && now - this.last.at < ONE_STEP_MS;
    const id = freshUuid();
    const operation: Operation = { id, kind: "do", step: goesOn ? this.last.step : id, label, changes };
    this.last = { key, at: now, step: operation.step };
    const waiting = this.replica.pending.at(-1);
    if (goesOn && waiting?.step === operation.step && waiting.kind === "do" && !this.inFlight.has(waiting.id)) {
      this.took(replicas.replaceLast(this.replica, { ...operation, changes: compose(waiting.changes, changes) }));
    } else this.took(replicas.add(this.replica, operation));
  }

  /** Takes the person's last step back; says which, and how many of its fields somebody else has changed since. */
  undo(): { readonly label: string; readonly kept: number } | null {
    const step = this.history.past.at(-1);
    if (!step) return null;
    const { kept } = undoing(this.history, step.step);
    this.travel("undo", step.step, step.label);
    if (this.history.past.length < FEW_STEPS) void this.fetchOlder();
    return { label: step.label, kept };
  }

  redo(): { readonly label: string } | null {
    const step = this.history.future[0];
    if (step) this.travel("redo", step.step, step.label);
    return step ? { label: step.label } : null;
  }

  /** Resolves when the server has all of it; rejects if it cannot have it now. */
  async flush(): Promise<void> {
    for (let attempt = 0; this.hasUnsent && attempt < 1_000; attempt += 1) {
      const failures = this.failures;
      await (this.busy ?? this.exchange());
      if (this.failures > failures || this.stopped) break;
    }
    if (this.hasUnsent) throw new ApiProblem(0, "not_saved", this.lastReason);
  }

  /** Looks at the server now: something of ours was done there. */
  async look(): Promise<void> {
    if (this.busy) await this.busy;
    this.lookAgain = true;
    await this.exchange();
  }

  private travel(kind: Kind, step: string, label: string): void {
    this.last = { key: "", at: 0, step: "" };
    this.took(replicas.add(this.replica, { id: freshUuid(), kind, step, label, changes: [] }));
  }

  private took(replica: replicas.Replica): void {
    this.replica = replica;
    this.outbox.keep(replica.pending);
    this.events.onShown(replica.shown, []);
    if (this.stopped) return;
    this.say();
    if (this.failures === 0) this.soon(DEBOUNCE_MS);
  }

  private collect(): void {
    if (!this.canEdit) return;
    const found = this.outbox.collect();
    if (found.length === 0) return;
    this.replica = replicas.adopt(this.replica, found);
    this.outbox.keep(this.replica.pending);
    if (!this.outbox.isFull) this.outbox.clearOthers();
    this.events.onShown(this.replica.shown, []);
    this.say();
    this.soon(0);
  }

  private readonly onOnline = (): void => {
    if (this.failures) this.soon(0);
  };

  /** The page goes: what is pending is sent on the way out; whatever does not arrive is in the outbox. */
  private readonly onLeaving = (): void => {
    const sent = portion(this.replica.pending, MOST_ON_LEAVING);
    if (sent.length && this.canEdit) void this.api.sendOperations(this.draft, this.replica.revision, sent, true).catch(() => undefined);
  };

  private soon(delay: number): void {
    if (this.stopped) return;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.exchange(), delay);
  }

  private exchange(): Promise<void> {
    if (this.busy || this.stopped) return this.busy ?? Promise.resolve();
    if (!this.hasUnsent && !this.lookAgain) return Promise.resolve();
    window.clearTimeout(this.timer);
    this.lookAgain = false;
    this.busy = this.request().finally(() => {
      this.busy = null;
      this.inFlight.clear();
      if (this.failures) this.soon(RETRY_MS[Math.min(this.failures, RETRY_MS.length) - 1] ?? DEBOUNCE_MS);
      else if (this.hasUnsent || this.lookAgain) this.soon(0);
    });
    return this.busy;
  }

  private async request(): Promise<void> {
    const sent = portion(this.replica.pending);
    for (const each of sent) this.inFlight.add(each.id);
    try {
      const news = sent.length && this.canEdit ? await this.api.sendOperations(this.draft, this.replica.revision, sent)
        : await this.api.operations(this.draft, this.replica.revision);
      await this.heard(news);
      this.failures = 0;
      this.say();
    } catch (error) {
      this.failed(error, sent);
    }
  }

  private async heard(news: News): Promise<void> {
    const accepted = news.accepted ?? [];
    const own = new Set(this.replica.pending.map((each) => each.id));
    if (news.document) {
      const { undo, redo, older } = await this.api.steps(this.draft);
      const merged = (step: (typeof undo)[number]) => ({ ...step, changes: step.changes.reduce(compose, []) });
      this.older = older;
      this.replica = replicas.jump(this.replica, news.revision, begin(news.document, undo.map(merged), redo.map(merged)), accepted);
    } else this.replica = replicas.hear(this.replica, news.operations);
    this.outbox.keep(this.replica.pending);
    this.savedAt = news.saved_at;
    this.events.onShown(this.replica.shown, news.operations.filter((each) => !own.has(each.id)));
    this.events.onNews(news);
  }

  private failed(error: unknown, sent: readonly Operation[]): void {
    this.lastReason = reasonOf(error);
    const problem = error instanceof ApiProblem ? error : null;
    if (problem?.code === "operation_invalid" && this.setAside(problem, sent)) return;
    if (problem?.status === 404) {
      this.stopped = true;
      this.events.onGone(this.lastReason);
    }
    // Signed out, or no longer allowed: that may be put right elsewhere, so it is tried again, only less often.
    this.failures += problem && [401, 403].includes(problem.status) ? RETRY_MS.length : 1;
    this.since ||= new Date().toISOString();
    this.say();
  }

  private setAside(problem: ApiProblem, sent: readonly Operation[]): boolean {
    const bad = sent.find((each) => each.id === problem.where.value) ?? (sent.length === 1 ? sent[0] : undefined);
    if (!bad) return false;
    this.outbox.setAside(bad, problem.message);
    this.replica = replicas.drop(this.replica, bad.id);
    this.outbox.keep(this.replica.pending);
    this.events.onShown(this.replica.shown, []);
    this.events.onRefused(bad.label, problem.message);
    this.lookAgain = true;
    this.say();
    return true;
  }

  private say(): void {
    if (this.failures === 0) this.since = "";
    const waiting = this.replica.pending.length;
    this.events.onState(this.failures
      ? { kind: "error", reason: this.lastReason, retrying: !this.stopped, waiting, since: this.since, isKept: !this.outbox.isFull }
      : waiting ? { kind: "saving" } : { kind: "saved", at: this.savedAt });
  }

  private async fetchOlder(): Promise<void> {
    if (this.older === null) return;
    const before = this.older;
    this.older = null;
    const page = await this.api.steps(this.draft, before).catch(() => null);
    if (!page) {
      this.older = before;
      return;
    }
    this.older = page.older;
    this.replica = replicas.remember(this.replica, page.undo.map((step) => ({ ...step, changes: step.changes.reduce(compose, []) })));
    this.events.onShown(this.replica.shown, []);
  }
}

/** The first of the pending ones that fit into one request; at least one. */
function portion(pending: readonly Operation[], most = MOST_BYTES): readonly Operation[] {
  let bytes = 0;
  const fitting = pending.slice(0, MOST_AT_ONCE).findIndex((each, index) => {
    bytes += JSON.stringify(each.changes).length;
    return index > 0 && bytes > most;
  });
  return pending.slice(0, fitting < 0 ? MOST_AT_ONCE : fitting);
}

