/** One file on its way by tus: begun, paused, gone on with also after a reload, and told how far it is. */
import { Upload } from "tus-js-client";
import type { Chosen } from "./chosen";
import { CheckedStack } from "./checked";
import { cookie } from "@/api/client";
import { _ } from "@/i18n";

export const ADDRESS = "/api/v1/sent-files/";
const PIECE_BYTES = 8 * 1024 * 1024;
const RETRY_MS = [0, 1_000, 3_000, 5_000, 10_000, 20_000, 30_000];
const LOOK_MS = 1_000;

export type State = "waiting" | "sending" | "paused" | "reading" | "ready" | "failed";

export class Sending {
  state: State = "waiting";
  sentBytes = 0;
  problem = "";
  resumed = false;
  id = "";
  private readonly upload: Upload;

  constructor(readonly chosen: Chosen, project: string, private readonly changed: () => void) {
    const { file, path } = chosen;
    this.upload = new Upload(file, {
      endpoint: ADDRESS,
      chunkSize: PIECE_BYTES,
      retryDelays: RETRY_MS,
      metadata: { filename: path, project },
      headers: { "X-CSRFToken": cookie("csrftoken") },
      httpStack: new CheckedStack(),
      removeFingerprintOnSuccess: true,
      fingerprint: () => Promise.resolve(fingerprint(chosen, project)),
      onProgress: (sent) => this.tell({ sentBytes: sent }),
      onSuccess: () => void this.wait(),
      onError: (error) => this.tell({ state: "failed", problem: said(error) }),
    });
  }

  get size(): number {
    return this.chosen.file.size;
  }

  async start(): Promise<void> {
    this.tell({ state: "sending", problem: "" });
    if (!this.upload.url) {
      const [earlier] = await this.upload.findPreviousUploads();
      if (earlier) {
        this.upload.resumeFromPreviousUpload(earlier);
        this.resumed = true;
      }
    }
    if (this.state === "sending") this.upload.start();
  }

  async pause(): Promise<void> {
    this.tell({ state: "paused" });
    await this.upload.abort();
  }

  /** Also on the server. */
  async discard(): Promise<void> {
    this.state = "paused";
    await this.upload.abort(true).catch(() => undefined);
  }

  /** It has come; a large one is read to its end there. */
  private async wait(): Promise<void> {
    this.id = (this.upload.url ?? "").split("/").filter(Boolean).at(-1) ?? "";
    this.tell({ state: "reading", sentBytes: this.size });
    while (this.state === "reading") {
      const answer = await fetch(`${ADDRESS}${this.id}/`, { credentials: "same-origin" }).catch(() => null);
      const told = answer?.ok ? ((await answer.json()) as { state: string; problem: string }) : null;
      if (told?.state === "ready") this.tell({ state: "ready" });
      else if (told?.state === "damaged") this.tell({ state: "failed", problem: told.problem });
      else if (answer?.status === 404) this.tell({ state: "failed", problem: _("The server has it no more.") });
      else await new Promise((go) => setTimeout(go, LOOK_MS));
    }
  }

  private tell(changes: Partial<Pick<Sending, "state" | "sentBytes" | "problem">>): void {
    Object.assign(this, changes);
    this.changed();
  }
}

export function fingerprint({ file, path }: Chosen, project: string): string {
  return ["mlops", project, path, file.size, file.lastModified].join("|");
}

/** What the server's refusal says, or what became of the network. */
export function said(error: Error | { originalResponse?: { getBody(): string } | null }): string {
  const body = "originalResponse" in error ? error.originalResponse?.getBody() : "";
  try {
    const problem = JSON.parse(body ?? "") as { detail?: string; hint?: string };
    if (problem.detail) return [problem.detail, problem.hint].filter(Boolean).join(" ");
  } catch {
    // no answer of ours
  }
  return _("The connection broke. It goes on from where it was.");
}
