"""The REST routes of this package, below /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mlops.alerts.channels import api as channels
from mlops.alerts.inbox import api as inbox
from mlops.alerts.preferences import api as preferences
from mlops.alerts.rules import api as rules

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
]
