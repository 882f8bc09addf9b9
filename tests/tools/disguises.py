"""Disguises words in every way that is meant to be read, and ordinary text in the same ways.

    disguises.py [--filterd PATH] [--rules DIR] [--seed N] [--misses N]

Each word of WORDS, on which the shipped rules decide alone, is put through each transformation of
its script, set into a sentence of its language, and sent to `filterd check`: it is caught if the
comment is not approved. Ordinary words that resemble bad ones go through the same transformations,
and abbreviations, numbers, links, addresses, hashtags and names through none: they are flagged if
the comment is not approved and a disguised word was found. Prints a table, one line for each transformation, and fails (exit 1) if
fewer than 97 % of the disguises are caught, fewer than 70 % of any one kind, or more than 0.2 % of
what is harmless is flagged. The seed makes the choices within a transformation.
"""

import argparse
import json
import os
import random
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CAUGHT_MIN = 0.97
CAUGHT_MIN_OF_KIND = 0.70  # where half is hidden, other words come to mind
FLAGGED_MAX = 0.002

# Words on which the shipped rules decide wherever they stand.
WORDS = {
    "en": ["fuck", "fucking", "fucker", "motherfucker", "bullshit", "shit", "shithead", "asshole",
           "bitch", "bastard", "cunt", "dickhead", "whore", "slut", "wanker", "nigger", "faggot"],
    "tr": ["orospu", "siktir", "pezevenk", "kaltak", "yavşak", "götveren"],
    "kmr": ["segbav", "gewad", "qehpe", "heramzade"],
    "ar": ["شرموطة", "قحبة", "شراميط", "منيوك", "متناك"],
    "ckb": ["قەحبە", "گەواد", "سەگباب", "حەرامزادە"],
    "fa": ["کسکش", "حرامزاده", "جاکش", "مادرجنده", "قرمساق"],
}

# Sentences that are approved around anything harmless.
CARRIERS = {
    "en": ["The minister is a {} and everybody knows it.", "{}", "Why did they say {}?"],
    "tr": ["Bu bakan tam bir {} oldu.", "{}"],
    "kmr": ["Ew {} dîsa li meclîsê ye.", "{}"],
    "ar": ["هذا الوزير {} منذ سنوات.", "{}"],
    "ckb": ["ئەم وەزیرە {} دەڵێن خەڵک.", "{}"],
    "fa": ["این وزیر {} است به نظر مردم.", "{}"],
}

# Ordinary words that resemble bad ones; they are disguised like those.
RESEMBLING = {
    "en": ["class", "classic", "passage", "Scunthorpe", "cockpit", "Dickens",
           "analysis", "Essex", "Sussex", "shift", "snigger",
           "cocktail", "peacock", "hancock", "therapist", "skill", "document", "circumstance",
           "accumulate", "Hitchcock", "titanic", "button", "pushing", "duck", "truck", "count",
           "country", "batch", "witch", "beach", "wander", "banker", "whole", "shot", "sheet",
           "reassure", "embassy", "glass", "hello", "shell", "constitution", "basement"],
    "tr": ["eksik", "klasik", "müzik", "Amasya", "siktirmeden"[:4] + "let", "basket", "trafik"],
    "kmr": ["segman", "gewher", "qehwe", "analîz", "dike", "kirin"],
    "ar": ["شرطة", "شروط", "محبة", "قبة", "خرج", "كلام"],
    "ckb": ["گوند", "قەحتی", "حیزب", "کتێب"],
    "fa": ["کشور", "جنگ", "مردم", "کسی", "گندم"],
}

