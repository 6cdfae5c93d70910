"""The REST routes of this package, below /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mlops.accounts import (
    account_api,
    api,
    invitations_api,
    offering_api,
    people_api,
    rights_api,
    service_accounts_api,
    sharing_api,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("me/", api.MeView.as_view(), name="api-me"),
    path("me/sessions/", account_api.SessionsView.as_view()),
    path("me/sessions/end-others/", account_api.EndOthersView.as_view()),
    path("me/sessions/<uuid:session_id>/", account_api.OneSessionView.as_view()),
    path("me/second-factor/", account_api.OwnFactorView.as_view()),
    path("people/", people_api.PeopleView.as_view()),
    path("people/<str:name>/", people_api.OnePersonView.as_view()),
    path("people/<str:name>/departure/", people_api.DepartureView.as_view()),
    path("people/<str:name>/deactivate/", people_api.DeactivateView.as_view()),
    path("people/<str:name>/activate/", people_api.ActivateView.as_view()),
    path("people/<str:name>/sign-in-link/", people_api.SignInLinkView.as_view()),
    path("people/<str:name>/end-sessions/", people_api.EndSessionsView.as_view()),
    path("people/<str:name>/remove-second-factor/", people_api.RemoveFactorView.as_view()),
    path("second-factor-rule/", people_api.FactorRuleOfServerView.as_view()),
    path("lockouts/", people_api.WaitsView.as_view()),
    path("lockouts/<str:name>/", people_api.OneWaitView.as_view()),
    path("invitations/", invitations_api.InvitationsView.as_view()),
    path("invitations/<uuid:invitation_id>/", invitations_api.OneInvitationView.as_view()),
    path("invitations/<uuid:invitation_id>/resend/", invitations_api.ResendView.as_view()),
    path("tokens/", api.TokensView.as_view(), name="api-tokens"),
    path("tokens/<uuid:token_id>/", api.TokenView.as_view(), name="api-token"),
    path("projects/", api.ProjectsView.as_view(), name="api-projects"),
    path("projects/<slug:slug>/", api.OneProjectView.as_view(), name="api-project"),
    path("projects/<slug:slug>/members/", api.MembersView.as_view(), name="api-members"),
    path("projects/<slug:slug>/members/<str:name>/", api.OneMemberView.as_view(), name="api-member"),
    path("shared/", sharing_api.SharedWithMe.as_view()),
    path("shared/<slug:noun>/<uuid:thing_id>/", sharing_api.GrantsView.as_view()),
    path("offers/", offering_api.OfferedHere.as_view()),
    path("offers/<slug:noun>/<uuid:thing_id>/", offering_api.OffersView.as_view()),
    path("offers/<uuid:offer_id>/", offering_api.OneOfferView.as_view()),
    path("grants/<uuid:grant_id>/", sharing_api.OneGrantView.as_view()),
    path("actions/", rights_api.ActionsView.as_view(), name="api-actions"),
    path("roles/", rights_api.RolesView.as_view(), name="api-roles"),
    path("roles/<uuid:role_id>/", rights_api.OneRoleView.as_view(), name="api-role"),
    path("groups/", rights_api.GroupsView.as_view(), name="api-groups"),
    path("groups/<str:group>/", rights_api.OneGroupView.as_view(), name="api-group"),
    path("groups/<str:group>/people/", rights_api.GroupPeopleView.as_view(), name="api-group-people"),
    path("groups/<str:group>/people/<str:name>/", rights_api.GroupPersonView.as_view(), name="api-group-person"),
    path("projects/<slug:slug>/rights/<str:whom>/", rights_api.RightsView.as_view(), name="api-rights"),
    path("projects/<slug:slug>/groups/", rights_api.ProjectGroupsView.as_view(), name="api-project-groups"),
    path("projects/<slug:slug>/groups/<str:group>/", rights_api.ProjectGroupView.as_view(), name="api-project-group"),
    path("projects/<slug:slug>/service-accounts/", service_accounts_api.AccountsView.as_view()),
    path("projects/<slug:slug>/service-accounts/<slug:account>/", service_accounts_api.OneAccountView.as_view()),
    path(
        "projects/<slug:slug>/service-accounts/<slug:account>/tokens/", service_accounts_api.AccountTokensView.as_view()
    ),
    path(
        "projects/<slug:slug>/service-accounts/<slug:account>/tokens/<uuid:token_id>/",
        service_accounts_api.AccountTokenView.as_view(),
    ),
]
