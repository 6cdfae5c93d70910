/** Keeps what the server has not confirmed in the browser, so that a crash, a closed page or a lost connection costs
 * nothing. Each page has a compartment of its own; whichever page comes next sends what it finds. */
import type { Operation } from "@/graph/history";

const PREFIX = "mlops.pending";

export class Outbox {
  private readonly own: string;
  private readonly stem: string;
  /** The browser takes no more, or nothing: said to the person. */
  isFull = false;

  constructor(draft: string, person: string, tab: string) {
    this.stem = `${PREFIX}.${draft}.${encodeURIComponent(person)}.`;
    this.own = this.stem + tab;
  }

  keep(operations: readonly Operation[]): void {
    try {
      if (operations.length) localStorage.setItem(this.own, JSON.stringify(operations));
      else localStorage.removeItem(this.own);
      this.isFull = false;
    } catch {
      this.isFull = true;
    }
  }

  /** What other pages of this person left here; it is in this page's hands from now on. */
  collect(): readonly Operation[] {
    const found: Operation[] = [];
    try {
      for (const key of Object.keys(localStorage).filter((each) => each.startsWith(this.stem) && each !== this.own).sort()) {
        found.push(...read(localStorage.getItem(key)));
      }
    } catch {
      // A forbidden store has kept nothing.
    }
    return found;
  }

  /** Called when `collect`ed operations are kept in the own compartment. */
  clearOthers(): void {
    try {
      for (const key of Object.keys(localStorage)) {
        if (key.startsWith(this.stem) && key !== this.own) localStorage.removeItem(key);
      }
    } catch {
      // Nothing was kept where nothing can be removed; an operation that is sent twice is taken once.
    }
  }

  /** An operation that the server cannot read is kept aside, not thrown away. */
  setAside(operation: Operation, reason: string): void {
    try {
      localStorage.setItem(`mlops.refused.${operation.id}`, JSON.stringify({ operation, reason, at: new Date().toISOString() }));
    } catch {
      this.isFull = true;
    }
  }
}

function read(text: string | null): readonly Operation[] {
  try {
    const value = JSON.parse(text ?? "[]") as unknown;
    return Array.isArray(value) ? (value as Partial<Operation>[]).filter(isOperation) : [];
  } catch {
    return [];
  }
}

const isOperation = (value: Partial<Operation> | null): value is Operation =>
  typeof value?.id === "string" && typeof value.step === "string" && typeof value.kind === "string" && Array.isArray(value.changes);
