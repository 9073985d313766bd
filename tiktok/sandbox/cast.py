"""The cast: invented creators of many countries and scripts, for looking around."""

from __future__ import annotations

from dataclasses import dataclass

IN, NOT_IN, INVALID, INVITED = "IN", "NOT_IN", "INVALID", "INVITED"


@dataclass(frozen=True, slots=True)
class Face:
    """A creator of the examples."""

    membership: str
    country: str
    display_name: str
    topic: str
    followers: int
    rate: int | None
    bio: str = ""


KNOWN: dict[str, Face] = {
    "maya.bakes": Face(IN, "GB", "Maya Bakes", "Food", 184_220, 450, "Sourdough, mostly.\nLeeds"),
    "rio.runs": Face(IN, "US", "Rio", "Fitness", 88_210, 600, "Slow miles, early light"),
    "lena.lifts": Face(IN, "DE", "Lena Lifts", "Fitness", 412_600, 1_200, "Krafttraining ohne Drama. Hamburg"),
    "zoe.zen": Face(IN, "US", "Zoe Zen", "Beauty", 51_300, None, "Skin first"),
    "sam.skates": Face(IN, "CA", "Sam Skates", "Fitness", 37_450, 300, "Four wheels, many bruises"),
    "wee.kim": Face(IN, "GB", "Wee Kim", "Music", 64, 50, "Songs from a small room"),
    "tom_trails": Face(NOT_IN, "GB", "Tom Trails", "Travel", 9_340, None, "Walking the long way round"),
    "ana.arte": Face(NOT_IN, "BR", "Ana Arte", "Home", 23_870, None, "Ateliê, plantas e tinta"),
    "nosuch": Face(INVALID, "US", "Nobody", "Music", 0, None),
    "haneul.daily": Face(IN, "KR", "김하늘", "Beauty", 1_204_800, 2_900, "하루 한 컷"),
    "yuki.paints": Face(IN, "JP", "佐藤ゆき", "Home", 105_200, 700, "水彩と静かな部屋"),
    "kenji.noodles": Face(IN, "JP", "田中健二", "Food", 318_900, 1_100, "一日一麺"),
    "jiayi.tech": Face(IN, "SG", "陈佳怡", "Technology", 96_700, 800, "Gadgets, honestly"),
    "lucja.szyje": Face(IN, "PL", "Łucja Nowak", "Home", 74_300, 350, "Szyję, pruję, szyję"),
    "dat.cooks": Face(IN, "AU", "Đạt Nguyễn", "Food", 221_500, 900, "Bếp nhỏ, món ngon. Melbourne"),
    "soren.sails": Face(IN, "DK", "Søren Holm", "Travel", 43_900, 420, "Havet først"),
    "ayse.yildiz": Face(IN, "TR", "Ayşe Yıldız", "Beauty", 540_100, 1_300, "Cilt bakımı, abartısız"),
    "aesir.lifts": Face(IN, "IS", "Æsir Jónsson", "Fitness", 31_200, 260, "Kalt vatn, þungar stangir"),
    "anna.sokolova": Face(IN, "DE", "Анна Соколова", "Music", 128_400, 650, "Скрипка и метро"),
    "eleni.trogei": Face(IN, "GR", "Ελένη Παπαδάκη", "Food", 67_800, 380, "Της γιαγιάς οι συνταγές"),
    "noor.haddad": Face(IN, "AE", "نور حداد", "Beauty", 873_600, 2_400, "جمال بسيط"),
    "priya.paints": Face(IN, "IN", "प्रिया शर्मा", "Home", 246_900, 540, "रंग और चाय"),
    "amelie.cuisine": Face(IN, "FR", "Amélie Laurent", "Food", 541_200, 1_500, "Cuisine de marché, Lyon"),
    "jules.velo": Face(IN, "FR", "Jules Moreau", "Fitness", 58_600, 480, "Cols et cafés"),
    "sofia.eats": Face(IN, "ES", "Sofía Romero", "Food", 1_312_000, 3_200, "Tapas sin prisa. Sevilla"),
    "mateo.rios": Face(IN, "MX", "Mateo Ríos", "Comedy", 692_300, 1_600, "Mi mamá no me sigue"),
    "valentina.viaja": Face(IN, "CO", "Valentina Ospina", "Travel", 158_700, 620, "Con una mochila y poca prisa"),
    "zara.dances": Face(IN, "US", "Zara Okafor", "Music", 117_200, 550, "Lagos → Houston"),
    "hugo.climbs": Face(IN, "FR", "Hugo Bernard", "Fitness", 85_200, 500, "Fontainebleau, toujours"),
    "giulia.pasta": Face(IN, "IT", "Giulia Ferri", "Food", 402_800, 1_250, "Pasta fresca, mani vere"),
    "luca.suona": Face(IN, "IT", "Luca Bianchi", "Music", 29_400, 240, "Chitarra sul balcone"),
    "ines.faz": Face(IN, "PT", "Inês Carvalho", "Home", 52_100, 330, "Azulejos e bricolage"),
    "thiago.corre": Face(IN, "BR", "Thiago Alves", "Fitness", 276_500, 780, "Corrida de rua, 5h da manhã"),
    "bruna.ri": Face(IN, "BR", "Bruna Lopes", "Comedy", 934_000, 1_900, "Humor de escritório"),
    "emma.pottery": Face(IN, "NL", "Emma de Vries", "Home", 64_500, 410, "Klei, vuur, geduld"),
    "lars.hytte": Face(IN, "NO", "Lars Bråten", "Travel", 39_700, 360, "Hytteliv året rundt"),
    "freja.syr": Face(IN, "SE", "Freja Åkesson", "Beauty", 71_900, 470, "Mindre, men bättre"),
    "aino.sauna": Face(IN, "FI", "Aino Mäkelä", "Travel", 18_300, 210, "Järvi, sauna, kahvi"),
    "kasia.gotuje": Face(IN, "PL", "Kasia Wójcik", "Food", 203_400, 610, "Pierogi to nie żart"),
    "ondra.stavi": Face(IN, "CZ", "Ondřej Dvořák", "Technology", 45_600, 390, "Stavím to znovu"),
    "ioana.ras": Face(IN, "RO", "Ioana Țăranu", "Comedy", 88_900, 300, "Serios, dar nu prea"),
    "olivia.thrift": Face(IN, "GB", "Olivia Grant", "Home", 142_600, 640, "Charity-shop finds, Glasgow"),
    "kwame.kicks": Face(IN, "GB", "Kwame Mensah", "Fitness", 332_100, 980, "Sunday league diaries"),
    "niamh.fiddles": Face(IN, "IE", "Niamh O’Byrne", "Music", 26_800, 230, "Tunes before tea"),
    "harper.gardens": Face(IN, "US", "Harper Lane", "Home", 487_300, 1_400, "Small yard, big tomatoes"),
    "diego.fixes": Face(IN, "US", "Diego Marín", "Technology", 224_700, 880, "It was the cable. It’s always the cable"),
    "jade.makes": Face(IN, "US", "Jade Whitfield", "Beauty", 76_400, None, "One palette, thirty days"),
    "chloe.cabin": Face(IN, "CA", "Chloé Tremblay", "Travel", 63_200, 440, "Chalet, lac, castors"),
    "ravi.bytes": Face(IN, "CA", "Ravi Menon", "Technology", 151_900, 720, "Reviews without the music"),
    "matilda.surf": Face(IN, "AU", "Matilda Rowe", "Fitness", 94_800, 560, "Dawn patrol, Torquay"),
    "tane.kai": Face(IN, "NZ", "Tāne Walker", "Food", 48_700, 340, "Kai from the coast"),
    "bella.jkt": Face(IN, "ID", "Bella Santoso", "Beauty", 1_086_500, 1_700, "Skincare tanpa drama"),
    "somchai.street": Face(IN, "TH", "สมชาย ใจดี", "Food", 365_700, 760, "กินข้างทางทุกวัน"),
    "shira.bakes": Face(IN, "IL", "שירה לוי", "Food", 57_300, 430, "חלה כל שישי"),
    "freya.knits": Face(NOT_IN, "GB", "Freya Sinclair", "Home", 15_600, None, "Wool, wool, wool"),
    "otto.kocht": Face(NOT_IN, "AT", "Otto Gruber", "Food", 33_800, None, "Schnitzel ist Physik"),
    "leila.reads": Face(NOT_IN, "GB", "Leila Rahimi", "Comedy", 12_900, None, "Books and worse jokes"),
    "pablo.monta": Face(NOT_IN, "ES", "Pablo Iglesias Vega", "Travel", 21_400, None, "Pirineos a pie"),
}  # fmt: skip
