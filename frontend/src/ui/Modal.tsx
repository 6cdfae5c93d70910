/** A dialog of the browser's own kind: it keeps the keyboard inside, and Escape closes it. */
import { type JSX, type ReactNode, useEffect, useId, useRef } from "react";
import { Icon } from "@/ui/Icon";
import { _ } from "@/i18n";

interface ModalProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly wide?: boolean;
  readonly testId?: string;
  readonly footer?: ReactNode;
  readonly children: ReactNode;
}

/** The browser would choose the close button; the first field, else the main answer, is what people came for. */
const FIRST = ".modal-body :is(input:not([type=radio]), textarea, select), .modal-body .is-primary";

export function Modal({ title, onClose, wide = false, testId, footer, children }: ModalProps): JSX.Element {
  const element = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const dialog = element.current;
    const before = document.activeElement;
    if (dialog && !dialog.open) dialog.showModal();
    dialog?.querySelector<HTMLElement>(FIRST)?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
  return (
    <dialog
      ref={element} className={`s-modal${wide ? " is-wide" : ""}`} aria-labelledby={heading} data-testid={testId}
      onCancel={(event) => { event.preventDefault(); onClose(); }}
      onPointerDown={(event) => { if (event.target === element.current) onClose(); }}
    >
      <div className="modal-inside">
        <header className="modal-head">
          <h2 id={heading}>{title}</h2>
          <button type="button" className="s-button is-quiet is-icon" aria-label={_("Close")} onClick={onClose}><Icon name="close" /></button>
        </header>
        <div className="modal-body scrolls">{children}</div>
        {footer ? <footer className="modal-foot">{footer}</footer> : null}
      </div>
    </dialog>
  );
}
