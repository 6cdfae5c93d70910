import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Api } from "@/api/client";
import type { Notices } from "@/api/notices";
import type { Draft, GraphDocument, Notice } from "@/api/types";
import { Outbox } from "@/designer/outbox";
import type { SaveState } from "@/designer/state";
import { Sync } from "@/designer/sync";
import { difference } from "@/graph/changes";
import type { Operation } from "@/graph/history";
import * as op from "@/graph/operations";
import { drawn } from "../catalogue";
import { Referee } from "../referee";

const START = drawn("clean", "train");

/** A server of our own at the edge: it keeps a log, and can be away. */
class Server {
  readonly referee = new Referee(START);
  sent: Operation[][] = [];
  failing: (() => Promise<Response>) | null = null;
  dropsAnswers = false;

  fetch = async (url: string, request: RequestInit): Promise<Response> => {
    if (this.failing) return this.failing();
    const body = request.method === "POST" ? (JSON.parse(String(request.body)) as { after: number; operations: Operation[] }) : null;
    if (body) this.sent.push(body.operations);
    for (const each of body?.operations ?? []) this.referee.take("ann", each);
    if (this.dropsAnswers) throw new TypeError("network");
    const after = body?.after ?? Number(new URL(url, "http://x").searchParams.get("after"));
    return Response.json({
      revision: this.referee.log.length, saved_at: "2026-01-01T00:00:00Z", operations: this.referee.log.slice(after),
      accepted: body?.operations.map((each) => each.id), name: "x", last_run: null,
    });
  };
}

class Bell {
  private readonly listeners: ((notice: Notice | null) => void)[] = [];
  listen = (listener: (notice: Notice | null) => void): (() => void) => {
    this.listeners.push(listener);
    return () => undefined;
  };
  ring = (notice: Notice | null): void => this.listeners.forEach((each) => each(notice));
}

let server: Server;
let states: SaveState[];
let refused: string[];
let gone: string[];
let bell: Bell;

function open(tab = "tab-1"): Sync {
  const draft = {
    id: "d1", me: "ann", revision: 0, document: START, saved_at: "", steps: { undo: [], redo: [], older: null },
  } as unknown as Draft;
  return new Sync(new Api("/api/v1/"), "d1", draft, new Outbox("d1", "ann", tab), bell as unknown as Notices, true, {
    onShown: () => undefined, onNews: () => undefined, onState: (state) => states.push(state),
    onRefused: (label) => refused.push(label), onGone: (reason) => gone.push(reason),
  });
}

const set = (sync: Sync, value: string, now: number, key = "set clean value"): void => {
  const next: GraphDocument = op.setParameter(sync.history.present, "clean", "value", value);
  sync.changed(difference(sync.history.present, next), "Set value", key, now);
};
const valueAt = (document: GraphDocument): unknown => document.nodes["clean"]?.parameters?.["value"];

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  server = new Server();
  vi.stubGlobal("fetch", server.fetch);
  [states, refused, gone, bell] = [[], [], [], new Bell()];
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("keeping a draft together", () => {
  it("sends typing in one field as one operation, within a second", async () => {
    const sync = open();
    ["a", "ab", "abc"].forEach((text, index) => set(sync, text, index * 100));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(server.sent.map((each) => each.length)).toEqual([1]);
    expect(valueAt(server.referee.document)).toBe("abc");
    expect(states.at(-1)?.kind).toBe("saved");
  });

  it("makes a pause a new step, and undoes a step at once", () => {
    const sync = open();
    set(sync, "a", 0);
    set(sync, "ab", 500);
    set(sync, "abc", 3_000);
    sync.undo();
    expect(valueAt(sync.history.present)).toBe("ab");
    sync.undo();
    expect(valueAt(sync.history.present)).toBe("0");
  });

  it("shows what others did, and keeps the own change on top", async () => {
    const sync = open();
    set(sync, "mine", 0);
    server.referee.take("bob", { id: "b", kind: "do", step: "b", label: "", changes: difference(START, op.rename(START, "train", "Bob's")) });
    bell.ring({ seq: 1, kind: "draft", ref: "d1" });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sync.history.present.nodes["train"]?.title).toBe("Bob's");
    expect(valueAt(sync.history.present)).toBe("mine");
  });

  it("waits while the server is away, says so, and sends when it is back", async () => {
    const sync = open();
    server.failing = () => Promise.reject(new TypeError("network"));
    set(sync, "offline", 0);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(states.at(-1)).toMatchObject({ kind: "error", retrying: true, waiting: 1, isKept: true });
    server.failing = null;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(valueAt(server.referee.document)).toBe("offline");
    expect(states.at(-1)?.kind).toBe("saved");
  });

  it("sends from another page what a killed one left, once", async () => {
    const killed = open("tab-1");
    server.dropsAnswers = true;
    set(killed, "left behind", 0);
    await vi.advanceTimersByTimeAsync(300);
    killed.close();
    server.dropsAnswers = false;
    const next = open("tab-2");
    expect(valueAt(next.history.present)).toBe("left behind");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(server.referee.log).toHaveLength(1);
    expect(Object.keys(localStorage)).toEqual([]);
  });

  it("sets aside what the server cannot read, and goes on with the rest", async () => {
    const sync = open();
    set(sync, "bad", 0, "");
    server.failing = () => {
      server.failing = null;
      return Promise.resolve(Response.json({ code: "operation_invalid", detail: "No." }, { status: 400 }));
    };
    await vi.advanceTimersByTimeAsync(300);
    set(sync, "good", 5_000, "");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(refused).toEqual(["Set value"]);
    expect(valueAt(server.referee.document)).toBe("good");
    expect(Object.keys(localStorage)).toHaveLength(1);
  });

  it("stops where the draft is gone, and keeps the changes", async () => {
    const sync = open();
    server.failing = () => Promise.resolve(Response.json({ code: "not_found", detail: "There is no such draft." }, { status: 404 }));
    set(sync, "late", 0);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(gone).toEqual(["There is no such draft."]);
    expect(Object.keys(localStorage)).toHaveLength(1);
  });

  it("goes on when the person is signed in again", async () => {
    const sync = open();
    server.failing = () => Promise.resolve(Response.json({ code: "not_signed_in", detail: "Sign in." }, { status: 403 }));
    set(sync, "kept", 0);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(states.at(-1)).toMatchObject({ kind: "error", reason: "Sign in.", waiting: 1 });
    server.failing = null;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(valueAt(server.referee.document)).toBe("kept");
  });

  it("sends what is pending when the page is closed", async () => {
    const sync = open();
    set(sync, "last words", 0);
    window.dispatchEvent(new Event("pagehide"));
    await vi.advanceTimersByTimeAsync(10);
    expect(valueAt(server.referee.document)).toBe("last words");
  });

  it("flush ends when the server has all of it, and fails when it cannot", async () => {
    const sync = open();
    set(sync, "now", 0);
    await sync.flush();
    expect(valueAt(server.referee.document)).toBe("now");
    server.failing = () => Promise.reject(new TypeError("network"));
    set(sync, "later", 9_000);
    await expect(sync.flush()).rejects.toThrow("does not answer");
  });
});
