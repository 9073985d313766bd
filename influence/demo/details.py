"""The agency's own knowledge of its creators: groups, tags, lists, fields, rates, notes, tasks, contracts, other networks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import cycle

from django.db import transaction
from django.utils import timezone

from crm.enums import (
    AccountType,
    ContractState,
    FieldKind,
    Network,
    PostKind,
    ReadingSource,
    TagColor,
)
from crm.models import AccountReading, Influencer, List, SocialAccount, Tag
from crm.policies.fields import typed_value
from crm.services.collections.lists import add_to_list, create_list
from crm.services.collections.segments import create_segment
from crm.services.collections.tags import create_tag, tag_influencers
from crm.services.documents.contracts import change_state, create_contract
from crm.services.fields import create_field, set_values
from crm.services.groups import create_group
from crm.services.influencers import Price, create_influencer, edit_influencer, set_rates
from crm.services.notes import pin_note, write_note
from crm.services.tasks import create_task, finish_task
from influence.demo.earlier import days_ago
from tenancy.models import Organization, User
from tenancy.services.members import limit_member

GROUPS = {
    "Food": "lena.lifts haneul.daily sofia.eats amelie.cuisine kenji.noodles giulia.pasta dat.cooks shira.bakes kasia.gotuje",
    "Sport": "rio.runs kwame.kicks hugo.climbs mateo.rios thiago.corre jules.velo aesir.lifts sam.skates",
    "Arts and crafts": "priya.paints lucja.szyje emma.pottery zara.dances luca.suona niamh.fiddles jade.makes yuki.paints",
}
TAGS = {
    "Answers fast": (TagColor.GREEN, "lena.lifts rio.runs emma.pottery sofia.eats kwame.kicks ines.faz freja.syr ravi.bytes"),
    "Long-term partner": (TagColor.PURPLE, "lena.lifts giulia.pasta rio.runs emma.pottery hugo.climbs"),
    "Vegan": (TagColor.GREEN, "amelie.cuisine shira.bakes kasia.gotuje jade.makes"),
    "Gifting only": (TagColor.YELLOW, "dat.cooks bella.jkt wee.kim aino.sauna"),
    "Late twice": (TagColor.RED, "mateo.rios diego.fixes"),
    "Speaks English": (TagColor.BLUE, "noor.haddad kenji.noodles priya.paints jiayi.tech ondra.stavi eleni.trogei somchai.street"),
    "Own studio": (TagColor.GREY, "lucja.szyje emma.pottery luca.suona jade.makes"),
}  # fmt: skip
LISTS = {
    "Winter shortlist": ("Who we ask first for January.", "giulia.pasta amelie.cuisine hugo.climbs freja.syr aesir.lifts aino.sauna lena.lifts"),
    "Gifting box, spring": ("Addresses asked for by 15 January.", "dat.cooks bella.jkt wee.kim kasia.gotuje ioana.ras ines.faz shira.bakes valentina.viaja"),
}  # fmt: skip
SEGMENTS = {
    "Food, above 100,000": (["group:{Food}", "followers:100000.."], "-followers"),
    "No post in 30 days": (["posted:..-30d"], ""),
}
CITIES = {
    "DE": ("Hamburg", "Europe/Berlin"), "KR": ("Seoul", "Asia/Seoul"), "ES": ("Valencia", "Europe/Madrid"),
    "FR": ("Lyon", "Europe/Paris"), "JP": ("Osaka", "Asia/Tokyo"), "IT": ("Bologna", "Europe/Rome"),
    "PL": ("Kraków", "Europe/Warsaw"), "GB": ("Bristol", "Europe/London"), "US": ("Portland", "America/Los_Angeles"),
    "BR": ("Recife", "America/Recife"), "NL": ("Utrecht", "Europe/Amsterdam"), "SE": ("Malmö", "Europe/Stockholm"),
    "CA": ("Toronto", "America/Toronto"), "PT": ("Porto", "Europe/Lisbon"), "IE": ("Galway", "Europe/Dublin"),
    "AU": ("Melbourne", "Australia/Melbourne"), "MX": ("Guadalajara", "America/Mexico_City"), "IS": ("Reykjavík", "Atlantic/Reykjavik"),
}  # fmt: skip
CURRENCIES = {"GB": "GBP", "US": "USD", "CA": "CAD", "JP": "JPY"}
FIELDS = {
    "Shirt size": (FieldKind.CHOICE, ("S", "M", "L", "XL")),
    "Themes": (FieldKind.MULTI_CHOICE, ("Everyday", "Recipes", "Outdoors", "Craft", "Music", "Technology")),
    "Exclusive until": (FieldKind.DATE, ()),
    "Licence for ads": (FieldKind.MONEY, ()),
    "Past jobs with us": (FieldKind.NUMBER, ()),
    "Travels": (FieldKind.YES_NO, ()),
    "Portfolio": (FieldKind.URL, ()),
}  # fmt: skip
NOTES = (
    ("lena.lifts", 210, "Met at the fair in Cologne. Wants briefs of one page at most, and answers the same day."),
    ("lena.lifts", 12, "Would do a series in spring, three videos. @Vera Lindqvist has the numbers of the last one."),
    ("giulia.pasta", 150, "Cooks in her grandmother's kitchen: no logos on the walls, she asks every time."),
    ("rio.runs", 96, "Knee surgery in May; nothing with running before July. Was fine with it being known."),
    ("mateo.rios", 60, "Second video was eleven days late. Agreed: next time half the fee on delivery."),
    ("emma.pottery", 45, "Glazes for us in her own studio; a day of filming needs two weeks' notice."),
    ("amelie.cuisine", 33, "No meat, no honey. Her agent is her brother, Luc; write to both."),
    ("hugo.climbs", 30, "Only ropes he trusts: ask before sending products. @Olivia Park, please look at his rate."),
    ("haneul.daily", 20, "TikTok says that access was withdrawn. He told us he cleaned up his apps; asked to connect again."),
    ("kenji.noodles", 14, "Films between 23:00 and 2:00. Calls before noon our time are useless."),
    ("freja.syr", 9, "Interested in the winter campaign if the wool is from Sweden."),
    ("jade.makes", 5, "Sent three ideas, the second one (lamp from a colander) is very good."),
)  # fmt: skip
TASKS = (  # days from today: below 0 they are over
    ("giulia.pasta", "Send the contract for January", 2), ("hugo.climbs", "Ask which rope", -1), ("freja.syr", "Where is the wool from?", 0),
    ("amelie.cuisine", "Book the photographer", 6), ("haneul.daily", "Has he connected again?", 3), ("jade.makes", "Answer about the lamp", 1),
)  # fmt: skip
CONTRACTS = (
    ("lena.lifts", "Partnership of one year", (ContractState.SENT, ContractState.ACCEPTED)), ("emma.pottery", "Studio days", (ContractState.SENT,)),
    ("giulia.pasta", "January", ()), ("mateo.rios", "Second season", (ContractState.SENT, ContractState.DECLINED)),
)  # fmt: skip
CONTRACT = "Between {agency} and {name}.\n\n1. {name} publishes what is ordered, marked as advertising.\n2. The fee is due 30 days after the post.\n3. Either side may end this with a month's notice."
NETWORKS = (
    ("lena.lifts", Network.INSTAGRAM, AccountType.INSTAGRAM, 84_300), ("giulia.pasta", Network.INSTAGRAM, AccountType.INSTAGRAM, 41_900),
    ("giulia.pasta", Network.YOUTUBE, AccountType.YOUTUBE_CHANNEL, 12_450), ("rio.runs", Network.INSTAGRAM, AccountType.INSTAGRAM, 18_020),
    ("jiayi.tech", Network.YOUTUBE, AccountType.YOUTUBE_CHANNEL, 231_000), ("emma.pottery", Network.INSTAGRAM, AccountType.INSTAGRAM, 66_700),
    ("luca.suona", Network.TWITCH, AccountType.TWITCH, 3_870), ("zara.dances", Network.INSTAGRAM, AccountType.INSTAGRAM, 154_000),
)  # fmt: skip


@transaction.atomic
def describe_creators(agency: Organization, owner: User, manager: User) -> None:
    """Write it down once: whole, or not at all. `manager` is limited to the first group."""
    if Tag.objects.exists():
        return
    accounts = SocialAccount.objects.filter(network=Network.TIKTOK).select_related(
        "influencer", "creator"
    )
    by_handle = {account.handle: account.influencer for account in accounts.order_by("pk")}
    _Desk(agency, owner, manager, by_handle).describe()


class _Desk:
    def __init__(
        self, agency: Organization, owner: User, manager: User, by_handle: dict[str, Influencer]
    ) -> None:
        self.agency, self.owner, self.manager, self.by_handle = agency, owner, manager, by_handle

    def describe(self) -> None:
        for days, write_down in (
            (240, self._details),
            (230, self._groups),
            (180, self._fields),
            (25, self._collections),
        ):
            with days_ago(days):
                write_down()
        self._notes_and_tasks()
        self._contracts()
        self._other_networks()
        self._somebody_twice()

    def _of(self, handles: str) -> list[Influencer]:
        return [self.by_handle[handle] for handle in handles.split() if handle in self.by_handle]

    def _details(self) -> None:
        owners = cycle((self.owner, self.manager, self.owner))
        for place, influencer in enumerate(self.by_handle.values()):
            city, time_zone = CITIES.get(influencer.country, ("", ""))
            changes = {"city": city, "time_zone": time_zone, "owner_id": next(owners).pk}
            edit_influencer(influencer, actor=self.owner, **changes)
            if place % 3:
                set_rates(influencer, _prices(influencer, place), actor=self.owner)

    def _groups(self) -> None:
        for name, handles in GROUPS.items():
            group = create_group(name, name.split()[0].lower(), actor=self.owner)
            Influencer.objects.filter(pk__in=[each.pk for each in self._of(handles)]).update(
                group=group
            )
            if name == "Food":
                limit_member(
                    self.agency, self.manager, is_limited=True, groups=[group], actor=self.owner
                )

    def _collections(self) -> None:
        for name, (color, handles) in TAGS.items():
            tag_influencers(
                create_tag(name, color=color, actor=self.owner), self._of(handles), actor=self.owner
            )
        for name, (description, handles) in LISTS.items():
            made: List = create_list(name, description=description, actor=self.owner)
            add_to_list(made, self._of(handles), actor=self.owner)
        groups = dict(self.agency.group_set.values_list("name", "pk"))
        for name, (filters, sort) in SEGMENTS.items():
            clauses = [clause.format_map(groups) for clause in filters]
            create_segment(name, filters=clauses, sort=sort, is_shared=True, actor=self.owner)

    def _fields(self) -> None:
        fields = [
            create_field(name, kind, options=options, actor=self.owner)
            for name, (kind, options) in FIELDS.items()
        ]
        for place, influencer in enumerate(self.by_handle.values()):
            typed = {
                field: typed_value(field.kind, field.options, text)
                for field, text in zip(fields, _answers(influencer, place), strict=True)
                if text
            }
            set_values(influencer, typed, actor=self.owner)

    def _notes_and_tasks(self) -> None:
        authors = cycle((self.owner, self.owner, self.manager))
        for handle, days, text in NOTES:
            for influencer in self._of(handle):
                with days_ago(days):
                    note = write_note(influencer, text, author=next(authors))
                pin_note(note, is_pinned=days > 200)
        for handle, title, days in TASKS:
            for influencer in self._of(handle):
                due_on = timezone.now().date() + timedelta(days=days)
                task = create_task(
                    influencer, title, due_on=due_on, assignee_id=self.owner.pk, actor=self.manager
                )
                if days == 6:
                    finish_task(task, actor=self.owner)

    def _contracts(self) -> None:
        for handle, title, states in CONTRACTS:
            for influencer in self._of(handle):
                text = CONTRACT.format(agency=self.agency.name, name=influencer.name)
                with days_ago(40):
                    contract = create_contract(influencer, title, text=text, actor=self.owner)
                for days, state in enumerate(states):
                    with days_ago(38 - 9 * days):
                        change_state(contract, state, actor=self.owner)

    def _other_networks(self) -> None:
        now = timezone.now()
        for handle, network, account_type, followers in NETWORKS:
            for influencer in self._of(handle):
                account = SocialAccount.objects.create(
                    influencer=influencer,
                    network=network,
                    account_type=account_type,
                    handle=handle.replace(".", ""),
                )
                AccountReading.objects.bulk_create(
                    AccountReading(
                        account=account, source=ReadingSource.IMPORT, read_at=now - timedelta(days=30 * months),
                        followers=int(followers * 0.97**months), engagement_rate=0.021 + months / 1000,
                    )
                    for months in range(6)
                )  # fmt: skip

    def _somebody_twice(self) -> None:
        """From a list of last year: Giulia, spelled otherwise, with the address that we know."""
        for influencer in self._of("giulia.pasta"):
            create_influencer(
                actor=self.owner,
                name=f"{influencer.name} (fair, list of last year)",
                email=influencer.email,
            )


def _prices(influencer: Influencer, place: int) -> Sequence[Price]:
    currency = CURRENCIES.get(influencer.country, "EUR")
    amount = Decimal(200 + 150 * (place * 7 % 11))
    video = Price(Network.TIKTOK, PostKind.VIDEO, amount, currency)
    return (
        [video, Price(Network.INSTAGRAM, PostKind.STORY, amount // 4, currency)]
        if place % 2
        else [video]
    )


def _answers(influencer: Influencer, place: int) -> Sequence[str]:
    """In the order of `FIELDS`; nothing where nobody has asked."""
    _, sizes = FIELDS["Shirt size"]
    _, themes = FIELDS["Themes"]
    ends_on: date = timezone.now().date() + timedelta(days=place * 9)
    return (
        sizes[place % 4] if place % 3 else "",
        themes[place % 6] if place % 4 else "",
        str(ends_on) if place % 8 == 1 else "",
        f"{150 + place * 10} EUR" if place % 5 == 2 else "",
        str(place * 5 % 7),
        ("yes", "no")[place % 2],
        f"https://{influencer.accounts.all()[0].handle}.example/" if place % 7 == 3 else "",
    )
