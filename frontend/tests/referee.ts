/** A server that is slow and obviously right: the drawing is always folded anew from all writes that count. */
import type { GraphDocument } from "@/api/types";
import { apply, type Change, difference } from "@/graph/changes";
import { EMPTY } from "@/graph/document";
import { keyOf } from "@/graph/fields";
import type { Operation } from "@/graph/history";
import type { Entry } from "@/graph/replica";

export class Referee {
  readonly log: Entry[] = [];
  private readonly writes: { step: string; by: string; changes: readonly Change[]; counts: boolean }[] = [];

  constructor(readonly start: GraphDocument, public document: GraphDocument = start) {}

  take(by: string, operation: Operation): void {
    if (this.log.some((each) => each.id === operation.id)) return;
    if (operation.kind === "do") {
      // All that goes along with it (links of a deleted step) belongs to it as well.
      const effect = difference(this.document, apply(this.document, operation.changes));
      const given = new Set(operation.changes.map((each) => keyOf(each.path)));
      const changes = [...operation.changes, ...effect.filter((each) => !given.has(keyOf(each.path)))];
      this.writes.push({ step: operation.step, by, changes, counts: true });
    }
    for (const each of this.writes) {
      if (operation.kind !== "do" && each.step === operation.step && each.by === by) each.counts = operation.kind === "redo";
    }
    const next = this.folded();
    this.log.push({ ...operation, seq: this.log.length + 1, by, at: "", kept: 0, changes: difference(this.document, next) });
    this.document = next;
  }

  private folded(): GraphDocument {
    const fields = new Map(difference(EMPTY, this.start).map((each) => [keyOf(each.path), each]));
    for (const write of this.writes.filter((each) => each.counts)) {
      for (const { path, after } of write.changes) {
        fields.delete(keyOf(path));
        if (after !== undefined) fields.set(keyOf(path), { path, after });
      }
    }
    return apply(EMPTY, [...fields.values()]);
  }
}