HARMLESS = {
    "abbreviations": ["s.o.s", "S.O.S.", "U.S.A.", "e.g.", "i.e.", "a.m.", "p.m.", "U.N.", "E.U.",
                      "Ph.D.", "A.S.A.P.", "I.S.I.S.", "K.R.G.", "P.K.K.", "P.U.K.", "B.B.C.", "C.I.A.",
                      "F.B.I.", "D.C.", "a.k.a.", "R.I.P.", "w/o", "b/c", "n/a", "24/7", "Q&A", "R&D",
                      "AT&T", "C++", "C#", "as s...", "as s", "k.d.p.", "A+", "F-16", "MI-6", "TV's",
                      "l o l", "a b c", "x y z", "i.d.", "A.S.", "s. 12", "p. 55", "vs.", "etc."],
    "numbers": ["1st", "2nd", "100%", "$5.50", "20k", "3-4", "2003-2014", "12:30", "+964 750 123 4567",
                "1,000,000", "4x4", "5G", "A4", "B12", "H1N1", "COVID-19", "F-35", "50/50", "9/11",
                "mp3", "h264", "b2b", "G20", "P5+1", "m2", "10km", "1.5M", "0.5", "77%", "Win11",
                "2Pac", "U2", "K9", "R2D2", "3D", "4K", "1080p", "8pm", "7up", "455", "5417", "80085",
                "٢٠٢٤", "۱۲۳", "٥٠٪"],
    "links": ["http://example.com/sh1t", "https://www.example.org/f-u-c-k?a55=1", "www.k1ll.com",
              "example.com/a_s_s", "https://t.co/5h1Tf", "https://example.net/b1tch.html",
              "http://fuk.example/", "ftp://example.com/cunt5", "https://youtu.be/a5Sh0L3x"],
    "e-mails": ["f.u.c.k@example.com", "a55hole@example.org", "k1ller@example.net",
                "sh1t.happens@mail.example", "b.i.t.c.h@example.com"],
    "hashtags": ["#sh1thole", "#a55", "#f_u_c_k", "#b1tch", "#k1ll", "#fuuuck"],
    "handles": ["@sh1t", "@b1tch99", "@f_u_c_k"],
    "names": ["assassin", "assess", "Nigeria", "grape", "Shiite", "Shiites", "shitake", "Dick Cheney", "Dick's", "Moby-Dick", "Hancock", "Cockburn", "Fuchs", "Fukuyama",
              "Fukushima", "Shih Tzu", "Peniston", "Bastareaud", "Whorton", "Cuntz"[:2] + "rtis",
              "Kuntz", "Assad", "Hassan", "Essam", "Basset", "Dijk", "Sexton", "Sussex", "Penistone",
              "Lightwater", "Clitheroe", "Arsenal", "Massachusetts", "Yoshitaka", "Matsushita",
              "Shittah", "Phuket", "Phuc", "Gaylord", "Wankel", "Slutsk", "Twatt"[:3] + "er",
              "Şırnak", "Amûdê", "Sık", "Göthe", "كوسوفو", "قحطان", "سيكا", "کیروان"],
    "punctuation": ["wait...what", "sooo goooood", "hahahaha", "*emphasis*", "_underlined_", "~no~",
                    "**strong**", "and/or", "he/she", "well-known", "it's...", "hmmm", "w h a t", "y e s",
                    "t.h.a.n.k.s", "g-o-o-d", "b r a v o", "(s)he", "[sic]", "un(der)paid", "a*b", "5*3",
                    "p a s s", "c.l.a.s.s", "s-h-i-f-t", "h e l l o", "n-e-v-e-r", "B*", "***", "###",
                    "¯\\_(ツ)_/¯", "o_O", ":-)", "<3", "!!1!", "😀😀😀", "🇮🇶🇺🇸🇹🇷", "👍🏽ok👍🏽"],
}


# --- transformations ----------------------------------------------------------------------------

def join(*separators):
    """Sets one of the separators, always the same in a word, between the letters."""
    return lambda word, rnd: rnd.choice(separators).join(word)


def insert(*marks):
    """Sets marks, a new choice each time, between the letters."""
    return lambda word, rnd: "".join(c + rnd.choice(marks) for c in word[:-1]) + word[-1]


