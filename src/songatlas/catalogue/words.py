"""The invented vocabulary of titles and names: common words and free syllables, sixteen flavors.

Titles put common nouns together with "and", "between", "without" and the like, in patterns that need no
agreement; names are free syllables. No artist and no song was copied.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Flavor:
    """One language of titles and names.

    In patterns ``{n}``, ``{m}`` and ``{o}`` are three nouns, ``{N}`` is the first noun with a capital,
    ``{S}`` a name of syllables, ``{T}`` another, ``{a}`` and ``{b}`` two adjectives, ``{A}`` the first with
    a capital.
    """

    nouns: tuple[str, ...]
    titles: tuple[str, ...]
    syllables: tuple[str, ...]
    person: str
    band: str
    adjectives: tuple[str, ...] = ("",)


_ENDINGS = (
    "lo",
    "ra",
    "vik",
    "mund",
    "tel",
    "sha",
    "dor",
    "nim",
    "qua",
    "zet",
    "bry",
    "fen",
    "gol",
    "pim",
    "wex",
)
_LATIN = (
    "ba",
    "cor",
    "del",
    "fi",
    "gru",
    "hel",
    "jo",
    "ka",
    "lum",
    "mo",
    "nar",
    "oz",
    "pe",
    "tir",
    "ul",
    "vas",
)

FLAVORS: dict[str, Flavor] = {
    "english": Flavor(
        nouns=(
            "lantern", "orchard", "gravel", "kettle", "thimble", "heron", "chimney", "harbor",
            "ladder", "pepper", "pylon", "satchel", "blanket", "saddle", "window", "almond",
            "ferryboat", "hinge", "marble", "needle", "pasture", "ribbon", "socket", "teacup",
            "umbrella", "walnut", "beacon", "cellar", "driftwood", "engine",
        ),
        titles=(
            "The {a} {n}", "{A} {n}", "{N} and {m}", "No {n}, no {m}", "{A} {n}, {b} {m}",
            "{N}, {m} and {o}", "Under the {a} {n}",
        ),
        syllables=_LATIN + _ENDINGS,
        person="{S} {T}",
        band="The {A} {N}s",
        adjectives=(
            "amber", "hollow", "crooked", "copper", "distant", "eager", "faded", "gentle",
            "hidden", "idle", "jagged", "knotted", "lukewarm", "mossy", "narrow", "oblique",
            "patient", "quilted", "rusty", "sleepless", "tilted", "unlit", "vacant", "wooden",
            "brittle", "dusty", "feathered", "grainy",
        ),
    ),
    "german": Flavor(
        nouns=(
            "der Leuchtturm", "die Laterne", "das Uhrwerk", "der Koffer", "die Mühle",
            "das Ruderboot", "der Dachs", "die Brücke", "das Treibhaus", "der Wecker",
            "die Kutsche", "das Murmeltier", "der Zirkus", "die Höhle", "das Postamt",
            "der Maulwurf", "die Glocke", "das Fernrohr", "der Drachen", "die Schatulle",
            "das Moor", "der Brunnen", "die Landkarte", "das Karussell", "der Kürbis",
            "die Fähre",
        ),
        titles=("{N} und {m}", "{N}", "Wo ist {n}?", "{N}, {m} und ich", "Nur {n}", "{N}, {m} und {o}"),
        syllables=(
            "wen", "del", "brü", "gam", "hor", "kle", "lö", "mar", "pfi", "rut", "schwa", "tro",
            "zil", "eck",
        ),
        person="{S} {T}",
        band="Die {S}",
    ),
    "french": Flavor(
        nouns=(
            "la lampe", "le jardin", "la valise", "le moulin", "la fenêtre", "le parapluie",
            "la rivière", "le grenier", "la poussière", "le canal", "la chaise", "le facteur",
            "la bougie", "le verger", "la serrure", "le hibou", "la dentelle", "le brouillard",
            "la cerise", "le tramway", "la marée", "le chapeau", "la craie", "le renard",
        ),
        titles=(
            "{N} et {m}", "Sans {n}", "Entre {n} et {m}", "{N}", "Ni {n}, ni {m}", "Adieu {n}",
            "{N}, {m} et {o}",
        ),
        syllables=(
            "bel", "cha", "do", "fleu", "gri", "lau", "mon", "oi", "per", "quin", "rou", "sé",
            "tan", "vil",
        ),
        person="{S} {T}",
        band="Les {S}",
    ),
    "spanish": Flavor(
        nouns=(
            "el farol", "la maleta", "el molino", "la ventana", "el paraguas", "la orilla",
            "el desván", "la arena", "el naranjo", "la silla", "el cartero", "la vela",
            "el espejo", "la cerradura", "el búho", "la niebla", "el tranvía", "la cereza",
            "el sombrero", "la tiza", "el zorro", "la escalera", "el reloj", "la canoa",
        ),
        titles=(
            "{N} y {m}", "Sin {n}", "Entre {n} y {m}", "Ni {n} ni {m}", "¿Dónde está {n}?",
            "{N}", "{N}, {m} y {o}",
        ),
        syllables=(
            "ba", "ci", "do", "es", "gua", "lle", "mar", "ño", "pa", "que", "ri", "sal", "to",
            "zu",
        ),
        person="{S} {T}",
        band="Los {S}",
    ),
    "portuguese": Flavor(
        nouns=(
            "o farol", "a mala", "o moinho", "a janela", "o quintal", "a areia", "o carteiro",
            "a vela", "o espelho", "a canoa", "o bonde", "a neblina", "o limoeiro", "a cadeira",
            "o varal", "a escada", "o relógio", "a rede", "o chapéu", "a maré", "o sótão",
            "a cereja",
        ),
        titles=(
            "{N} e {m}", "Sem {n}", "Entre {n} e {m}", "Nem {n}, nem {m}", "Onde está {n}?",
            "{N}, {m} e {o}",
        ),
        syllables=(
            "ba", "cão", "de", "fi", "guá", "lha", "mo", "nel", "pê", "rio", "sá", "tei", "vo",
            "xi",
        ),
        person="{S} {T}",
        band="Trio {S}",
    ),
    "polish": Flavor(
        nouns=(
            "latarnia", "ogród", "walizka", "młyn", "okno", "parasol", "rzeka", "strych", "kurz",
            "krzesło", "listonosz", "świeca", "sowa", "mgła", "wiśnia", "tramwaj", "kapelusz",
            "kreda", "lis", "źdźbło", "łódka", "żaglowiec",
        ),
        titles=("{N} i {m}", "Gdzie jest {n}?", "Tylko {n}", "{N}, {m} i {o}"),
        syllables=(
            "brze", "cha", "dą", "gło", "ję", "ków", "łu", "mir", "nia", "pał", "rzy", "sław",
            "wój", "żo",
        ),
        person="{S} {T}",
        band="{S}",
    ),
    "turkish": Flavor(
        nouns=(
            "fener", "bahçe", "bavul", "değirmen", "pencere", "şemsiye", "ırmak", "toz",
            "iskele", "sandalye", "postacı", "mum", "baykuş", "sis", "kiraz", "tramvay", "şapka",
            "tebeşir", "tilki", "kayık", "çınar", "İpek",
        ),
        titles=("{N} ve {m}", "{N} nerede?", "Ne {n} ne {m}", "{N} ile {m}", "{N}, {m} ve {o}"),
        syllables=(
            "al", "bı", "çe", "doğ", "ger", "ış", "kö", "lü", "nur", "öz", "pek", "şen", "tay",
            "yıl",
        ),
        person="{S} {T}",
        band="{S}",
    ),
    "russian": Flavor(
        nouns=(
            "фонарь", "сад", "чемодан", "мельница", "окно", "зонт", "река", "чердак", "пыль",
            "стул", "почтальон", "свеча", "сова", "туман", "вишня", "трамвай", "шляпа", "мел",
            "лиса", "лодка", "ёлка", "маяк",
        ),
        titles=("{N} и {m}", "Где {n}?", "Только {n}", "Ни {n}, ни {m}", "{N}, {m} и {o}"),
        syllables=(
            "ба", "вер", "гор", "ду", "жи", "зо", "кле", "лум", "мар", "нис", "пет", "ру", "тол",
            "щи",
        ),
        person="{S} {T}",
        band="Группа {S}",
    ),
    "greek": Flavor(
        nouns=(
            "η λάμπα", "ο κήπος", "η βαλίτσα", "ο μύλος", "το παράθυρο", "η ομπρέλα",
            "το ποτάμι", "η σκόνη", "η καρέκλα", "ο ταχυδρόμος", "το κερί", "η κουκουβάγια",
            "η ομίχλη", "το κεράσι", "το τραμ", "το καπέλο", "η κιμωλία", "η αλεπού", "η βάρκα",
            "ο φάρος",
        ),
        titles=("{N} και {m}", "Πού είναι {n};", "Μόνο {n}", "Ούτε {n}, ούτε {m}", "{N}, {m} και {o}"),
        syllables=(
            "βα", "γι", "δρό", "ζε", "θυ", "κο", "λι", "μά", "νε", "πού", "ρο", "στα", "φι",
            "χλω",
        ),
        person="{S} {T}",
        band="Οι {S}",
    ),
    "hebrew": Flavor(
        nouns=(
            "פנס", "גינה", "מזוודה", "טחנה", "חלון", "מטריה", "נהר", "אבק", "כיסא", "דוור", "נר",
            "ינשוף", "ערפל", "דובדבן", "רכבת", "כובע", "גיר", "שועל", "סירה", "מגדלור",
        ),
        titles=("{n} ו{m}", "איפה ה{n}", "רק {n}", "בין {n} ל{m}", "בלי {n}", "{n}, {m} ו{o}"),
        syllables=(
            "בר", "גל", "דו", "זמ", "חן", "טל", "לי", "מור", "נו", "עד", "פז", "רון", "שי", "תם",
        ),
        person="{S} {T}",
        band="להקת {S}",
    ),
    "arabic": Flavor(
        nouns=(
            "الفانوس", "الحديقة", "الحقيبة", "الطاحونة", "النافذة", "المظلة", "النهر", "الغبار",
            "الكرسي", "الشمعة", "البومة", "الضباب", "الكرز", "القطار", "القبعة", "الثعلب",
            "القارب", "المنارة",
        ),
        titles=("{n} و{m}", "أين {n}؟", "بين {n} و{m}", "بلا {n}", "{n} و{m} و{o}"),
        syllables=("با", "جم", "دو", "زي", "سن", "شا", "طر", "عم", "في", "كو", "لي", "مر", "نو", "وا"),
        person="{S} {T}",
        band="فرقة {S}",
    ),
    "thai": Flavor(
        nouns=(
            "โคมไฟ", "สวน", "กระเป๋า", "กังหัน", "หน้าต่าง", "ร่ม", "แม่น้ำ", "ฝุ่น", "เก้าอี้",
            "เทียน", "นกฮูก", "หมอก", "รถราง", "หมวก", "ชอล์ก", "จิ้งจอก", "เรือ", "ประภาคาร",
        ),
        titles=("{n}และ{m}", "{n}กับ{m}", "{n}อยู่ที่ไหน", "มีแต่{n}", "ไม่มี{n}", "{n} {m} และ{o}"),
        syllables=(
            "กา", "ขวัญ", "จัน", "ชุ", "ดี", "ทอง", "นิ", "ปลา", "พร", "มา", "รุ่ง", "ลี", "วา",
            "สี",
        ),
        person="{S} {T}",
        band="วง{S}",
    ),
    "japanese": Flavor(
        nouns=(
            "灯台", "庭", "鞄", "水車", "窓", "傘", "川辺", "屋根裏", "ほこり", "椅子", "郵便屋",
            "ろうそく", "ふくろう", "霧", "さくらんぼ", "路面電車", "帽子", "チョーク", "きつね",
            "小舟", "ランタン", "時計",
        ),
        titles=("{n}と{m}", "{n}の{m}", "{n}だけ", "{n}はどこ", "{n}、{m}、そして{o}"),
        syllables=(
            "あ", "か", "さ", "た", "な", "は", "ま", "や", "ら", "わ", "き", "し", "の", "み",
            "ゆ", "ろ",
        ),
        person="{S} {T}",
        band="{S}楽団",
    ),
    "chinese": Flavor(
        nouns=(
            "灯塔", "花园", "皮箱", "水车", "窗户", "雨伞", "河岸", "阁楼", "灰尘", "椅子",
            "邮差", "蜡烛", "猫头鹰", "大雾", "樱桃", "电车", "帽子", "粉笔", "狐狸", "小船",
            "钟表", "灯笼",
        ),
        titles=("{n}与{m}", "{n}里的{m}", "只有{n}", "{n}在哪里", "没有{n}的{m}", "{n}、{m}和{o}"),
        syllables=(
            "安", "柏", "晨", "帆", "禾", "嘉", "岚", "木", "宁", "朴", "青", "若", "溪", "雁",
            "舟", "竹",
        ),
        person="{S}",
        band="{S}乐队",
    ),
    "korean": Flavor(
        nouns=(
            "등대", "정원", "가방", "물레방아", "창문", "우산", "강가", "다락방", "먼지", "의자",
            "우체부", "촛불", "부엉이", "안개", "앵두", "전차", "모자", "분필", "여우", "나룻배",
        ),
        titles=(
            "{n} 그리고 {m}", "{n}의 {m}", "오직 {n}", "{n} 없는 {m}", "어디에, {n}",
            "{n}, {m}, 그리고 {o}",
        ),
        syllables=("가", "나", "다", "라", "마", "바", "산", "솔", "온", "유", "은", "채", "하", "휘"),
        person="{S}",
        band="{S} 밴드",
    ),
    "hindi": Flavor(
        nouns=(
            "लालटेन", "बगीचा", "संदूक", "खिड़की", "छाता", "नदी", "धूल", "कुर्सी", "डाकिया",
            "मोमबत्ती", "उल्लू", "कोहरा", "टोपी", "लोमड़ी", "नाव", "घड़ी",
        ),
        titles=("{n} और {m}", "{n} कहाँ है", "सिर्फ़ {n}", "न {n}, न {m}", "{n}, {m} और {o}"),
        syllables=("अ", "का", "गी", "चं", "जो", "ति", "नी", "पू", "बि", "मे", "रा", "लो", "वि", "सु"),
        person="{S} {T}",
        band="{S} मंडली",
    ),
}  # fmt: skip

FLAVOR_NAMES: tuple[str, ...] = tuple(FLAVORS)

STOCK_TITLES: tuple[str, ...] = ("Intro", "Outro", "Interlude", "Prologue", "Untitled", "Reprise")
EPISODE_WORDS: dict[str, tuple[str, str]] = {
    "german": ("Folge", "Kapitel"),
    "english": ("Episode", "Chapter"),
}
SERIES_SUFFIXES: dict[str, str] = {"german": " und die Nachtwache", "english": " and the Night Watch"}
