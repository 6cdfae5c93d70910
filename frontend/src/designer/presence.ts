/** Says what this page looks at, and hears who else is here; leaves when the page is closed or hidden for long. */
import type { Api } from "@/api/client";
import { concerns, type Notices } from "@/api/notices";
import type { Person } from "@/api/types";

const DEBOUNCE_MS = 250;
const HEARTBEAT_MS = 15_000;

export interface Looking {
  readonly nodes: readonly string[];
  /** `NODE/PARAMETER` while one is edited. */
  readonly field: string;
}

export class PresenceWatch {
  private said = "";
  private looking: Looking = { nodes: [], field: "" };
  private timer: number | undefined;
  private readonly heartbeat: number;
  private readonly stopListening: () => void;

  constructor(
    private readonly api: Api, private readonly draft: string, private readonly tab: string, notices: Notices,
    private readonly onPeople: (people: readonly Person[]) => void,
  ) {
    this.stopListening = notices.listen((notice) => {
      if (notice?.kind === "presence" && concerns(notice, this.draft)) void this.hear();
    });
    this.heartbeat = window.setInterval(() => document.hidden || this.say(), HEARTBEAT_MS);
    window.addEventListener("pagehide", this.leave);
    this.say();
  }

  look(looking: Looking): void {
    this.looking = looking;
    if (JSON.stringify(looking) === this.said) return;
    this.timer ??= window.setTimeout(() => this.say(), DEBOUNCE_MS);
  }

  close(): void {
    this.stopListening();
    window.clearInterval(this.heartbeat);
    window.removeEventListener("pagehide", this.leave);
    this.leave();
  }

  private say(): void {
    window.clearTimeout(this.timer);
    this.timer = undefined;
    this.said = JSON.stringify(this.looking);
    void this.api.bePresent(this.draft, this.tab, this.looking).then(this.onPeople, () => this.onPeople([]));
  }

  private async hear(): Promise<void> {
    await this.api.people(this.draft, this.tab).then(this.onPeople, () => undefined);
  }

  private readonly leave = (): void => {
    window.clearTimeout(this.timer);
    void this.api.leave(this.draft, this.tab).catch(() => undefined);
  };
}
