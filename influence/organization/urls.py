"""Addresses of an organization's settings, below `/o/<slug>/settings/`."""

from django.urls import include, path

from influence.organization import (
    api_keys,
    audit,
    groups,
    members,
    migration,
    profile,
    receipts,
    sign_in,
    single_sign_on,
)

profile_pages = (
    [
        path("", profile.settings_page, name="page"),
        path("name/", profile.rename, name="rename"),
        path("purpose/", profile.change_purpose, name="purpose"),
        path("logo/", profile.upload_logo, name="upload_logo"),
        path("logo/remove/", profile.take_logo_away, name="remove_logo"),
        path("logo/<uuid:file_key>/restore/", profile.bring_logo_back, name="restore_logo"),
    ],
    "organization_settings",
)
INVITATION = "invitations/<int:invitation_pk>/"
member_pages = (
    [
        path("", members.members_page, name="page"),
        path("invite/", members.invite, name="invite"),
        path("leave/", members.leave_organization, name="leave"),
        path("<int:membership_pk>/", members.change, name="change"),
        path("<int:membership_pk>/remove/", members.remove, name="remove"),
        path(f"{INVITATION}send-again/", members.send_invitation_again, name="send_again"),
        path(f"{INVITATION}revoke/", members.revoke, name="revoke"),
    ],
    "members",
)
key_pages = (
    [
        path("", api_keys.keys_page, name="page"),
        path("add/", api_keys.add, name="add"),
        path("<int:api_key_pk>/revoke/", api_keys.revoke, name="revoke"),
    ],
    "api_keys",
)
GROUP = "<int:group_pk>/"
group_pages = (
    [
        path("", groups.groups_page, name="page"),
        path("add/", groups.add, name="add"),
        path(GROUP, groups.group_page, name="group"),
        path(f"{GROUP}logo/", groups.upload_logo, name="upload_logo"),
        path(f"{GROUP}logo/remove/", groups.take_logo_away, name="remove_logo"),
        path(f"{GROUP}members/", groups.set_members, name="members"),
        path(f"{GROUP}delete/", groups.delete, name="delete"),
    ],
    "groups",
)
sign_in_pages = (
    [
        path("", sign_in.sign_in_page, name="page"),
        path("second-factor/", sign_in.set_second_factor, name="second_factor"),
    ],
    "sign_in",
)
DOMAIN = "domains/<int:domain_pk>/"
single_sign_on_pages = (
    [
        path("", single_sign_on.page, name="page"),
        path("provider/", single_sign_on.save_provider, name="provider"),
        path("saml/", single_sign_on.save_saml, name="saml"),
        path("provider/remove/", single_sign_on.remove, name="remove"),
        path("test/", single_sign_on.test_provider, name="test"),
        path("switch/", single_sign_on.switch, name="switch"),
        path("require/", single_sign_on.require, name="require"),
        path("rules/", single_sign_on.save_rules, name="rules"),
        path("domains/", single_sign_on.add_domain, name="add_domain"),
        path(DOMAIN, single_sign_on.take_code, name="prove_domain"),
        path(f"{DOMAIN}remove/", single_sign_on.drop_domain, name="remove_domain"),
    ],
    "single_sign_on",
)
audit_pages = (
    [path("", audit.audit_page, name="page"), path("export/", audit.export, name="export")],
    "audit",
)
RECEIPTS = "migration/receipts/"
migration_pages = (
    [
        path("", migration.page, name="page"),
        path("plan/", migration.make_plan, name="make_plan"),
        path("accounts/", migration.accounts, name="accounts"),
        path("plan/plan.csv", migration.plan_csv, name="plan_csv"),
        path("plan/plan.json", migration.plan_json, name="plan_json"),
        path("check/", migration.check_accounts, name="check"),
        path("invite/", migration.ask, {"how": "invite"}, name="invite"),
        path("ask/", migration.ask, {"how": "ask"}, name="ask"),
        path("rules/", migration.rules, name="rules"),
        path("cut-over/", migration.start, name="start"),
        path("cut-over/withdraw/", migration.withdraw, name="withdraw"),
        path("cut-over/reverse/", migration.reverse_it, name="reverse"),
        path("purge/", migration.purge, name="purge"),
        path("purge/pause/", migration.pause, name="pause"),
    ],
    "migration",
)
urlpatterns = [
    path("organization/", include(profile_pages)),
    path("members/", include(member_pages)),
    path("groups/", include(group_pages)),
    path("sign-in/", include(sign_in_pages)),
    path("sign-in/single-sign-on/", include(single_sign_on_pages)),
    path("audit/", include(audit_pages)),
    path("api-keys/", include(key_pages)),
    path(f"{RECEIPTS}latest/", receipts.latest, name="migration-receipt"),
    path(f"{RECEIPTS}<str:receipt_number>/", receipts.show, name="purge_receipt"),
    path(f"{RECEIPTS}<str:receipt_number>/json/", receipts.download, name="purge_receipt_json"),
    path(f"{RECEIPTS}<str:receipt_number>/verify/", receipts.verify, name="verify_purge_receipt"),
    path("migration/", include(migration_pages)),
]
