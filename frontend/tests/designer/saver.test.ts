import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Api } from "@/api/client";
import { kept, Saver } from "@/designer/saver";
import type { SaveState } from "@/designer/state";
import { drawn } from "../catalogue";

/** A server of our own at the edge: answers are queued, requests are kept. */
class Server {
  readonly bodies: { base_revision: number; label: string }[] = [];
  answers: (() => Promise<Response>)[] = [];
  revision = 1;

  fetch = async (_url: string, request: RequestInit): Promise<Response> => {
    this.bodies.push(JSON.parse(String(request.body)) as { base_revision: number; label: string });
    const next = this.answers.shift();
    if (next) return next();
    this.revision += 1;
    return Response.json({ revision: this.revision, saved_at: "2026-01-01T00:00:00Z", problems: [], shapes: {} });
  };
}

let server: Server;
let states: SaveState[];
let conflicts: number;
let saver: Saver;

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  server = new Server();
  vi.stubGlobal("fetch", server.fetch);
  states = [];
  conflicts = 0;
  saver = new Saver(new Api("/api/v1/"), "d1", 1, {
    onState: (state) => states.push(state), onSaved: () => undefined, onConflict: () => { conflicts += 1; },
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("saving", () => {
  it("sends one request for changes that follow each other, within a second", async () => {
    saver.changed(drawn("clean"), "Add clean");
    saver.changed(drawn("clean", "train"), "Add train");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(server.bodies).toHaveLength(1);
    expect(states.at(-1)?.kind).toBe("saved");
  });

  it("builds each save on the revision before it, one request at a time", async () => {
    saver.changed(drawn("clean"), "one");
    await vi.advanceTimersByTimeAsync(500);
    saver.changed(drawn("train"), "two");
    await vi.advanceTimersByTimeAsync(500);
    expect(server.bodies.map((body) => body.base_revision)).toEqual([1, 2]);
  });

  it("keeps what is unsent in the browser until it is there", async () => {
    saver.changed(drawn("clean"), "one");
    expect(kept("d1")?.document).toEqual(drawn("clean"));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(kept("d1")).toBeNull();
  });

  it("tries again while the server is away, and says so", async () => {
    server.answers = [() => Promise.reject(new TypeError("away")), () => Promise.reject(new TypeError("away"))];
    saver.changed(drawn("clean"), "one");
    await vi.advanceTimersByTimeAsync(400);
    expect(states.at(-1)).toMatchObject({ kind: "error", retrying: true });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(states.at(-1)?.kind).toBe("saved");
    expect(server.bodies).toHaveLength(3);
  });

  it("stops at a conflict and keeps the document", async () => {
    server.answers = [() => Promise.resolve(Response.json({ code: "draft_conflict", detail: "Somebody saved." }, { status: 409 }))];
    saver.changed(drawn("clean"), "one");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(conflicts).toBe(1);
    expect(server.bodies).toHaveLength(1);
    expect(kept("d1")).not.toBeNull();
  });

  it("flushing sends at once and refuses while it cannot be sent", async () => {
    saver.changed(drawn("clean"), "one");
    await saver.flush();
    expect(server.bodies).toHaveLength(1);
    server.answers = [() => Promise.reject(new TypeError("away"))];
    saver.changed(drawn("train"), "two");
    await expect(saver.flush()).rejects.toThrow(/does not answer/);
  });
});
