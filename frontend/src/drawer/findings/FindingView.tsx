/** What a step found beside its table, by its kind. */
import type { JSX } from "react";
import type { Finding } from "@/api/types";
import { ComparisonView } from "@/drawer/findings/ComparisonView";
import { CrossValidationView } from "@/drawer/findings/CrossValidationView";
import { ImportanceView } from "@/drawer/findings/ImportanceView";
import { SweepView } from "@/drawer/findings/SweepView";
import { _ } from "@/i18n";

export function findingName(finding: Finding): string {
  switch (finding.kind) {
    case "sweep": return _("Trials");
    case "importance": return _("Importance");
    case "cross_validation": return _("Folds");
    case "comparison": return _("Comparison");
  }
}

export function FindingView({ finding }: { readonly finding: Finding }): JSX.Element {
  return (
    <div className="scrolls evaluation finding" tabIndex={0} role="region" aria-label={findingName(finding)} data-testid="finding">
      <Kind finding={finding} />
    </div>
  );
}

function Kind({ finding }: { readonly finding: Finding }): JSX.Element {
  switch (finding.kind) {
    case "sweep": return <SweepView sweep={finding} />;
    case "importance": return <ImportanceView importance={finding} />;
    case "cross_validation": return <CrossValidationView found={finding} />;
    case "comparison": return <ComparisonView found={finding} />;
  }
}
