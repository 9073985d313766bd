"""How names are compared and cut into words."""

from django.db import migrations

# Letters that Unicode does not take apart, and what people type for them; capitals of other scripts. Written down here, so
# that the fold is the same in every database, whatever its locale and whichever version of Unicode it knows.
LETTERS = (
    ("ÆÐØÞðøĐđĦħıĸŁłŊŋŒŦŧƀƁƂƃƆƇƈƉƊƋƌƎƏƐƑƒƓƔƖƗƘƙƚƝƞƟƤƥƩƫƬƭƮƱƲƳƴƵƶƷǝ", "ædoþdoddhhikllnnœttbbbboccddddeeeffggiikklnnoppʃttttuvyyzzʒe"),
    ("ǤǥȠȡȤȥȴȵȶȷȺȻȼȽȾȿɀɃɄɆɇɈɉɋɌɍɎɏɑɓɔɕɖɗəɛɠɡɢɣɦɨɩɪɫɬɭɱɲɳɴɵɶɼɽɾʀʂʈʉ", "ggndzzlntjaccltszbueejjqrryyabocddeegggghiiilllmnnnoœrrrrstu"),
    ("ʊʋʏʐʑʙʛʜʝʟʠᴀᴁᴄᴅᴇᴊᴋᴌᴍᴏᴘᴛᴜᴠᴡᴢᵬᵭᵮᵯᵰᵱᵲᵳᵴᵵᵶᵻᵽᵾᶀᶁᶂᶃᶄᶅᶆᶇᶈᶉᶊᶌᶍᶎᶏᶑᶒᶖᶙ", "uvyzzbghjlqaæcdejklmoptuvwzbdfmnprrstzipubdfgklmnprsvxzadeiu"),
    ("ẞỾỿⱠⱡⱢⱣⱤⱥⱦⱧⱨⱩⱪⱫⱬⱭⱮⱱⱲⱳⱴⱸⱺⱾⱿꜰꜱ", "ßyylllprathhkkzzamvwwveoszfs"),
    ("ͰͲͶͿΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩςϏϘϚϜϞϠϷϺϽϾϿЂЄЅІЈЉЊЋЏАБВГДЕЖЗИКЛ", "ͱͳͷϳαβγδεζηθικλμνξοπρστυφχψωσϗϙϛϝϟϡϸϻͻͼͽђєѕіјљњћџабвгдежзикл"),
    ("МНОПРСТУФХЦЧШЩЪЫЬЭЮЯѠѢѤѦѨѪѬѮѰѲѴѸѺѼѾҀҊҌҎҐҒҔҖҘҚҜҞҠҢҤҦҨҪҬҮҰҲҴҶҸ", "мнопрстуфхцчшщъыьэюяѡѣѥѧѩѫѭѯѱѳѵѹѻѽѿҁҋҍҏґғҕҗҙқҝҟҡңҥҧҩҫҭүұҳҵҷҹ"),
    ("ҺҼҾӀӃӅӇӉӋӍӔӘӠӨӶӺӼӾԀԂԄԆԈԊԌԎԐԒԔԖԘԚԜԞԠԢԤԦԨԪԬԮԱԲԳԴԵԶԷԸԹԺԻԼԽԾԿՀՁՂ", "һҽҿӏӄӆӈӊӌӎӕәӡөӷӻӽӿԁԃԅԇԉԋԍԏԑԓԕԗԙԛԝԟԡԣԥԧԩԫԭԯաբգդեզէըթժիլխծկհձղ"),
    ("ՃՄՅՆՇՈՉՊՋՌՍՎՏՐՑՒՓՔՕՖႠႡႢႣႤႥႦႧႨႩႪႫႬႭႮႯႰႱႲႳႴႵႶႷႸႹႺႻႼႽႾႿჀჁჂჃჄჅჇჍ", "ճմյնշոչպջռսվտրցւփքօֆⴀⴁⴂⴃⴄⴅⴆⴇⴈⴉⴊⴋⴌⴍⴎⴏⴐⴑⴒⴓⴔⴕⴖⴗⴘⴙⴚⴛⴜⴝⴞⴟⴠⴡⴢⴣⴤⴥⴧⴭ"),
    ("ᲀᲁᲂᲃᲄᲅᲆᲇᲈᲐᲑᲒᲓᲔᲕᲖᲗᲘᲙᲚᲛᲜᲝᲞᲟᲠᲡᲢᲣᲤᲥᲦᲧᲨᲩᲪᲫᲬᲭᲮᲯᲰᲱᲲᲳᲴᲵᲶᲷᲸᲹᲺᲽᲾᲿ", "вдосттъѣꙋაბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰჱჲჳჴჵჶჷჸჹჺჽჾჿ"),
)
APOSTROPHES = "`\u2018\u2019\u201a\u201b\u2032\u2035\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u02c8\u02ca\u02cb\ua78c\u05f3"
HYPHENS = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\u058a\u05be\u1400\u1806\u2e17\u2e1a\u2e3a\u2e3b\u30a0"
SPACES = "\u0085\u1680\u2028\u2029"
FROM = "".join(source for source, _ in LETTERS) + APOSTROPHES + HYPHENS + SPACES
TO = "".join(plain for _, plain in LETTERS) + "'" * len(APOSTROPHES) + "-" * len(HYPHENS) + " " * len(SPACES)
# Accents and points, and characters that only steer how text is shown.
UNSEEN = (
    r"\u00ad\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u061c\u0640\u064b-\u065f\u0670"
    r"\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0e48-\u0e4b\u180e\u1ab0-\u1aff\u1dc0-\u1dff\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u206f\u20d0-\u20ff\u3099\u309a\ufe00-\ufe0f\ufe20-\ufe2f\ufeff"
)
SIGNS = (
    r"\u0021-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u00d7\u00f7\u05c0\u05c3\u05f4\u060c\u061b\u061f\u06d4\u2010-\u2bff"
    r"\u2e00-\u2e7f\u3000-\u3004\u3008-\u3020\u3030\u30fb\ufe30-\ufe6f\U0001f000-\U0001faff"
)

FUNCTIONS = f"""
-- How names are compared: lower case, without accents, one apostrophe, one hyphen. Writers and search use this function.
CREATE FUNCTION crm_folded(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
SELECT btrim(CASE WHEN octet_length($1) = char_length($1) THEN replace(lower($1 COLLATE "C"), '`', '''')
ELSE replace(replace(replace(replace(
    translate(
        lower(regexp_replace(normalize(replace($1, '\u00b4', ''''), NFKD), '[{UNSEEN}]', '', 'g') COLLATE "C"),
        '{FROM}', '{TO.replace("'", "''")}'
    ), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th')
END)
$$;

-- The words of a text, each whole and from every part on that follows a sign: maya.bakes and bakes.
CREATE FUNCTION crm_words(text) RETURNS SETOF text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
SELECT DISTINCT left(substr(word, start), 60)
FROM regexp_split_to_table(crm_folded($1), '[ \\t-\\r]+') AS word, generate_series(1, char_length(word)) AS start
WHERE start = 1 OR substr(word, start - 1, 2) ~ '^[{SIGNS}][^{SIGNS}]'
$$;
"""


class Migration(migrations.Migration):
    initial = True
    replaces = [("crm", "0016_mailings")]
    dependencies = []

    operations = [
        migrations.RunSQL(FUNCTIONS, "DROP FUNCTION crm_words(text); DROP FUNCTION crm_folded(text);"),
    ]