def letters(*rows, base="abcdefghijklmnopqrstuvwxyz"):
    """Writes letters as those of a row that stand in the same place; a space keeps the letter."""
    tables = [dict((a, b) for a, b in zip(base, row) if b != " ") for row in rows]

    def transform(word, rnd):
        table = rnd.choice(tables)
        return "".join(table.get(c, c) for c in word.lower())
    return transform


def some(table, share=1.0):
    """Writes letters as one of what the table has for them: at least one, else about `share`."""
    def transform(word, rnd):
        places = [i for i, c in enumerate(word) if c in table]
        chosen = {i for i in places if rnd.random() < share}
        if places and not chosen:
            chosen = {rnd.choice(places)}
        return "".join(rnd.choice(table[c]) if i in chosen else c for i, c in enumerate(word))
    return transform


def offset(first):
    """Letters of an alphabet of Unicode's that begins at `first`."""
    return lambda word, rnd: "".join(chr(first + ord(c) - 97) if "a" <= c <= "z" else c
                                     for c in word.lower())


def one_of(*transforms):
    return lambda word, rnd: rnd.choice(transforms)(word, rnd)


def stretch(word, rnd):
    at = rnd.randrange(len(word))
    return word[:at] + word[at] * rnd.randint(3, 8) + word[at + 1:]


def stretch_all(word, rnd):
    return "".join(c * rnd.randint(2, 4) for c in word[:1] + word[1:]) + word[-1] * 2


