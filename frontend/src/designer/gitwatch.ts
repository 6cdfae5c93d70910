/** Follows how the draft stands to its file in a repository: asked at the beginning, and soon after a notice about the draft. */
import type { Api } from "@/api/client";
import { concerns, type Notices } from "@/api/notices";
import type { GitLink } from "@/api/types";

const SOON_MS = 1_500;

/** Several notices at once cost one request. Returns the end of watching. */
export function watchGit(api: Api, draft: string, notices: Notices, onLink: (link: GitLink | null) => void): () => void {
  let timer: number | undefined;
  const look = (): void => {
    timer = undefined;
    api.gitLink(draft).then(({ link }) => onLink(link), () => undefined);
  };
  const stop = notices.listen((notice) => {
    if (notice?.kind === "draft" && concerns(notice, draft)) timer ??= window.setTimeout(look, SOON_MS);
  });
  look();
  return () => {
    window.clearTimeout(timer);
    stop();
  };
}
