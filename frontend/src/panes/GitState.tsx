/** The file of a repository that the draft is kept the same as: branch, commit, and whether both sides agree. */
import type { JSX } from "react";
import type { GitLink } from "@/api/types";
import { useShown } from "@/designer/context";
import { Icon, type IconName } from "@/ui/Icon";
import { _, moment } from "@/i18n";

const SHORT = 7;
const ICONS: Readonly<Record<GitLink["state"], IconName>> = {
  queued: "clock", ready: "check", ahead: "up", proposed: "swap", conflict: "alert", failed: "alert",
};

export function GitState(): JSX.Element | null {
  const link = useShown((state) => state.git);
  if (!link) return null;
  const word = stateWord(link.state);
  const place = [link.branch, link.commit.slice(0, SHORT)].filter(Boolean).join(" @ ");
  const title = [
    `${link.repository} · ${link.path}`, place, `${word} · ${_("since %(time)s", { time: moment(link.state_since) })}`, link.reason, link.hint,
  ].filter(Boolean).join("\n");
  return (
    <a className={`git-state is-${link.state}`} href={link.url} title={title} data-testid="git-state" data-state={link.state}
      aria-label={_("Git: %(path)s, %(place)s, %(state)s", { path: link.path, place, state: word })}>
      <Icon name={ICONS[link.state]} size={14} /><span className="git-place mono">{place}</span><span className="git-word">{word}</span>
    </a>
  );
}

function stateWord(state: GitLink["state"]): string {
  switch (state) {
    case "queued": return _("Waits for a worker");
    case "ready": return _("Same here and there");
    case "ahead": return _("Changed here");
    case "proposed": return _("Proposed");
    case "conflict": return _("Changed here and there");
    case "failed": return _("Failed");
  }
}