def mask_inner(word, rnd):
    """Hides half of the letters, and neither the first nor the last."""
    hidden = min(len(word) - 2, len(word) // 2)
    at = rnd.randrange(1, len(word) - hidden)
    return word[:at] + rnd.choice("*#") * hidden + word[at + hidden:]


def mask_one(signs, table=None):
    """Hides one letter between others; of the table's, if it is given."""
    def transform(word, rnd):
        places = [i for i in range(1, len(word) - 1) if not table or word[i] in table]
        at = rnd.choice(places or range(1, len(word) - 1))
        return word[:at] + rnd.choice(signs) + word[at + 1:]
    return transform


def swap(word, rnd):
    at = rnd.randrange(1, len(word) - 2)
    return word[:at] + word[at + 1] + word[at] + word[at + 2:]


def reverse(control, end):
    return lambda word, rnd: control + word[::-1] + end


def pile(word, rnd):
    marks = [chr(c) for c in range(0x0300, 0x034F)] + ["\u0489", "\u20DD", "\u0336"]
    return "".join(c + "".join(rnd.choices(marks, k=rnd.randint(1, 6))) for c in word)


def capitals(word, rnd):
    return "".join(rnd.choice((c.lower(), c.upper() if len(c.upper()) == 1 else c)) for c in word)


LEET = {"a": "4@", "b": "8", "e": "3", "g": "69", "i": "1!", "l": "1|", "o": "0", "s": "5$", "t": "7+",
        "z": "2", "c": "(<"}
CYRILLIC = {"a": "а", "b": "ьв", "c": "с", "e": "е", "f": "ғ", "h": "һн", "i": "і", "k": "кҝ", "m": "м",
            "n": "п", "o": "о", "p": "р", "s": "ѕ", "t": "т", "u": "џцυ", "w": "ѡш", "y": "у", "r": "гя",
            "d": "ԁ", "g": "ԍ", "v": "ѵ", "l": "ӏ"}
GREEK = {"a": "αλ", "b": "β", "e": "ε", "f": "ƒ", "h": "η", "i": "ι", "k": "κ", "n": "ηπ", "o": "οσ",
         "p": "ρ", "s": "ς", "t": "τ", "u": "υμ", "v": "ν", "w": "ω", "r": "г", "y": "γ", "c": "ϲ"}
OTHERS = {"a": "ⲁɑ", "b": "Ꮟƅ", "c": "ⅽᴄ", "d": "ⅾꓒ", "e": "℮ҽ", "f": "ꬵꞙ", "g": "ɡց", "h": "հᏂ",
          "i": "ɩꙇӏ", "k": "ᴋ", "l": "ⅼǀ", "m": "ⅿ", "n": "ոռ", "o": "օ௦ⲟ", "p": "ⲣ", "r": "ꭇⲅ",
          "s": "ꜱʂ", "t": "ꞇ", "u": "սᴜ∪", "v": "∨ⅴ", "w": "ᴡɯ", "y": "ყɣ", "z": "ᴢ", "q": "զԛ", "t": "†"}
ACCENTS = {"a": "àáâãäåąạ", "c": "çčć", "e": "èéêëęẹ", "i": "ìíîïị", "n": "ñń", "o": "òóôõöøọ",
           "s": "śšşṣ", "u": "ùúûüųụ", "k": "ķḳ", "t": "ţť", "h": "ḥĥ", "l": "łļ", "r": "ŕř", "b": "ḅ",
           "f": "ḟ"}
SPELT = {"a": "ａ𝐚𝒂𝔞𝕒𝖺𝚊ⓐ", "b": "ｂ𝐛𝔟𝕓𝗯ⓑ", "c": "ｃ𝐜𝕔𝖼ⓒ", "e": "ｅ𝐞𝕖ⓔ", "f": "ｆ𝐟𝕗ⓕ", "g": "ｇ𝐠ⓖ",
         "h": "ｈ𝐡ⓗ", "i": "ｉ𝐢ⓘ", "k": "ｋ𝐤ⓚ", "l": "ｌ𝐥ⓛ", "n": "ｎ𝐧ⓝ", "o": "ｏ𝐨ⓞ", "r": "ｒ𝐫ⓡ",
         "s": "ｓ𝐬ⓢ", "t": "ｔ𝐭ⓣ", "u": "ｕ𝐮ⓤ", "w": "ｗ𝐰ⓦ", "d": "ｄ𝐝ⓓ", "m": "ｍⓜ"}
SMALL_CAPITALS = "ᴀʙᴄᴅᴇғɢʜɪᴊᴋʟᴍɴᴏᴘǫʀꜱᴛᴜᴠᴡxʏᴢ"
SUPERSCRIPT = "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖ ʳˢᵗᵘᵛʷˣʸᶻ"
EMOJI = ["🔥", "😀", "❤️", "👍🏽", "💩", "⭐"]
INVISIBLE = ["\u200B", "\u200C", "\u200D", "\u2060", "\uFEFF", "\u00AD", "\u034F", "\u180E"]
ARABIC_VARIANTS = {"ك": "کڪ", "ک": "كڪ", "ي": "یى", "ی": "يى", "ە": "ەه", "ه": "ہھة", "ة": "هہ", "ا": "أٱآ",
                   "و": "ۆۊ", "گ": "ڱ", "ر": "ڕ", "ح": "ح", "ق": "ٯ", "ب": "ٮ", "ش": "ۺ", "ن": "ں",
                   "ت": "ٹ", "ط": "ط", "ف": "ڡ"}
ARABIC_MARKS = [chr(c) for c in range(0x064B, 0x0653)] + ["\u0670"]

BOTH = {
    "apart by spaces": join(" ", "  ", "\u00A0", "\u2009"),
    "apart by newlines": join("\n", "\r\n"),
    "apart by dots": join(".", "·", "•", ". "),
    "apart by hyphens": join("-", "–", " - "),
    "apart by underscores": join("_"),
    "apart by slashes": join("/", "\\", "|"),
    "apart by other signs": join(",", "*", "~", "+", ":", "'", "=", "^"),
    "apart by emoji": insert(*EMOJI),
    "apart by many signs": insert(".", "-", "_", "*"),
    "in parentheses": one_of(lambda w, r: "".join("(%s)" % c for c in w),
                             lambda w, r: "".join("[%s]" % c for c in w),
                             lambda w, r: w[0] + "(" + w[1] + ")" + w[2:],
                             lambda w, r: w[:2] + "{" + w[2:] + "}"),
    "parted once": lambda w, r: w[:2] + r.choice(".-_*|·🔥") + w[2:],
    "invisible between": insert(*INVISIBLE),
    "soft hyphen": join("\u00AD"),
    "stretched": stretch,
    "all stretched": stretch_all,
    "masked": mask_one("*#"),
    "mostly masked": mask_inner,
    "masked by emoji": mask_one(EMOJI),
    "between direction marks": lambda w, r: "\u202D" + "\u200F".join(w) + "\u202C",
}
LATIN = {
    "leet": some(LEET, 0.7),
    "overridden": reverse("\u202E", "\u202C"),
    "overridden to the end": reverse("\u202E", ""),
    "overridden, isolated": reverse("\u2066\u202E", "\u202C\u2069"),
    "overridden leet": lambda w, r: reverse("\u202E", "\u202C")(some(LEET, 0.3)(w, r), r),
    "some leet": some(LEET, 0.4),
    "leet with a sharp": lambda w, r: w[0] + some({**LEET, "h": "#"}, 0.5)(w[1:], r),
    "a vowel masked": mask_one("-_.~%^*", "aeiouüöıêîû"),
    "Cyrillic": some(CYRILLIC, 0.6),
    "Greek": some(GREEK, 0.6),
    "other look-alikes": some(OTHERS, 0.6),
    "look-alikes of all scripts": one_of(some(CYRILLIC, 0.3), some(GREEK, 0.3), some(OTHERS, 0.3)),
    "accents": some(ACCENTS),
    "combining piles": pile,
    "full-width": offset(0xFF41),
    "mathematical": one_of(offset(0x1D41A), offset(0x1D4EA), offset(0x1D5BA), offset(0x1D68A)),
    "circled": offset(0x24D0),
    "circled, negative": offset(0x1F150),
    "squared": one_of(offset(0x1F130), offset(0x1F170)),
    "parenthesized": offset(0x249C),
    "regional indicators": offset(0x1F1E6),
    "small capitals": letters(SMALL_CAPITALS),
    "superscript": letters(SUPERSCRIPT),
    "mixed fonts": some(SPELT),
    "capitals": capitals,
    "leet and apart": lambda w, r: r.choice(" .-_").join(some(LEET, 0.5)(w, r)),
    "leet and stretched": lambda w, r: stretch(some(LEET, 0.5)(w, r), r),
}
ARABIC = {
    "overridden": reverse("\u202D", "\u202C"),
    "tatweel": insert("ـ", "ــ"),
    "vowel marks": insert(*ARABIC_MARKS),
    "ZWNJ": insert("\u200C"),
    "letter variants": some(ARABIC_VARIANTS),
    "apart by tatweel": join(" ـ ", "ـ ـ"),
}


# What hides letters leaves of an ordinary word (sh*t) what may be another: no test of these.
HIDING = {"masked", "mostly masked", "masked by emoji", "a vowel masked", "leet with a sharp"}


# --- running ------------------------------------------------------------------------------------

def is_latin(language):
    return language in ("en", "tr", "kmr")


def transforms_of(language):
    return {**BOTH, **(LATIN if is_latin(language) else ARABIC)}


def disguised(words, rnd, without=()):
    """(kind, language, text) of every word, put through every transformation but those."""
    for language, some_words in words.items():
        for kind, transform in transforms_of(language).items():
            if kind in without:
                continue
            for word in some_words:
                for carrier in CARRIERS[language]:
                    text = transform(word, rnd)
                    if text[0] not in "#(":  # a hashtag, and a parenthesis
                        yield kind, language, carrier.format(text)


def plain(texts):
    for kind, some_texts in texts.items():
        for text in some_texts:
            for carrier in CARRIERS["en"]:
                yield kind, "en", carrier.format(text)


def verdicts(filterd, rules, rows):
    """Of each row: whether it is approved, and whether a disguised word is among what was found."""
    feed = "".join(json.dumps({"id": str(i), "lang": row[1], "text": row[2]}) + "\n"
                   for i, row in enumerate(rows))
    done = subprocess.run([filterd, "check", "--ndjson", "-r", rules],
                          input=feed.encode(), stdout=subprocess.PIPE)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    if len(answers) != len(rows):
        sys.exit("disguises.py: %d comments, %d answers" % (len(rows), len(answers)))
    return [(answer["verdict"] == "approve",
             any(span.get("disguised") for match in answer["matches"] for span in match["spans"]))
            for answer in answers]


class Tally:
    """How many rows of each kind are approved."""

    def __init__(self, rows, approved):
        self.kinds = {}
        self.rows = [row for row in zip(rows, approved)]
        for (kind, _, _), ok in self.rows:
            all_, passed = self.kinds.get(kind, (0, 0))
            self.kinds[kind] = (all_ + 1, passed + ok)
        self.all = len(rows)
        self.approved = sum(approved)

    def texts(self, approved):
        return ["%s: %s: %s" % row for row, ok in self.rows if ok == approved]


def percent(part, whole):
    return 100.0 * part / whole if whole else 0.0


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    options.add_argument("--filterd", default=os.path.join(TOP, "build", "filterd"))
    options.add_argument("--rules", default=os.path.join(TOP, "rules"))
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--misses", type=int, default=10, help="how many to print of each sort")
    args = options.parse_args()
    rnd = random.Random(args.seed)

    known = [("plain", lang, carrier.format(word)) for lang, words in WORDS.items()
             for word in words for carrier in CARRIERS[lang]]
    bad = list(disguised(WORDS, rnd))
    harmless = list(disguised(RESEMBLING, rnd, HIDING)) + list(plain(HARMLESS))
    answers = verdicts(args.filterd, args.rules, known + bad + harmless)
    at = len(known)
    undecided = [row for row, (ok, _) in zip(known, answers) if ok]
    caught = Tally(bad, [ok for ok, _ in answers[at:at + len(bad)]])
    # A link may be stopped for being one; it must not be for a word in disguise.
    flagged = Tally(harmless, [ok or not hidden for ok, hidden in answers[at + len(bad):]])

    print("%-30s %7s %7s  %8s %7s" % ("", "words", "caught", "harmless", "flagged"))
    weak = []
    for kind in dict.fromkeys(list(caught.kinds) + list(flagged.kinds)):
        count, missed = caught.kinds.get(kind, (0, 0))
        ordinary, passed = flagged.kinds.get(kind, (0, 0))
        found = "%7d %6.1f%%" % (count, percent(count - missed, count)) if count else " " * 15
        print("%-30s %s  %8d %6.2f%%" % (kind, found, ordinary, percent(ordinary - passed, ordinary)))
        if count and count - missed < CAUGHT_MIN_OF_KIND * count:
            weak.append(kind)
    share, wrong = 1 - caught.approved / caught.all, 1 - flagged.approved / flagged.all
    print("%-30s %7d %6.1f%%  %8d %6.2f%%" % ("all", caught.all, 100 * share, flagged.all, 100 * wrong))
    for title, texts in (("missed", caught.texts(True)), ("flagged", flagged.texts(False))):
        for text in rnd.sample(texts, min(args.misses, len(texts))):
            print("%s %s" % (title, ascii(text) if "\u202E" in text else repr(text)))
    for row in undecided:
        print("the rules do not decide on %s: %s" % row[1:])
    for kind in weak:
        print("too few of: %s" % kind)
    sys.exit(1 if undecided or weak or share < CAUGHT_MIN or wrong > FLAGGED_MAX else 0)


if __name__ == "__main__":
    main()
