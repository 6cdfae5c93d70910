/** Follows the project's datasets: what is imported while a drawing is open appears in the palette, and its problems go. */
import { concernsData, type Notices } from "@/api/notices";
import type { Problem } from "@/api/types";

const SOON_MS = 400;
const IMPORTING = "not_imported_yet";

/** `renew` fetches palette and problems anew. Returns the end of watching. */
export function watchData(notices: Notices, problems: () => readonly Problem[], renew: () => void): () => void {
  let timer: number | undefined;
  const stop = notices.listen((notice) => {
    const waits = problems().some((problem) => problem.code === IMPORTING);
    if (notice === null ? !waits : !concernsData(notice)) return;
    window.clearTimeout(timer);
    timer = window.setTimeout(renew, SOON_MS);
  });
  return () => {
    window.clearTimeout(timer);
    stop();
  };
}
