/** The names of metrics as people know them. */
import { _ } from "@/i18n";

const METRIC_NAMES: Readonly<Record<string, () => string>> = {
  mean_absolute_error: () => _("Mean absolute error"), root_mean_squared_error: () => _("Root mean squared error"),
  relative_absolute_error: () => _("Relative absolute error"), relative_squared_error: () => _("Relative squared error"),
  coefficient_of_determination: () => _("Coefficient of determination (R²)"), accuracy: () => _("Accuracy"),
  precision: () => _("Precision"), recall: () => _("Recall"), f1_score: () => _("F1 score"), auc: () => _("AUC"), log_loss: () => _("Log loss"),
  overall_accuracy: () => _("Overall accuracy"), average_accuracy: () => _("Average accuracy"), micro_precision: () => _("Micro precision"),
  macro_precision: () => _("Macro precision"), micro_recall: () => _("Micro recall"), macro_recall: () => _("Macro recall"), macro_f1: () => _("Macro F1"),
  macro_auc: () => _("Macro AUC"), pinball_loss: () => _("Pinball loss"), coverage: () => _("Coverage"), nominal_coverage: () => _("Nominal coverage"),
  interval_width: () => _("Width of the range"), average_distance_to_cluster_center: () => _("Average distance to cluster center"),
  average_distance_to_other_center: () => _("Average distance to other center"), number_of_points: () => _("Number of points"),
  maximal_distance_to_cluster_center: () => _("Maximal distance to cluster center"), simplified_silhouette: () => _("Simplified silhouette"),
};

export const metricName = (key: string): string => METRIC_NAMES[key]?.() ?? key;
