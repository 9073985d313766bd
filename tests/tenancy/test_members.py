"""Members: invited by e-mail, given roles and groups, removed, and gone."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.contrib.auth import get_user
from django.core import signing
from django.db import connection
from django.test import Client
from django.utils import timezone

from mail.services.invitations import SALT
from tenancy.enums import Permission, Role
from tenancy.errors import (
    InvitationJustSent,
    InvitationOfAnother,
    InvitationOver,
    LastOwner,
    OnlyOwnersMay,
)
from tenancy.models import Event, Group, GroupMember, Invitation, Membership, Organization, User
from tenancy.policies import ROLE_PERMISSIONS
from tenancy.queries import membership_in, memberships_of
from tenancy.scope import organization_scope
from tenancy.services.invitations import accept_invitation, revoke_invitation, write_invitation
from tenancy.services.members import change_member, leave, limit_member, person_at, remove_member
from tenancy.services.organizations import add_member
from tests.crm.conftest import queries_in
from tests.mailing import sent_mail
from tests.submitting import submit

pytestmark = pytest.mark.django_db
PAGE = "/o/elm/settings/members/"
LINK = re.compile(r"http://testserver(/join/\S+/)")
CODE = re.compile(r"^ {4}([A-Z0-9-]{6,})$", re.MULTILINE)
Members = Callable[[Role], Membership]


@pytest.fixture
def member(elm: Organization) -> Members:
    """Somebody who is this at Elm."""

    def make(role: Role, name: str = "") -> Membership:
        person = User.objects.create_user(f"{name or role}@elm.example", name=name or role.label)
        return add_member(elm, person, role=role, actor=None)

    return make


def browser(membership: Membership) -> Client:
    client = Client()
    client.force_login(
        membership.user, backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    return client


def said(organization: Organization) -> list[str]:
    with organization_scope(organization):
        return list(Event.objects.order_by("pk").values_list("verb", flat=True))


def texts(client: Client, url: str) -> list[str]:
    return [str(message) for message in client.get(url).context["messages"]]


def set_role(target: Membership, role: str, by: Membership, **choices: Any) -> None:
    with organization_scope(target.organization):
        change_member(target, **{"role": role, "is_limited": False, "groups": [], **choices}, by=by)


def invited(client: Client, email: str = "new@elm.example", **data: Any) -> str:
    """Invite an address and return the path of the mailed link."""
    answer = client.post(f"{PAGE}invite/", {"email": email, "role": "manager", **data})
    assert answer.status_code == 302, answer.context["form"].errors
    return LINK.search(sent_mail()[-1].body)[1]


def sign_in_with_code(client: Client, link: str, **data: str) -> str:
    """Ask for a code on the page of the link, and enter it. Returns where that leads."""
    asked = client.post(link, {"go_on": "1", **data})
    assert asked.status_code == 302
    code = CODE.search(sent_mail()[-1].body)[1]
    answer = client.post(asked.url, {"code": code, "next": link})
    assert answer.status_code == 302
    return answer.url


def test_an_invitation_leads_a_new_person_into_the_organization_once(
    elm: Organization, member: Members
) -> None:
    link = invited(browser(member(Role.ADMIN)), " New@ELM.example ")
    newcomer = Client()
    assert b"Send me a code" in newcomer.get(link).content
    assert newcomer.post(link, {"go_on": "1"}).status_code == 422  # a new person has a name

    assert sign_in_with_code(newcomer, link, name="Nia New") == link
    assert get_user(newcomer).email == "new@elm.example"
    assert newcomer.get("/o/elm/").status_code == 404  # signed in, and not yet a member
    assert b"Join as Nia New" in newcomer.get(link).content
    assert newcomer.post(link).url == "/o/elm/"

    assert membership_in(get_user(newcomer), elm.pk).role == Role.MANAGER
    assert newcomer.get("/o/elm/").status_code == 200
    assert newcomer.get(link).status_code == newcomer.post(link).status_code == 404
    assert said(elm)[-2:] == ["invitation.sent", "membership.set"]


def test_an_invitation_is_for_its_address_alone(member: Members) -> None:
    admin, other = member(Role.ADMIN), User.objects.create_user("other@example.com")
    link = invited(browser(admin))
    client = Client()
    client.force_login(other)
    for answer in (client.get(link), client.post(link)):
        assert b"you are signed in as other@example.com" in answer.content
    assert not memberships_of(other)


@pytest.mark.parametrize("end", ["expired", "revoked", "replaced"])
def test_a_link_that_is_over_says_so(member: Members, elm: Organization, end: str) -> None:
    client = browser(member(Role.ADMIN))
    link = invited(client)
    with organization_scope(elm):
        invitation = Invitation.objects.get()
        if end == "expired":
            Invitation.objects.update(expires_at=timezone.now())
        if end == "replaced":
            Invitation.objects.update(sent_at=timezone.now() - timedelta(minutes=2))
    if end != "expired":
        step = "revoke" if end == "revoked" else "send-again"
        client.post(f"{PAGE}invitations/{invitation.pk}/{step}/")
    answer = Client().get(link)
    assert (answer.status_code, b"does not work" in answer.content) == (404, True)
    assert (len(sent_mail()) == 2) == (end == "replaced")
    if end == "replaced":
        assert Client().get(LINK.search(sent_mail()[-1].body)[1]).status_code == 200


@pytest.mark.parametrize("end", ["removed", "made a manager", "deleted"])
def test_who_may_invite_no_longer_lets_nobody_in_by_an_earlier_link(
    member: Members, elm: Organization, end: str
) -> None:
    owner, admin = member(Role.OWNER), member(Role.ADMIN)
    link = invited(browser(admin))
    newcomer = Client()
    sign_in_with_code(newcomer, link, name="Nia New")
    if end == "removed":
        with organization_scope(elm):
            remove_member(admin, by=owner)
    elif end == "made a manager":
        set_role(admin, Role.MANAGER, by=owner)
    else:
        admin.user.delete()
    assert newcomer.get(link).status_code == newcomer.post(link).status_code == 404
    with organization_scope(elm):
        Invitation.objects.update(sent_at=timezone.now() - timedelta(minutes=2))
        invitation = Invitation.objects.get()
    browser(owner).post(f"{PAGE}invitations/{invitation.pk}/send-again/")
    again = LINK.search(sent_mail()[-1].body)[1]
    assert newcomer.post(again).url == "/o/elm/"


@pytest.mark.django_db(transaction=True)
def test_an_address_that_several_invite_at_once_is_invited_once() -> None:
    elm, together = Organization.objects.create(name="Elm", slug="elm"), Barrier(4)
    person = User.objects.create_user("owner@elm.example")
    owner = add_member(elm, person, role=Role.OWNER, actor=None)

    def invite(_: int) -> str:
        try:
            with organization_scope(elm):
                together.wait(timeout=30)
                write_invitation(
                    "new@elm.example", role=Role.MANAGER, is_limited=False, groups=[], by=owner
                )
                return "invited"
        except InvitationJustSent:
            return "just sent"
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(invite, range(4))) == ["invited", *["just sent"] * 3]


def test_an_address_that_somebody_invites_at_the_same_moment_was_just_invited(
    member: Members, elm: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, rules = member(Role.OWNER), {"role": Role.MANAGER, "is_limited": False, "groups": []}

    def invite_first(secret: str) -> str:
        monkeypatch.undo()
        write_invitation("new@elm.example", **rules, by=owner)
        return secret

    monkeypatch.setattr("tenancy.services.invitations.digest", invite_first)
    with organization_scope(elm), pytest.raises(InvitationJustSent):
        write_invitation("new@elm.example", **rules, by=owner)


def test_a_link_that_is_not_ours_opens_nothing() -> None:
    assert Client().get("/join/not-signed-by-us/").status_code == 404


def test_an_invitation_lasts_seven_days(member: Members, elm: Organization) -> None:
    invited(browser(member(Role.ADMIN)))
    with organization_scope(elm):
        invitation = Invitation.objects.get()
    assert invitation.expires_at - invitation.sent_at == timedelta(days=7)


def test_an_address_is_not_flooded_with_invitations(member: Members, elm: Organization) -> None:
    client = browser(member(Role.ADMIN))
    invited(client)
    again = client.post(f"{PAGE}invite/", {"email": "new@elm.example", "role": "viewer"})
    assert "less than a minute" in str(again.context["form"].errors)
    with organization_scope(elm):
        invitation = Invitation.objects.get()
    client.post(f"{PAGE}invitations/{invitation.pk}/send-again/")
    assert "less than a minute" in texts(client, PAGE)[0]
    assert len(sent_mail()) == 1


def test_a_member_is_not_invited_again(member: Members) -> None:
    answer = browser(member(Role.ADMIN)).post(
        f"{PAGE}invite/", {"email": "admin@elm.example", "role": "viewer"}
    )
    assert answer.status_code == 422
    assert "is a member already" in str(answer.context["form"].errors)


def test_an_invitation_may_limit_to_groups_from_the_start(
    member: Members, elm: Organization
) -> None:
    with organization_scope(elm):
        beauty = Group.objects.create(name="Beauty", key="beauty")
    link = invited(browser(member(Role.OWNER)), groups=[beauty.pk], is_limited="on")
    newcomer = Client()
    sign_in_with_code(newcomer, link, name="Nia")
    newcomer.post(link)
    membership = membership_in(get_user(newcomer), elm.pk)
    assert membership.is_limited
    with organization_scope(elm):
        assert GroupMember.objects.get().user == membership.user


def test_who_became_a_member_meanwhile_keeps_their_role(member: Members, elm: Organization) -> None:
    admin = member(Role.ADMIN)
    person = person_at("new@elm.example", "Nia")
    assert person_at("new@elm.example", "Another") == person
    with organization_scope(elm):
        invitation, secret = write_invitation(
            person.email, role=Role.VIEWER, is_limited=False, groups=[], by=admin
        )
        add_member(elm, person, role=Role.MANAGER, actor=None)
        assert accept_invitation(invitation, secret, person=person).role == Role.MANAGER
        with pytest.raises(InvitationOver):
            accept_invitation(invitation, secret, person=person)
        with pytest.raises(InvitationOver):
            revoke_invitation(invitation, by=admin)


def test_a_revoked_invitation_opens_nothing_and_the_event_says_by_whom(
    member: Members, elm: Organization
) -> None:
    admin = member(Role.ADMIN)
    with organization_scope(elm):
        invitation, secret = write_invitation(
            "new@elm.example", role=Role.VIEWER, is_limited=False, groups=[], by=admin
        )
        revoke_invitation(invitation, by=admin)
        event = Event.objects.latest("pk")
        assert (event.verb, event.actor) == ("invitation.revoked", admin.user)
        with pytest.raises(InvitationOver):
            accept_invitation(invitation, secret, person=User(email="new@elm.example"))


def test_an_admin_neither_makes_nor_changes_nor_removes_owners(
    member: Members, elm: Organization
) -> None:
    owner, admin, viewer = member(Role.OWNER), member(Role.ADMIN), member(Role.VIEWER)
    with organization_scope(elm):
        invitation, _ = write_invitation(
            "boss@elm.example", role=Role.OWNER, is_limited=False, groups=[], by=owner
        )
        for forbidden in (
            lambda: set_role(viewer, Role.OWNER, admin),
            lambda: set_role(owner, Role.VIEWER, admin),
            lambda: set_role(owner, Role.OWNER, admin),
            lambda: remove_member(owner, by=admin),
            lambda: revoke_invitation(invitation, by=admin),
            lambda: write_invitation(
                "x@elm.example", role=Role.OWNER, is_limited=False, groups=[], by=admin
            ),
        ):
            with pytest.raises(OnlyOwnersMay):
                forbidden()
    client = browser(admin)
    answer = client.post(f"{PAGE}{viewer.pk}/", {"role": "owner"})
    assert answer.status_code == 422  # the choice is not even there
    client.post(f"{PAGE}{owner.pk}/remove/")
    assert texts(client, PAGE) == ["Only an owner can make, change or remove owners."]
    viewer.refresh_from_db()
    assert (viewer.role, Membership.objects.filter(pk=owner.pk).exists()) == (Role.VIEWER, True)


def test_the_last_owner_stays(member: Members, elm: Organization) -> None:
    owner = member(Role.OWNER)
    with organization_scope(elm):
        for step in (
            lambda: set_role(owner, Role.ADMIN, owner),
            lambda: remove_member(owner, by=owner),
            lambda: leave(owner),
        ):
            with pytest.raises(LastOwner):
                step()
    client = browser(owner)
    client.post(f"{PAGE}leave/", {"leave": "yes"})
    assert "keeps at least one owner" in texts(client, PAGE)[0]
    second = member(Role.OWNER, "second")
    with organization_scope(elm):
        leave(owner)
    assert list(elm.memberships.all()) == [second]
    assert said(elm)[-1] == "membership.left"


def test_an_owner_who_cannot_sign_in_is_no_owner_to_rely_on(
    member: Members, elm: Organization
) -> None:
    owner, second = member(Role.OWNER), member(Role.OWNER, "second")
    User.objects.filter(pk=second.user_id).update(is_active=False)
    with organization_scope(elm), pytest.raises(LastOwner):
        leave(owner)


def test_a_changed_role_holds_from_the_next_click(member: Members, elm: Organization) -> None:
    owner, admin = member(Role.OWNER), member(Role.ADMIN)
    client = browser(admin)
    assert client.get(f"{PAGE}invite/").status_code == 200
    answer = submit(browser(owner), f"{PAGE}{admin.pk}/", {"role": "viewer"})
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    assert client.get(f"{PAGE}invite/").status_code == 403
    assert client.get(PAGE).status_code == 200


def test_groups_limit_managers_and_viewers_only(member: Members, elm: Organization) -> None:
    owner, manager = member(Role.OWNER), member(Role.MANAGER)
    with organization_scope(elm):
        beauty = Group.objects.create(name="Beauty", key="beauty")
        set_role(manager, Role.MANAGER, owner, is_limited=True, groups=[beauty])
        manager.refresh_from_db()
        assert manager.is_limited
        count = len(said(elm))
        limit_member(elm, manager.user, is_limited=True, groups=[beauty], actor=None)
        assert len(said(elm)) == count  # nothing changed
        set_role(manager, Role.ADMIN, owner, is_limited=True, groups=[])
    manager.refresh_from_db()
    assert (manager.role, manager.is_limited) == (Role.ADMIN, False)
    with organization_scope(elm):
        assert not GroupMember.objects.exists()
    assert said(elm)[-3:] == ["membership.limited", "membership.set", "membership.limited"]


def test_a_removed_member_is_out_at_once(member: Members, elm: Organization) -> None:
    owner, manager = member(Role.OWNER), member(Role.MANAGER)
    with organization_scope(elm):
        GroupMember.objects.create(
            group=Group.objects.create(name="Beauty", key="beauty"), user=manager.user
        )
    gone = browser(manager)
    assert gone.get("/o/elm/").status_code == 200
    client = browser(owner)
    assert b"former member" in client.get(f"{PAGE}{manager.pk}/remove/").content
    client.post(f"{PAGE}{manager.pk}/remove/", headers={"HX-Request": "true"})
    assert gone.get("/o/elm/").status_code == 404
    with organization_scope(elm):
        assert not GroupMember.objects.exists()
    assert said(elm)[-1] == "membership.removed"


def test_who_leaves_is_led_to_the_front_door(member: Members) -> None:
    client = browser(member(Role.VIEWER))
    assert b"Somebody there has to invite you again" in client.get(f"{PAGE}leave/").content
    assert client.post(f"{PAGE}leave/").status_code == 200  # nobody said yes
    assert client.post(f"{PAGE}leave/", {"leave": "yes"}).url == "/"
    assert client.get("/o/elm/").status_code == 404


def test_a_viewer_sees_the_members_and_changes_nothing(member: Members) -> None:
    owner, viewer = member(Role.OWNER), member(Role.VIEWER)
    client = browser(viewer)
    page = client.get(PAGE).content.decode()
    assert owner.user.email in page
    assert "Invite member" not in page
    assert "Change role" not in page
    for path in ("invite/", f"{owner.pk}/", f"{owner.pk}/remove/"):
        assert client.post(f"{PAGE}{path}", {"role": "viewer"}).status_code == 403


def test_the_list_says_who_has_a_second_factor_and_when_they_signed_in(member: Members) -> None:
    from allauth.mfa.models import Authenticator

    owner, viewer = member(Role.OWNER), member(Role.VIEWER)
    kinds = Authenticator.Type
    Authenticator.objects.create(user=owner.user, type=kinds.TOTP, data={})
    Authenticator.objects.create(user=viewer.user, type=kinds.RECOVERY_CODES, data={})
    rows = browser(owner).get(PAGE).context["page"].rows
    assert [row["member"].has_second_factor for row in rows] == [True, False]
    assert rows[0]["member"].user.last_login is not None


def test_the_list_of_members_has_a_budget_of_queries(member: Members) -> None:
    owner = member(Role.OWNER)
    for number in range(20):
        member(Role.VIEWER, f"viewer{number}")
    assert queries_in(browser(owner), PAGE) <= 9


def test_money_and_impersonation_are_permissions_of_some_roles() -> None:
    able = {
        permission: {role for role, given in ROLE_PERMISSIONS.items() if permission in given}
        for permission in (Permission.SEE_MONEY, Permission.IMPERSONATE)
    }
    assert able == {
        Permission.SEE_MONEY: {Role.OWNER, Role.ADMIN, Role.MANAGER},
        Permission.IMPERSONATE: {Role.OWNER, Role.ADMIN},
    }


def test_a_link_of_an_organization_that_is_gone_opens_nothing() -> None:
    token = signing.Signer(salt=SALT).sign_object([2**40, 1, "secret"])
    assert Client().get(f"/join/{token}/").status_code == 404


def test_an_invitation_is_accepted_by_its_own_person_alone(
    member: Members, elm: Organization
) -> None:
    admin, other = member(Role.ADMIN), User.objects.create_user("other@example.com")
    with organization_scope(elm):
        invitation, secret = write_invitation(
            "new@elm.example", role=Role.VIEWER, is_limited=False, groups=[], by=admin
        )
        with pytest.raises(InvitationOfAnother):
            accept_invitation(invitation, secret, person=other)
        with pytest.raises(InvitationOver):
            accept_invitation(invitation, "another secret", person=other)


def test_a_link_asks_for_no_more_codes_than_the_sign_in_does(
    member: Members, settings: Any
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"mail_from_address": "1/m/key", "mail_to_account": "60/h/key"}
    link = invited(browser(member(Role.ADMIN)))
    answers = [Client().post(link, {"go_on": "1", "name": "Nia"}).status_code for _ in range(2)]
    assert answers == [302, 422]
    assert len(sent_mail()) == 2  # the invitation and one code


def test_a_change_that_is_refused_says_why_beside_the_role(member: Members) -> None:
    owner = member(Role.OWNER)
    answer = submit(browser(owner), f"{PAGE}{owner.pk}/", {"role": "viewer"})
    assert answer.status_code == 422
    assert "keeps at least one owner" in str(answer.context["form"].errors["role"])
