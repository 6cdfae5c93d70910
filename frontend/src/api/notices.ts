/** Live notices over a socket; while it is lost, a tick every two seconds stands in and connecting is tried again. */
import type { Notice } from "@/api/types";

export type Connection = "connecting" | "live" | "polling";
type OnNotice = (notice: Notice | null) => void;

const POLL_MS = 2_000;
const LONGEST_WAIT_MS = 30_000;

/** Listeners receive each notice, or `null` for "look again, something may have been missed". */
export class Notices {
  private readonly listeners = new Set<OnNotice>();
  private readonly watchers = new Set<(state: Connection) => void>();
  private socket: WebSocket | null = null;
  private waitMs = 1_000;
  private pollTimer: number | undefined;
  private retryTimer: number | undefined;
  private closed = false;
  state: Connection = "connecting";

  constructor(private readonly project: string) {
    this.connect();
    document.addEventListener("visibilitychange", this.onVisible);
  }

  listen(listener: OnNotice): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  watch(watcher: (state: Connection) => void): () => void {
    this.watchers.add(watcher);
    watcher(this.state);
    return () => this.watchers.delete(watcher);
  }

  close(): void {
    this.closed = true;
    document.removeEventListener("visibilitychange", this.onVisible);
    window.clearInterval(this.pollTimer);
    window.clearTimeout(this.retryTimer);
    this.socket?.close();
  }

  private connect(): void {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(
      `${scheme}//${location.host}/ws/notices/?project=${encodeURIComponent(this.project)}`,
    );
    this.socket = socket;
    socket.onopen = () => this.onOpen();
    socket.onmessage = (message) => this.onMessage(message);
    socket.onclose = () => this.onClose(socket);
  }

  private onOpen(): void {
    this.waitMs = 1_000;
    window.clearInterval(this.pollTimer);
    this.pollTimer = undefined;
    this.become("live");
    this.tell(null);
  }

  private onMessage(message: MessageEvent<unknown>): void {
    const notice = parse(message.data);
    if (notice) this.tell(notice);
  }

  private onClose(socket: WebSocket): void {
    if (this.closed || this.socket !== socket) return;
    this.become("polling");
    this.pollTimer ??= window.setInterval(() => document.hidden || this.tell(null), POLL_MS);
    this.retryTimer = window.setTimeout(() => this.connect(), this.waitMs * (0.75 + Math.random() / 2));
    this.waitMs = Math.min(this.waitMs * 2, LONGEST_WAIT_MS);
  }

  private readonly onVisible = (): void => {
    if (!document.hidden && this.state !== "live") this.tell(null);
  };

  private become(state: Connection): void {
    this.state = state;
    for (const watcher of this.watchers) watcher(state);
  }

  private tell(notice: Notice | null): void {
    for (const listener of this.listeners) listener(notice);
  }
}

function parse(data: unknown): Notice | null {
  if (typeof data !== "string") return null;
  try {
    const value = JSON.parse(data) as Partial<Notice>;
    return typeof value.kind === "string" && typeof value.ref === "string"
      ? { seq: Number(value.seq ?? 0), kind: value.kind, ref: value.ref }
      : null;
  } catch {
    return null;
  }
}

/** Did a dataset of the project come, change or go? */
export const concernsData = (notice: Notice): boolean => notice.kind === "dataset";

/** Is the notice about this thing or a part of it (`run-id` and `run-id/node`)? */
export function concerns(notice: Notice | null, ref: string): boolean {
  return notice === null || notice.ref === ref || notice.ref.startsWith(`${ref}/`);
}
