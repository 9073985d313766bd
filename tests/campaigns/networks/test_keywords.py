"""Keywords in captions: whole words, hashtags and handles, whatever script, case and accents."""

from __future__ import annotations

from unicodedata import category, normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.policies.keywords import folded, matched


@pytest.mark.parametrize(
    ("keyword", "caption"),
    [
        ("#SeededLoaf", "My new #seededloaf!"),
        ("#loaf", "(#LOAF)"),
        ("#loaf", "＃loaf at full width"),
        ("#loaf", "#loaf#bread"),
        ("#bread", "#loaf#bread"),
        ("#loaf", "#loaf.yum"),
        ("#東京", "散歩 #東京 です"),
        ("@oakmill", "With @OakMill."),
        ("@oak.mill", "Thanks, @oak.mill!"),
        ("oak mill", "The Oak \n\n  Mill is open"),
        ("loaf", "Loaf™"),
        ("loaf", "#loaf"),
        ("Café", "CAFE au lait"),
        ("cafe", "Cafe\u0301"),
        ("ｃａｆｅ", "café"),
        ("été", "l'été"),
        ("straße", "STRASSE"),
        ("ışık", "IŞIK"),
        ("ışık", "ışık"),
        ("ΟΔΟΣ", "οδος"),
        ("хлеб", "ХЛЕБ!"),
        ("محمد", "مُحَمَّد"),
        ("שלום", "שָׁלוֹם"),
        ("हिन्दी", "यह हिन्दी है"),
        ("東京", "今日は東京タワーへ"),
        ("สวัสดี", "คำสวัสดีครับ"),
        ("빵", "오늘은 빵 굽기"),
        ("𝓵𝓸𝓪𝓯", "loaf"),
        ("🍞", "fresh🍞today"),
        ("👋", "👋🏽 hello"),
        ("❤️", "❤ bread"),
        ("👩‍🍳", "the 👩🏽‍🍳 bakes"),
        ("🇩🇪", "🇫🇷🇩🇪"),
        ("lo\u00adaf", "loaf"),
        ("می\u200cپزم", "میپزم"),
        ("#سفر", "رحلة #سفر رائعة"),
        ("قهوة", "قهـــوة،شاي"),
        ("أحمد", "احمد"),
        ("#السفر", "#ٱلسفر"),
        ("کتاب", "كتاب"),
        ("#กาแฟ", "＃กาแฟ อร่อย"),
        ("กาแฟ", "ดื่มกาแฟทุกวัน"),
        ("パン", "美味しいﾊﾟﾝです"),
        ("#パン", "＃パン 部"),
        ("#東京", "#東京・大阪"),
        ("abc", "中文abc"),
        ("👨‍👩‍👧", "👨‍👩‍👧!"),
        ("👁‍🗨", "👁️‍🗨️"),
        ("❤️‍🔥", "❤‍🔥"),
        ("1️⃣", "1️⃣ step"),
        ("#loaf_bread", "#LOAF＿Bread"),
        ("@a_b", "thanks @a_b!"),
        ("don't", "I don’t know"),
        ("п'ять", "п’ять"),
        ("Łódź", "lodz"),
        ("smørrebrød", "SMORREBROD"),
        ("Đà Nẵng", "da nang"),
        ("æble", "AEBLE"),
        ("Київ", "київ"),
        ("1.5", "1.5 l"),
        ("5", "step 5."),
        ("C++", "I love C++!"),
        ("loaf", "l\u2063oaf"),
        ("loaf", "\u202eloaf"),
        ("oak mill", "oak\u3000mill"),
    ],
)
def test_a_keyword_is_found(keyword: str, caption: str) -> None:
    assert matched([keyword], caption) == [keyword]


@pytest.mark.parametrize(
    ("keyword", "caption"),
    [
        ("#loaf", "#loafs"),
        ("#loaf", "loaf"),
        ("#loaf", "#loaf_bread"),
        ("#loaf", "#loaf2"),
        ("#東京", "#東京タワー"),
        ("@oak", "@oakmill"),
        ("@oak", "@oak.mill"),
        ("@oak", "@oak-mill"),
        ("@oak", "mail@oak.example"),
        ("oak", "oakmill"),
        ("oak", "oak_mill"),
        ("loaf", "meatloaf"),
        ("loaf", "loaf7"),
        ("oak mill", "oakmill"),
        ("हिन", "हिन्दी"),
        ("かき", "かぎ"),
        ("빵", "빵집"),
        ("хлеб", "хлебный"),
        ("👩", "👩‍🍳"),
        ("🍳", "👩‍🍳"),
        ("🇷🇩", "🇫🇷🇩🇪"),
        ("🏴", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"),
        ("1", "1️⃣"),
        ("#", "#loaf"),
        ("@", "@oak"),
        ("#سفر", "#سفر_ممتع"),
        ("#パン", "＃パン部"),
        ("#loaf", "#loaf＿bread"),
        ("#loaf", "#️⃣loaf"),
        ("👨‍👩‍👧", "👨‍👩‍👧‍👦"),
        ("❤", "❤️‍🔥"),
        ("ビール", "ヒール"),
        ("мой", "мои"),
        ("ї", "і"),
        ("5", "1.5"),
        ("5", "5,000"),
        ("1.5", "1.5.2"),
        ("தமிழ்", "தமிழ்நாடு"),
        ("", "anything"),
        ("\u200e", "anything"),
        ("loaf", ""),
    ],
)
def test_a_keyword_is_not_found(keyword: str, caption: str) -> None:
    assert matched([keyword], caption) == []


def test_keywords_are_told_as_they_are_written_and_in_their_order() -> None:
    assert matched(["@OakMill", "rye", "#Loaf"], "#loaf by @oakmill") == ["@OakMill", "#Loaf"]


# Scripts whose letters have two cases, and words with blanks between them.
CASED = st.text(
    st.sampled_from("abcdefghijklmnopqrstuvwxyzäöüßéçñøåıαβγδεζηθλςσωабвгджзйёжюя"), min_size=1
)
ANY = st.text(max_size=40)


@given(CASED, ANY, ANY)
def test_a_word_between_blanks_is_found_in_any_case_and_form(
    word: str, before: str, behind: str
) -> None:
    for form in (word, word.upper(), word.title(), normalize("NFD", word), normalize("NFKC", word)):
        assert matched([word], f"{before} {form} {behind}") == [word]


@given(CASED, CASED, CASED)
def test_a_word_is_not_found_within_a_longer_one(word: str, before: str, behind: str) -> None:
    inside = folded(word)
    if inside not in folded(before) and inside not in folded(behind):
        for caption in (f"{before}{word}{behind}", f"{word}{behind}", f"{before}{word}"):
            whole = folded(caption)
            assert bool(matched([word], caption)) == (whole == inside)


@given(st.lists(ANY, max_size=4), ANY)
def test_whatever_is_written_keywords_are_found_or_not(keywords: list[str], caption: str) -> None:
    found = matched(keywords, caption)
    assert [each for each in keywords if each in found] == found


@given(ANY)
def test_a_folded_text_is_folded_to_itself(text: str) -> None:
    assert folded(folded(text)) == folded(text)


@given(st.characters(categories=["So"]), ANY)
def test_a_sign_parts_words(sign: str, text: str) -> None:
    assert category(sign) == "So"
    if "\U0001f1e6" <= sign <= "\U0001f1ff":
        return
    assert matched(["loaf"], f"{text} loaf{sign}") == ["loaf"]
