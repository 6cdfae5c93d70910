"""The REST routes of this package, below /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mlops.alerts import networks_api as networks
from mlops.alerts.browsing import api as browsing
from mlops.alerts.channels import api as channels
from mlops.alerts.inbox import api as inbox
from mlops.alerts.preferences import api as preferences
from mlops.alerts.rules import api as rules
from mlops.alerts.subscriptions import api as subscriptions

ONE = "subscriptions/<uuid:subscription_id>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("alerts/", inbox.AlertsView.as_view()),
    path("alerts/<uuid:alert_id>/", inbox.OneAlertView.as_view()),
    path("alerts/<uuid:alert_id>/acknowledge/", inbox.AcknowledgeView.as_view()),
    path("alerts/<uuid:alert_id>/resolve/", inbox.ResolveView.as_view()),
    path("alert-mutes/", inbox.MutesView.as_view()),
    path("alert-mutes/<uuid:mute_id>/", inbox.OneMuteView.as_view()),
    path("alert-rules/", rules.RulesView.as_view()),
    path("alert-rules/try/", rules.TrialView.as_view()),
    path("alert-rules/watched/", rules.WatchedView.as_view()),
    path("alert-rules/<uuid:rule_id>/", rules.OneRuleView.as_view()),
    path("channels/", channels.ChannelsView.as_view()),
    path("channels/<uuid:channel_id>/", channels.OneChannelView.as_view()),
    path("channels/<uuid:channel_id>/test/", channels.ChannelTestView.as_view()),
    path("alert-preferences/", preferences.PreferencesView.as_view()),
    path("subscriptions/", subscriptions.SubscriptionsView.as_view()),
    path(ONE, subscriptions.OneSubscriptionView.as_view()),
    path(f"{ONE}pause/", subscriptions.PauseView.as_view()),
    path(f"{ONE}resume/", subscriptions.ResumeView.as_view()),
    path(f"{ONE}rotate-secret/", subscriptions.RotateView.as_view()),
    path(f"{ONE}test/", subscriptions.TestView.as_view()),
    path(f"{ONE}replay/", subscriptions.ReplayView.as_view()),
    path(f"{ONE}deliveries/", subscriptions.DeliveriesView.as_view()),
    path(f"{ONE}deliveries/<int:delivery_id>/", subscriptions.OneDeliveryView.as_view()),
    path("audit/", browsing.AuditView.as_view()),
    path("audit/check/", browsing.AuditCheckView.as_view()),
    path("audit/export/", browsing.AuditExportView.as_view()),
    path("audit/verifier/", browsing.AuditVerifierView.as_view()),
    path("events/", browsing.EventsView.as_view()),
    path("events/export/", browsing.ExportView.as_view()),
    path("events/<uuid:event_id>/", browsing.OneEventView.as_view()),
    path("event-types/", browsing.EventTypesView.as_view()),
    path("event-types/<str:event_type>/", browsing.OneEventTypeView.as_view()),
    path("allowed-networks/", networks.NetworksView.as_view()),
    path("allowed-networks/<int:network_id>/", networks.OneNetworkView.as_view()),
]
