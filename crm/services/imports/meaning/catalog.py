"""The fields that a column of a file can be imported into, and the headers by which each is recognized."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crm.enums import FieldKind, Network, PostKind
from crm.models import CustomField
from ui.letters import bare

NUMBERS = {
    "followers": "followers",
    "posts": "posts",
    "likes": "likes in all",
    "average_likes": "average likes",
    "engagement_rate": "engagement rate",
}
ACCOUNT, RATE, CUSTOM = "account.", "rate.", "custom."
OTHER_NETWORKS = [network for network in Network if network != Network.TIKTOK]
SETS = frozenset({"tags", "lists", "other_emails"})  # values are added to those that are there
PEOPLE = {
    "name": "Name",
    "display_name": "Display name",
    "email": "E-mail",
    "other_emails": "Other e-mails",
    "phone": "Phone",
    "country": "Country",
    "language": "Language",
    "time_zone": "Time zone",
    "salutation": "Salutation",
    "city": "City",
    "birthday": "Birthday",
    "owner": "Owner (by e-mail)",
    "group": "Group (by key or name)",
    "tags": "Tags",
    "lists": "Lists",
}
# Headers in the languages that rosters come in; compared without case, accents and signs.
HEADERS = {
    "name": "name,full name,creator,creator name,influencer,influencer name,vollstandiger name,nombre,nom,nome,naam,"
    "namn,navn,imie i nazwisko,имя,姓名,名前,氏名",
    "display_name": "display name,displayname,nickname,anzeigename,stage name,kunstlername,artist name",
    "email": "email,e mail,mail,email address,e mail address,e mail adresse,correo,correo electronico,courriel,"
    "adresse e mail,e post,contact email,邮箱,メール",
    "other_emails": "other emails,other e mails,second email,further emails,cc",
    "phone": "phone,phone number,telephone,tel,mobile,mobile phone,telefon,handy,telefono,telephone number,"
    "whatsapp,电话,電話",
    "country": "country,land,pais,pays,paese,country code,kraj,страна,国家,国",
    "language": "language,sprache,idioma,langue,lingua,taal,язык,语言,言語",
    "time_zone": "time zone,timezone,zeitzone,zona horaria,fuseau horaire",
    "salutation": "salutation,anrede,greeting,saludo",
    "city": "city,town,stadt,ort,ciudad,ville,citta,stad,miasto,город,城市",
    "birthday": "birthday,birth date,date of birth,geburtstag,geburtsdatum,dob,fecha de nacimiento,date de naissance",
    "owner": "owner,manager,account manager,responsible,verantwortlich,betreuer,responsable",
    "group": "group,gruppe,grupo,groupe,team",
    "tags": "tags,tag,labels,label,schlagworter,etiquetas,etiquettes",
    "lists": "lists,list,liste,listas,listes",
}
ACCOUNT_WORDS = (
    "handle,account,username,user name,user,url,link,profile,profile url,profile link,channel,channel info,"
    "channel url,page,kanal,konto,cuenta,compte,"
)
NUMBER_WORDS = {
    "followers": "followers,follower,follower count,followers count,subscribers,subscriber count,fans,abonnenten,"
    "seguidores,abonnes",
    "posts": "posts,post count,media count,videos,uploads,beitrage",
    "likes": "likes,total likes,like count,likes total",
    "average_likes": "avg likes,average likes,avg like,durchschnittliche likes,likes avg",
    "engagement_rate": "engagement rate,er,eng rate,engagement,60 day eng rate,interaktionsrate",
}
NETWORK_WORDS = {
    "tiktok": Network.TIKTOK, "tik tok": Network.TIKTOK, "instagram": Network.INSTAGRAM, "insta": Network.INSTAGRAM,
    "ig": Network.INSTAGRAM, "youtube": Network.YOUTUBE, "yt": Network.YOUTUBE, "twitter": Network.X, "x": Network.X,
    "facebook": Network.FACEBOOK, "fb": Network.FACEBOOK, "twitch": Network.TWITCH,
}  # fmt: skip
RATE_WORDS = re.compile(
    r"(?:rate|price|fee|preis|honorar|precio|prix)(?: (?:per|pro|por|par))? ?(.*)"
)
POST_WORDS = {
    "": PostKind.VIDEO, "video": PostKind.VIDEO, "short": PostKind.SHORT, "reel": PostKind.SHORT,
    "photo": PostKind.PHOTO, "post": PostKind.PHOTO, "story": PostKind.STORY, "live": PostKind.LIVE,
}  # fmt: skip


@dataclass(frozen=True)
class Field:
    """A field, where it stands in the choice of fields, and how its cells are read.

    `number`: count, number, share or money, for columns whose decimal mark matters. `is_time`: its values are dates, or moments in UTC.
    """

    key: str
    label: str
    section: str
    number: str = ""
    is_time: bool = False


def fields() -> dict[str, Field]:
    """Every field of the organization in scope, in the order of the choice."""
    found = [
        Field(key, label, "Person", is_time=key == "birthday") for key, label in PEOPLE.items()
    ]
    found += [
        Field(f"{ACCOUNT}{network}", f"{network.label} account", "Accounts") for network in Network
    ]
    found += [
        Field(
            f"{network}.{key}",
            f"{network.label} {label}",
            "Numbers of accounts",
            "share" if key == "engagement_rate" else "count",
        )
        for network in OTHER_NETWORKS
        for key, label in NUMBERS.items()
    ]
    custom = CustomField.objects.filter(archived_at=None).order_by("position", "pk")
    numbers = {FieldKind.NUMBER: "number", FieldKind.MONEY: "money"}
    found += [
        Field(
            f"{CUSTOM}{field.key}",
            field.name,
            "Custom fields",
            numbers.get(FieldKind(field.kind), ""),
            is_time=field.kind == FieldKind.DATE,
        )
        for field in custom
    ]
    found += [
        Field(
            f"{RATE}{network}.{kind}",
            f"Rate: {network.label} {kind.label.lower()}",
            "Rates",
            "money",
        )
        for network in Network
        for kind in PostKind
    ]
    return {field.key: field for field in found}


def comparable(header: str) -> str:
    """A header without case, accents and signs: `E-Mail_Adresse` → `e mail adresse`."""
    return " ".join(re.sub(r"[\W_]+", " ", bare(header)).split())


def recognized(header: str, known: dict[str, Field], network: Network | None) -> str:
    """The key of the field that this header names, empty for none. `network`: the one that the file is about."""
    words = comparable(header)
    if own := next(
        (key for key in known if key.startswith(CUSTOM) and _is_named(known[key], words)), ""
    ):
        return own
    if named := _PEOPLE_BY_HEADER.get(words):
        return named
    found, rest = _network_in(words)
    return _of_network(found or network, rest if found else words, is_named=found is not None)


def _is_named(field: Field, words: str) -> bool:
    return words in {comparable(field.label), comparable(field.key.removeprefix(CUSTOM))}


def _network_in(words: str) -> tuple[Network | None, str]:
    """The network that a header begins or ends with, and the rest of the header."""
    for name, network in NETWORK_WORDS.items():
        if words == name:
            return network, ""
        if words.startswith(f"{name} "):
            return network, words.removeprefix(f"{name} ")
        if words.endswith(f" {name}"):
            return network, words.removesuffix(f" {name}")
    return None, words


def _of_network(network: Network | None, words: str, *, is_named: bool) -> str:
    if network is None:
        return ""
    if words in ACCOUNT_WORDS.split(",") and (words or is_named):
        return f"{ACCOUNT}{network}"
    for key, spellings in NUMBER_WORDS.items():
        if words in spellings.split(",") and network != Network.TIKTOK:
            return f"{network}.{key}"
    rate = RATE_WORDS.fullmatch(words)
    kind = POST_WORDS.get(rate[1]) if rate else None
    return f"{RATE}{network}.{kind}" if kind else ""


_PEOPLE_BY_HEADER = {
    spelling: key for key, spellings in HEADERS.items() for spelling in spellings.split(",")
}


def network_named_in(text: str) -> Network | None:
    """The one network that the name of a file speaks of."""
    words = f" {comparable(text)} "
    found = {
        network for name, network in NETWORK_WORDS.items() if name != "x" and f" {name} " in words
    }
    return found.pop() if len(found) == 1 else None
