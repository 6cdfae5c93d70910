/** What was done to the draft, by whom and when: names for versions, what changed since, and the way back. */
import { type JSX, useCallback, useEffect, useState } from "react";
import { reasonOf } from "@/api/client";
import type { HistoryPage, Revision, Sitting } from "@/api/types";
import { useDesigner, useShown } from "@/designer/context";
import { Modal } from "@/ui/Modal";
import { _, moment, ngettext } from "@/i18n";

const MOST_LABELS = 4;

export function HistoryDialog({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const designer = useDesigner();
  const canEdit = useShown((state) => state.canEdit);
  const [page, setPage] = useState<HistoryPage | null>(null);
  const [error, setError] = useState("");
  const fail = (reason: unknown): void => setError(reasonOf(reason));
  const load = useCallback((): void => {
    void designer.saved().catch(() => undefined)
      .then(() => designer.api.history(designer.state.id, null)).then(setPage).catch(fail);
  }, [designer]);
  useEffect(load, [load]);
  const older = (): void => {
    if (page?.older == null) return;
    designer.api.history(designer.state.id, page.older)
      .then((next) => setPage({ ...next, results: [...page.results, ...next.results] })).catch(fail);
  };
  const restore = (number: number): void => void designer.restore(number).then(onClose, fail);
  return (
    <Modal title={_("History")} onClose={onClose} wide testId="revisions-dialog">
      {error ? <p className="note note-error" role="alert">{error}</p> : null}
      {page === null && !error ? <p className="quiet">{_("Loading…")}</p> : null}
      {page && canEdit ? <NameVersion revision={page.revision} onNamed={load} onError={fail} /> : null}
      <ol className="history">
        {page?.results.map((sitting) => (
          <Entry key={sitting.last} sitting={sitting} revision={page.revision} draft={designer.state.id} onRestore={canEdit ? restore : null} />
        ))}
      </ol>
      {page?.older != null ? <button type="button" className="s-button" onClick={older}>{_("Show older")}</button> : null}
    </Modal>
  );
}

function NameVersion({ revision, onNamed, onError }: {
  readonly revision: number; readonly onNamed: () => void; readonly onError: (reason: unknown) => void;
}): JSX.Element {
  const designer = useDesigner();
  const [name, setName] = useState("");
  const submit = (): void => {
    designer.api.nameVersion(designer.state.id, name, revision).then(() => {
      designer.announce(_("Version “%(name)s” named.", { name }));
      setName("");
      onNamed();
    }, onError);
  };
  return (
    <form className="name-version" onSubmit={(event) => { event.preventDefault(); submit(); }}>
      <label className="s-row">
        <span>{_("Name this version")}</span>
        <input className="s-field" value={name} maxLength={120} required data-testid="version-name" onChange={(event) => setName(event.target.value)} />
      </label>
      <button type="submit" className="s-button" data-testid="name-version" disabled={!name.trim()}>{_("Name it")}</button>
    </form>
  );
}

function Entry({ sitting, revision, draft, onRestore }: {
  readonly sitting: Sitting; readonly revision: number; readonly draft: string; readonly onRestore: ((number: number) => void) | null;
}): JSX.Element {
  const isNow = sitting.last === revision;
  const compare = (from: number, to: string): string => `/designer/compare/draft-${draft}@${from}/draft-${draft}${to}/`;
  const shown = sitting.labels.slice(0, MOST_LABELS);
  return (
    <li className="history-entry" data-testid={`revision-${sitting.last}`}>
      <div className="history-what">
        {sitting.versions.map((version) => <strong key={version.id} className="history-name" title={version.description}>{version.name}</strong>)}
        <span>{shown.join(", ")}{sitting.labels.length > shown.length ? " …" : ""}</span>
        <span className="quiet">
          {sitting.who} · {moment(sitting.ended_at)} · {ngettext("%(count)s change", "%(count)s changes", sitting.count)}
          {" · "}{_("revision %(n)s", { n: sitting.last })}
        </span>
      </div>
      <span className="history-acts">
        {sitting.first > 1 ? <a className="s-button is-small" href={compare(sitting.first - 1, `@${sitting.last}`)} data-testid={`changes-${sitting.last}`}
          aria-label={_("What was done up to revision %(n)s", { n: sitting.last })}>{_("What was done")}</a> : null}
        {isNow ? <span className="quiet">{_("current")}</span> : (
          <>
            <a className="s-button is-small" href={compare(sitting.last, "")} data-testid={`since-${sitting.last}`}
              aria-label={_("What changed since revision %(n)s", { n: sitting.last })}>{_("Since then")}</a>
            {onRestore ? <button type="button" className="s-button is-small" data-testid={`restore-${sitting.last}`}
              aria-label={_("Restore revision %(n)s", { n: sitting.last })} onClick={() => onRestore(sitting.last)}>{_("Restore")}</button> : null}
          </>
        )}
      </span>
      {sitting.count > 1 ? <Each sitting={sitting} revision={revision} onRestore={onRestore} /> : null}
    </li>
  );
}

/** Every single revision of a sitting, fetched when it is opened. */
function Each({ sitting, revision, onRestore }: {
  readonly sitting: Sitting; readonly revision: number; readonly onRestore: ((number: number) => void) | null;
}): JSX.Element {
  const designer = useDesigner();
  const [lines, setLines] = useState<readonly Revision[] | null>(null);
  const open = (): void => {
    if (lines) return;
    designer.api.revisions(designer.state.id, sitting.last + 1)
      .then((found) => setLines(found.filter((line) => line.number >= sitting.first)), () => setLines([]));
  };
  return (
    <details className="history-each" onToggle={open}>
      <summary data-testid={`each-${sitting.last}`}>{_("Show each change")}</summary>
      <ul>
        {lines?.map((line) => (
          <li key={line.number}>
            <span className="quiet">{line.number}</span> {line.label || _("Change")} <span className="quiet">{moment(line.saved_at)}</span>
            {onRestore && line.number !== revision && line.number !== sitting.last ? (
              <button type="button" className="s-button is-small" data-testid={`restore-${line.number}`}
                aria-label={_("Restore revision %(n)s", { n: line.number })} onClick={() => onRestore(line.number)}>{_("Restore")}</button>
            ) : null}
          </li>
        ))}
      </ul>
    </details>
  );
}
