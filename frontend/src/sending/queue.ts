/** Several files, two at a time, as one whole: how far they are together, and whether all have come. */
import type { Chosen } from "./chosen";
import { Sending } from "./sending";

const AT_ONCE = 2;

export class Queue {
  readonly files: Sending[] = [];
  private held = false;

  constructor(private readonly project: string, private readonly changed: () => void) {}

  /** A file of a path that is there already takes its place. */
  add(chosen: readonly Chosen[]): void {
    for (const one of chosen) {
      const before = this.files.findIndex((each) => each.chosen.path === one.path);
      const sending = new Sending(one, this.project, () => this.next());
      if (before < 0) this.files.push(sending);
      else void this.files.splice(before, 1, sending)[0]?.discard();
    }
    this.next();
  }

  async remove(sending: Sending): Promise<void> {
    this.files.splice(this.files.indexOf(sending), 1);
    await sending.discard();
    this.next();
  }

  async hold(): Promise<void> {
    this.held = true;
    await Promise.all(this.files.filter((each) => each.state === "sending").map((each) => each.pause()));
    this.changed();
  }

  goOn(): void {
    this.held = false;
    for (const each of this.files) if (each.state === "failed") each.state = "paused";
    this.next();
  }

  get isHeld(): boolean {
    return this.held;
  }

  get isWhole(): boolean {
    return this.files.every((each) => each.state === "ready");
  }

  get isStuck(): boolean {
    return this.files.some((each) => each.state === "failed");
  }

  /** Bytes that have come, and of how many. */
  get progress(): readonly [number, number] {
    return [sum(this.files.map((each) => each.sentBytes)), sum(this.files.map((each) => each.size))];
  }

  /** As the form sends it. */
  get told(): string {
    return JSON.stringify(this.files.map((each) => ({ id: each.id, path: each.chosen.path })));
  }

  private next(): void {
    const free = AT_ONCE - this.files.filter((each) => each.state === "sending").length;
    const waiting = this.held ? [] : this.files.filter((each) => each.state === "waiting" || each.state === "paused");
    for (const each of waiting.slice(0, Math.max(free, 0))) void each.start();
    this.changed();
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((one, other) => one + other, 0);
