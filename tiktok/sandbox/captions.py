"""Captions as people write them: by topic, and in the language of the creator's country."""

from __future__ import annotations

from .facts import Facts

BY_TOPIC = {
    "Food": (
        "Three ingredients, ten minutes, no excuses #easyrecipe",
        "My grandmother would not approve, and it is delicious",
        "Day {n} of cooking from the bottom shelf",
        "The crust. Listen to the crust. #sourdough",
        "Sunday market, everything under ten",
        "Why your sauce splits, and how to save it",
        "Lunch for four, one pan #weeknightdinner",
        "I tested five tins of tomatoes so you need not",
    ),
    "Fitness": (
        "Week {n}: same hill, slower, happier",
        "Five minutes before breakfast. That is the whole secret",
        "Form check: what I got wrong for two years #gymtok",
        "Rain does not count as a reason #running",
        "Rest day. Really. I am resting",
        "Warm-up I never skip any more",
        "Trying the class everybody talks about",
        "New shoes, first ten kilometres",
    ),
    "Travel": (
        "The last bus had gone, so we walked #slowtravel",
        "A room with this view costs less than you think",
        "Packing for a week in one small bag",
        "Day {n} on the coast path",
        "What nobody tells you about the night train",
        "Ferry, rain, coffee, repeat",
        "Three villages, no plan #weekendtrip",
        "The bakery at the end of the road",
    ),
    "Beauty": (
        "Two products. That is the routine #skincare",
        "What thirty days of sunscreen did",
        "Getting ready in a lift mirror #grwm",
        "I was wrong about this cleanser",
        "Soft eye for tired mornings, part {n}",
        "Reading the label so you do not have to",
        "Drugstore against the expensive one: honest answer",
        "Hair wash day, start to finish",
    ),
    "Comedy": (
        "When the meeting could have been a mail",
        "My mother on the phone, part {n}",
        "Every group trip has this person",
        "Nobody: … My flatmate at 2 a.m.:",
        "The shop assistant who knows",
        "Explaining my job to my uncle, again",
        "That one friend who is always five minutes away",
        "Live reaction to my own bank app",
    ),
    "Home": (
        "From the kerb to the living room in a weekend #thriftflip",
        "The corner nobody looked at, now everybody does",
        "Glaze test {n}: the blue one, finally",
        "How I hang things without a spirit level",
        "Tomatoes: week {n} #smallgarden",
        "One tin of paint, one afternoon",
        "Mending the sleeve instead of buying the coat",
        "A drawer for everything, everything in the drawer",
    ),
    "Music": (
        "First take, neighbour included",
        "The bridge I have been stuck on for a month",
        "Busking, minus four degrees #livemusic",
        "Learning this tune by ear, day {n}",
        "You asked for the slow version",
        "Two chords and a kettle",
        "What the crowd did at the end",
        "Soundcheck is my favourite part",
    ),
    "Technology": (
        "It was the cable. It is always the cable #tech",
        "The setting you should switch off today",
        "Six months later: would I buy it again?",
        "Repairing what they said could not be repaired, part {n}",
        "Desk tour, but everything is second-hand",
        "One hour of battery, explained",
        "Cheap against expensive: blind test",
        "I read the manual. It was worth it",
    ),
}
OWN_LANGUAGE = {
    "KR": ("오늘의 루틴 {n}일차", "이건 진짜 추천해요 #데일리", "퇴근 후 10분 컷"),
    "JP": ("今日の一枚 {n}", "雨の日の過ごし方 #暮らし", "はじめてやってみた", "朝5時の台所"),
    "SG": ("第{n}天:真的有用吗?", "周末开箱 #好物分享", "便宜的那个赢了"),
    "PL": ("Odcinek {n}: zaczynam od nowa", "Bez filtra, z humorem #codziennie", "Prosto i dobrze"),
    "DK": ("Uge {n} på vandet", "Stille morgen #hverdag", "Det gik næsten efter planen"),
    "TR": ("Bölüm {n}: sabah rutini", "Bunu denemeden almayın #öneri", "Beş dakikada hazır"),
    "IS": ("Dagur {n}, kaldara en í gær", "Rólegur sunnudagur #heima"),
    "GR": ("Μέρα {n}: λιγότερο αλάτι", "Κυριακή στο χωριό #σπιτικό", "Τρία υλικά, τίποτα άλλο"),
    "AE": ("اليوم {n}: روتين بسيط", "جربت لكم هذا المنتج #عناية", "قبل وبعد، بدون فلتر"),
    "IN": ("दिन {n}: नया रंग", "घर पर बनाया, प्यार से #diy", "चाय के साथ पाँच मिनट"),
    "FR": ("Épisode {n} : on recommence", "Dimanche au marché #cuisine", "Ça marche, promis", "Trois minutes, pas plus"),
    "ES": ("Parte {n}, porque la pedisteis", "Sin prisa y sin receta #casero", "Lo que nadie te cuenta"),
    "MX": ("Parte {n}: mi mamá otra vez", "Nadie me avisó #humor", "Lunes, pero con ganas"),
    "CO": ("Día {n} por la costa", "Un café y seguimos #viajes", "El bus se fue sin mí"),
    "IT": ("Puntata {n}: la domenica", "Come la faceva nonna #fattoincasa", "Prova numero due, andata meglio"),
    "PT": ("Parte {n}, a pedido", "Feito em casa, com calma #bricolage", "Antes e depois"),
    "BR": ("Dia {n}: sem desculpa", "Ninguém pediu, mas eu fiz #rotina", "Segunda-feira, força"),
    "NL": ("Week {n}: weer een poging", "Zondag, regen, klei #handgemaakt"),
    "NO": ("Dag {n} på hytta", "Bare vi to og snøen #friluftsliv"),
    "SE": ("Vecka {n}, mindre är mer", "Morgon vid sjön #vardag"),
    "FI": ("Päivä {n} järvellä", "Saunan jälkeen #arki"),
    "CZ": ("Díl {n}: znovu a lépe", "Funguje to! #dílna"),
    "RO": ("Partea {n}, la cerere", "Luni dimineața, live #umor"),
    "DE": ("Woche {n}: weiter geht’s", "Ohne Filter, mit Muskelkater #alltag", "Sonntags um sechs"),
    "AT": ("Folge {n}: die Panier hält", "Wie bei der Oma #hausmannskost"),
    "ID": ("Hari ke-{n}: jujur banget", "Murah tapi bagus #racun"),
    "TH": ("วันที่ {n} ร้านเดิม", "อร่อยจนต้องกลับมา #สตรีทฟู้ด"),
    "IL": ("יום {n}, עוד חלה", "שישי בבית #אפייה"),
}  # fmt: skip


def caption(facts: Facts, index: int, country: str, topic: str) -> str:
    """The caption of a creator's video number `index`: every second one in the language of the country, if not English."""
    own = OWN_LANGUAGE.get(country, ())
    is_own = own and facts.unit(f"language:{index}") < 0.5
    return facts.pick(f"caption:{index}", own if is_own else BY_TOPIC[topic]).format(n=index + 1)
