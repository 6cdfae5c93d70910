/** Several people, one draft, and everything that a network and a browser can do to them. */
import { describe, expect, it } from "vitest";
import { difference } from "@/graph/changes";
import { sameDocument } from "@/graph/document";
import type { Operation } from "@/graph/history";
import { add, adopt, hear, type Replica, replicaOf } from "@/graph/replica";
import { drawn, wired } from "../catalogue";
import { dice, type Dice } from "../dice";
import { Referee } from "../referee";
import { anyChange } from "../wander";

const START = wired(drawn("cars", "clean", "train"), "cars.dataset>clean.in");
const SEEDS = Array.from({ length: 60 }, (_unused, seed) => seed);
const PEOPLE = ["ann", "bob", "cem"];
let count = 0;
const name = (): string => `id-${count += 1}`;

class Client {
  replica: Replica;
  isOnline = true;
  made: string[] = [];
  /** What the browser keeps when the page is killed. */
  kept: readonly Operation[] = [];

  constructor(readonly person: string, readonly server: Referee) {
    this.replica = replicaOf(person, 0, server.start);
  }

  act(roll: Dice): void {
    const { past, present, future } = this.replica.shown;
    const dice = roll(6);
    if (dice === 0 && past.length) this.travel("undo", past.at(-1)!.step);
    else if (dice === 1 && future[0]) this.travel("redo", future[0].step);
    else {
      const changes = difference(present, anyChange(present, roll));
      const id = name();
      if (changes.length) this.perform({ id, kind: "do", step: id, label: "", changes });
    }
  }

  travel(kind: "undo" | "redo", step: string): void {
    this.perform({ id: name(), kind, step, label: "", changes: [] });
  }

  perform(operation: Operation): void {
    this.replica = add(this.replica, operation);
    this.made.push(operation.id);
    this.kept = this.replica.pending;
  }

  /** A request whose answer may be lost, or come after a later one. */
  exchange(roll: Dice): void {
    if (!this.isOnline) return;
    const sent = this.replica.pending.slice(0, 1 + roll(3));
    for (const each of sent) this.server.take(this.person, each);
    if (roll(4) === 0) return;
    const from = Math.max(0, this.replica.revision - roll(3));
    this.replica = hear(this.replica, this.server.log.slice(from, from + 1 + roll(9)));
    this.kept = this.replica.pending;
  }

  /** The page is gone; another one opens, with what the server and the browser know. */
  killAndReload(): void {
    const fresh = hear(replicaOf(this.person, 0, this.server.start), this.server.log);
    this.replica = adopt(fresh, this.kept.filter((each) => !this.server.log.some((entry) => entry.id === each.id)));
  }

  settle(): void {
    for (const each of this.replica.pending) this.server.take(this.person, each);
    this.replica = hear(this.replica, this.server.log.slice(this.replica.revision));
  }
}

function lived(seed: number): { readonly server: Referee; readonly clients: readonly Client[] } {
  const roll = dice(seed);
  const server = new Referee(START);
  const clients = PEOPLE.map((person) => new Client(person, server));
  for (let turn = 0; turn < 60; turn += 1) {
    const client = clients[roll(clients.length)]!;
    const what = roll(12);
    if (what === 0) client.isOnline = !client.isOnline;
    else if (what === 1) client.killAndReload();
    else if (what < 6) client.exchange(roll);
    else client.act(roll);
  }
  for (const client of [...clients, ...clients]) client.settle();
  return { server, clients };
}

describe("several people on one draft", () => {
  it.each(SEEDS)("all see what the server has (seed %i)", (seed) => {
    const { server, clients } = lived(seed);
    for (const client of clients) expect(sameDocument(client.replica.shown.present, server.document)).toBe(true);
  });

  it.each(SEEDS)("no operation is lost, and none is taken twice (seed %i)", (seed) => {
    const { server, clients } = lived(seed);
    for (const client of clients) {
      expect(server.log.filter((entry) => entry.by === client.person).map((entry) => entry.id)).toEqual(client.made);
    }
  });

  it.each(SEEDS)("when everybody undoes everything the start is back (seed %i)", (seed) => {
    const { server, clients } = lived(seed);
    for (const client of clients) {
      client.settle();
      for (let step = client.replica.shown.past.at(-1); step; step = client.replica.shown.past.at(-1)) client.travel("undo", step.step);
      client.settle();
    }
    for (const client of clients) client.settle();
    expect(sameDocument(server.document, START)).toBe(true);
    for (const client of clients) expect(sameDocument(client.replica.shown.present, START)).toBe(true);
  });
});
