"""The addresses of first run and settings."""

from __future__ import annotations

from django.urls import path

from vedette.web.setup import (
    areas,
    calendars,
    channels,
    feeds,
    first_run,
    organisation,
    plans,
    positions,
    scim,
    templates,
    tokens,
    users,
)

app_name = "setup"

urlpatterns = [
    path("setup", first_run.first, name="first"),
    path("settings/", organisation.overview, name="settings"),
    path("settings/organisation/", organisation.organisation, name="organisation"),
    path("settings/areas/", areas.areas, name="areas"),
    path("settings/areas/<int:area_id>/", areas.area, name="area"),
    path("settings/plans/", plans.plans, name="plans"),
    path("settings/plans/new/", plans.plan, name="new_plan"),
    path("settings/plans/<int:plan_id>/", plans.plan, name="plan"),
    path("settings/plans/<int:plan_id>/drop/", plans.drop, name="drop_plan"),
    path("settings/templates/", templates.templates, name="templates"),
    path("settings/templates/new/", templates.template, name="new_template"),
    path("settings/templates/<int:template_id>/", templates.template, name="template"),
    path("settings/templates/<int:template_id>/retire/", templates.retire, name="retire_template"),
    path("settings/users/", users.users, name="users"),
    path("settings/users/new/", users.new_user, name="new_user"),
    path("settings/users/<int:user_id>/", users.user, name="user"),
    path("settings/users/<int:user_id>/deactivate/", users.deactivate, name="deactivate"),
    path("settings/users/<int:user_id>/reactivate/", users.reactivate, name="reactivate"),
    path("settings/users/<int:user_id>/password/", users.password, name="password"),
    path("settings/compartments/", users.compartment, name="compartment"),
    path("settings/channels/", channels.channels, {"rank": 0}, name="channels"),
    path("settings/channels/second/", channels.channels, {"rank": 1}, name="second_channels"),
    path("settings/channels/second/<str:name>/", channels.keep, {"rank": 1}, name="keep_second_channel"),
    path("settings/channels/second/<str:name>/test/", channels.test, {"rank": 1}, name="test_second_channel"),
    path("settings/channels/<str:name>/", channels.keep, {"rank": 0}, name="keep_channel"),
    path("settings/channels/<str:name>/test/", channels.test, {"rank": 0}, name="test_channel"),
    path("settings/feeds/", feeds.feeds, name="feeds"),
    path("settings/feeds/new/<slug:kind>/", feeds.new, name="new_feed"),
    path("settings/feeds/<slug:name>/", feeds.feed, name="feed"),
    path("settings/feeds/<slug:name>/look/", feeds.look, name="look_at_feed"),
    path("settings/feeds/<slug:name>/enable/", feeds.enable, name="enable_feed"),
    path("settings/calendars/", calendars.calendars, name="calendars"),
    path("settings/calendars/<slug:name>/look/", calendars.look, name="look_at_calendar"),
    path("settings/calendars/<slug:name>/drop/", calendars.drop, name="drop_calendar"),
    path("settings/identity-provider/", scim.scim, name="scim"),
    path("settings/identity-provider/setting/", scim.setting, name="scim_setting"),
    path("settings/identity-provider/<int:meaning_id>/drop/", scim.drop, name="drop_scim_meaning"),
    path("settings/positions/", positions.positions, name="positions"),
    path("settings/positions/<slug:kind>/", positions.keep, name="keep_listener"),
    path("settings/tokens/", tokens.tokens, name="tokens"),
    path("settings/tokens/<int:token_id>/revoke/", tokens.revoke, name="revoke_token"),
]
