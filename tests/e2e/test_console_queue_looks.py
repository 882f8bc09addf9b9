"""How the review queue's page looks and what it never does: hostile text, languages, widths, colours, names."""

import itertools
import os
import re

import pytest

import browser as chromium
from command import TOP
from daemon import Daemon, wait_for
from legible import is_legible
from queue_page import ALL, LINKS, RULES, SORANI, QueuePage, fill, wait_for_state

MISSING = chromium.missing()
in_browser = pytest.mark.skipif(MISSING is not None, reason=str(MISSING))
CONSOLE = os.path.join(TOP, "filterd", "console")
LANGUAGES = ["en", "ckb", "kmr", "ar", "tr"]


@pytest.fixture(scope="module")
def daemon(tmp_path_factory):
    with Daemon(tmp_path_factory.mktemp("daemon"), rules=RULES, store="var/queue.db") as daemon:
        yield daemon


@pytest.fixture(scope="module")
def page(tmp_path_factory, daemon):
    page = QueuePage(tmp_path_factory.mktemp("browser"), daemon.http_port)
    yield page
    page.close()


# --- words ---


def source(name):
    with open(os.path.join(CONSOLE, name), encoding="utf-8") as text:
        return text.read()


def words(tag):
    pairs = re.findall(r'^\t"?([\w-]+)"?: "((?:[^"\\]|\\.)*)",$', source("words-%s.js" % tag), re.M)
    assert len(dict(pairs)) == len(pairs), "a key twice in " + tag
    return dict(pairs)


@pytest.mark.parametrize("tag", LANGUAGES[1:])
def test_every_language_has_the_same_keys_and_values_in_them(tag):
    english, own = words("en"), words(tag)
    assert list(own) == list(english)
    for key, text in own.items():
        assert text.strip() == text != ""
        assert sorted(re.findall(r"\{\w+\}", text)) == sorted(re.findall(r"\{\w+\}", english[key])), key


def test_every_word_that_the_page_uses_is_there_and_no_other():
    modules = [name for name in os.listdir(CONSOLE) if name.endswith(".js") and not name.startswith("words-")]
    text = "".join(source(name) for name in modules) + source("queue.html")
    told = set(words("en"))
    used = set(re.findall(r'\bt\(\s*"(\w+)"', text)) | set(re.findall(r'data-t[a-z-]*="(\w+)"', text))
    assert used <= told, used - told
    named = set(re.findall(r'"([\w-]+)"', text)) | set(re.findall(r"^\t(\w+):", source("keys.js"), re.M))
    kinds = set(re.findall(r"`(\w+?)_\$\{", text)) | set(re.findall(r'nameOf\("(\w+)"', text)) | {"done"}
    spare = {word for word in told if word not in used | named and word.split("_")[0] not in kinds}
    assert spare == set()


# --- hostile text ---


SCRIPTS = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>", "<svg><animate onbegin=alert(1) attributeName=x></svg>",
    "\"><iframe src=\"javascript:alert(1)\"></iframe>", "'-alert(1)-'", "\";alert(1);//",
    "</textarea></script><script>alert(1)</script>", "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<a href=\"javascript:alert(1)\">click</a>", "<a href=https://evil.example target=_blank>here</a>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'>", "<base href=https://evil.example/>",
    "<link rel=stylesheet href=//evil.example/a.css>", "<style>*{display:none}</style>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>", "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)>", "<video><source onerror=alert(1)>", "<input autofocus onfocus=alert(1)>",
    "<object data=data:text/html,<script>alert(1)</script>>", "<form action=javascript:alert(1)><button>", "<!--",
    "]]>", "<![CDATA[<script>alert(1)</script>", "{{constructor.constructor('alert(1)')()}}", "${alert(1)}",
    "__proto__", "constructor", "{n} {name} {detail}", "&lt;script&gt;&#x3C;img&#x3E;", "%3Cscript%3E", "\\u003cscript",
    "https://evil.example/pixel.png", "javascript:alert(1)", "data:text/html,<script>alert(1)</script>",
    "http://[::1]/ //evil.example \\\\evil.example", "<dialog open>", "<x id=list class=card>",
]
UNSEEN = [
    "\u202e evil reversed", "\u202d\u202e\u202a\u202b\u202c", "\u2066\u2067\u2068 open isolates", "\u2069\u2069\u2069",
    "\u200e\u200f\u061c marks", "a\u200bb\u200cc\u200dd", "\ufeff bom", "\u00ad\u00ad soft", "\u2028\u2029 lines",
    "\u0001\u0002\u0007\u0008\u001b[31m red", "\u0000 nul \u0000", "\u007f\u0080\u009f", "\u180e\u2060\u2061\u2062",
    "\U000e0041\U000e0042 tags", "\ufffe\uffff\ufdd0", "\ufff9\ufffa\ufffb annotation", "\u3164\u115f\u1160\uffa0",
    "\u034f joiner", "\U0001d173\U0001d17a", "\ufe0f\ufe0e", "z" + "\u0301" * 500, "\u0601\u06dd\u08e2",
]
SHAPES = [
    "x" * 8000, "ا" * 6000, "😀" * 3000, "👩\u200d👩\u200d👧" * 300, "\n" * 2000 + "end", "\t" * 500, " " * 3000 + ".",
    "﷽" * 200, "𒐫" * 100, "W" * 300 + "\u200b" * 300, "<" * 3000, "&" * 3000, "\u202e" * 1000, "ـ" * 3000,
    ("z" + "\u0489" * 30) * 60, "あ" * 4000, "ၔ" * 500, "ཨྀ" * 500, SORANI * 60, "مرحبا <b>hello</b> " * 200,
]


def hostile(count):
    """So many comments, each with hostile text in a field or several."""
    texts = itertools.cycle(SCRIPTS + UNSEEN + SHAPES)
    short = itertools.cycle(SCRIPTS + UNSEEN)
    for number in range(count):
        text = next(texts)
        comment = {"id": "h-%d" % number, "text": "%s %d" % (text, number)}
        if number % 2:
            comment["author"] = {"id": "u%d" % (number % 7), "name": next(short), "url": "https://evil.example/"}
        if number % 3 == 0:
            comment["article"] = {"id": "a%d" % (number % 5), "title": next(short) * 3, "url": "javascript:alert(1)"}
        if number % 5 == 0:
            comment["parent"] = {"id": "p", "text": next(texts)}
        yield comment


OVERFLOWING = """
    const edge = document.documentElement.clientWidth, found = [];
    for (const card of document.querySelectorAll(".card")) {
        const box = card.getBoundingClientRect();
        if (box.left < 0 || box.right > edge + 0.5 || box.height > 2500 || box.height < 80)
            found.push([card.dataset.id, box.left, box.right, box.height]);
    }
    return found.concat(document.documentElement.scrollWidth > edge ? [["page", document.documentElement.scrollWidth]] : [])
"""

WRITTEN = """
    const cards = {};
    for (const card of document.querySelectorAll(".card")) {
        const shown = card.querySelector(".shown").cloneNode(true);
        for (const token of shown.querySelectorAll(".token"))
            token.textContent = String.fromCodePoint(parseInt(token.textContent.slice(2), 16));
        cards[card.dataset.id] = shown.textContent;
    }
    return cards"""


@in_browser
def test_500_hostile_comments_are_only_text(tmp_path_factory):
    with Daemon(tmp_path_factory.mktemp("hostile"), rules=ALL, store="var/queue.db") as daemon:
        sent = {}
        for comment in hostile(500):
            answer = daemon.check(**comment)
            sent[answer["queue_id"]] = comment["text"]
        page = QueuePage(tmp_path_factory.mktemp("browser"), daemon.http_port)
        try:
            page.browser.requests()
            page.open()

            def all_there():
                page.run("[...document.querySelectorAll('.card')].at(-1).focus()")
                return page.count(".card") == 500

            wait_for(all_there, "all comments")
            page.complaints()
            assert page.run(WRITTEN) == sent
            assert page.count(".shown *:not(mark, span)") == 0
            for width in (1280, 360):
                page.browser.look(width, 900)
                assert page.run(OVERFLOWING) == []
            # With the context of each kind of them, the rule's test, and a decision of each sort.
            for index in range(0, 84, 2):
                page.run("document.querySelectorAll('.card')[arguments[0]].focus()", index)
                wait_for(lambda: page.run("return document.getElementById('context').dataset.of ==="
                                          " document.querySelector('[aria-current=true].card').dataset.id"), "context")
            page.keys("D", "1")
            page.keys("x", "a", "u")
            page.browser.driver.refresh()
            wait_for(lambda: page.count(".card"), "the list again")
            assert page.complaints() == []
            assert page.count("img, iframe, base, object, video, script:not([src='queue.js']), [onclick], form form") == 0
            links = page.run("return [...document.querySelectorAll('a[href]')].map((a) => a.getAttribute('href'))")
            assert set(links) <= {"#list", "rules"}
            assert [url for url in page.browser.requests() if not url.startswith(page.url[:-len("/console/")])] == []
        finally:
            page.close()


# --- languages, widths and colours ---


@pytest.fixture(scope="module")
def seeded(daemon):
    """Comments of a site `looks` that bring about each part of the page."""
    author = {"id": "u-looks", "name": "ئازاد", "approved": 3, "rejected": 1, "created": "2024-01-01"}
    article = {"id": "a", "title": "پەرلەمان لەسەر بودجە دەنگ دەدات", "section": "سیاسەت", "url": "https://news.example/a"}
    fill(daemon, 1, site="looks", text=SORANI, lang="ckb", author=author, article=article,
         parent={"id": "p", "text": "دەنگدان باش بوو"})
    fill(daemon, 1, site="looks", text="We will find you\u202e", author=author, article=article)
    fill(daemon, 1, site="looks", text="You fools " + "x" * 3000)
    return fill(daemon, 5, site="looks", author=author)


@in_browser
@pytest.mark.parametrize("tag", LANGUAGES)
def test_every_language_at_every_width_and_in_every_colour(page, seeded, tag):
    mirrored = tag in ("ckb", "ar")
    for width, soft in ((1280, False), (1280, True), (360, False)):
        page.browser.look(width, 900)
        page.open("?site=looks", language=tag, soft=soft, name="Sara", why=True)
        assert page.run("return [document.documentElement.lang, document.documentElement.dir]") == [
            tag, "rtl" if mirrored else "ltr"]
        wait_for(lambda: page.count("#author-items li"), "the context")
        page.keys("x")
        assert page.run("return document.documentElement.scrollWidth") <= width
        checkbox, score = page.run("""const card = document.querySelector(".card");
            return [".top input", ".score"].map((name) => card.querySelector(name).getBoundingClientRect().left)""")
        assert (checkbox > score) == mirrored
        for dark in (False, True):
            page.browser.look(width, 900, dark)
            is_legible(page)
        page.browser.screenshot("%s-%d-%s" % (tag, width, "soft" if soft else "plain"))
    english, own = words("en"), words(tag)
    text = page.run("return document.body.innerText")
    assert all(own[key] in text for key in ("queue", "approve", "reject", "escalate", "history", "details"))
    if tag != "en":
        assert all(english[key] not in text for key in ("Reject because…", "Escalate", "History") if key in english)
    for key, dialog in (("D", "reasons"), ("n", "note"), ("?", "help")):
        page.keys(key)
        for dark in (False, True):
            page.browser.look(360, 900, dark)
            is_legible(page)
        assert page.run("const d = document.getElementById(arguments[0]); return d.open &&"
                        " d.scrollWidth <= d.clientWidth", dialog)
        page.run("document.getElementById(arguments[0]).close()", dialog)
    page.click("#open-settings")
    is_legible(page)
    page.browser.look(1280, 900)
    assert page.complaints() == []


@in_browser
def test_decided_and_held_cards_are_legible_too(page, daemon):
    ids = fill(daemon, 4, site="grey")
    page.open("?site=grey", name="Sara")
    page.keys("a", "d", "e")
    wait_for_state(daemon, ids[2], "escalated")
    for dark in (False, True):
        page.browser.look(1280, 900, dark)
        is_legible(page)
    page.browser.look(1280, 900)


@in_browser
def test_letters_of_right_to_left_stand_in_order(page, seeded):
    page.open("?site=looks")
    assert page.run("return getComputedStyle(document.querySelector('.shown')).direction") == "rtl"
    first, last = page.run("""
        const text = document.querySelector(".shown").firstChild, range = document.createRange();
        return [0, 8].map((at) => {
            range.setStart(text, at);
            range.setEnd(text, at + 1);
            return range.getBoundingClientRect().left;
        })""")
    assert first > last
    mark = page.run("return getComputedStyle(document.querySelector('.shown mark')).unicodeBidi")
    assert mark in ("normal", "isolate")


# --- for those who do not see it, or have no mouse ---


ACCESSIBILITY = """
    const problems = [];
    const seen = [...document.querySelectorAll("*")].filter((e) => e.checkVisibility());
    const nameOf = (e) => e.getAttribute("aria-label") || e.labels?.[0]?.textContent.trim() ||
        (e.getAttribute("aria-labelledby") || "").split(" ").map((id) => document.getElementById(id)?.textContent).join("") ||
        e.textContent.trim() || e.title;
    for (const e of seen) {
        if (e.matches("button, a, select, input, textarea, dialog, [role=feed], [role=group], [role=region], article, aside, nav") &&
            !nameOf(e))
            problems.push(["no name", e.outerHTML.slice(0, 80)]);
        if (e.matches("button button, a button, button a, label label"))
            problems.push(["control in control", e.outerHTML.slice(0, 80)]);
        if (e.tabIndex > 0)
            problems.push(["tabindex", e.outerHTML.slice(0, 80)]);
        if (e.matches("[aria-hidden=true] :is(button, a, input)"))
            problems.push(["hidden but reached", e.outerHTML.slice(0, 80)]);
        if (e.matches("dl > :not(div, dt, dd), ol > :not(li), ul > :not(li), div:not(dl > div) > dt"))
            problems.push(["list", e.outerHTML.slice(0, 80)]);
        const box = e.getBoundingClientRect();
        if (e.matches("button:not(.plain)") && (box.width < 24 || box.height < 24))
            problems.push(["small", e.outerHTML.slice(0, 80)]);
    }
    const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
    if (new Set(ids).size !== ids.length)
        problems.push(["ids twice", ids.filter((id, i) => ids.indexOf(id) !== i)]);
    const levels = [...document.querySelectorAll("h1, h2, h3, h4")].filter((e) => e.checkVisibility()).map((e) => +e.localName[1]);
    if (levels[0] !== 1 || levels.some((level, i) => i && level > levels[i - 1] + 1))
        problems.push(["headings", levels]);
    if (document.querySelectorAll("main").length !== 1 || !document.title || !document.documentElement.lang)
        problems.push(["landmarks"]);
    return problems"""


@in_browser
def test_names_roles_and_focus(page, seeded):
    from selenium.webdriver.common.keys import Keys

    page.open("?site=looks", blur="worst")
    wait_for(lambda: page.count("#author-items li"), "the context")
    assert page.run(ACCESSIBILITY) == []
    for key, dialog in (("D", "reasons"), ("n", "note"), ("?", "help")):
        page.keys(key)
        assert page.run(ACCESSIBILITY) == [] and page.run("return document.activeElement.closest('dialog').id") == dialog
        page.keys(Keys.ESCAPE)
        assert page.run("return document.activeElement.closest('.card') !== null")
    label = page.run("return document.activeElement.ariaLabel").replace("\u2068", "").replace("\u2069", "")
    assert label == "Comment by ئازاد: Threats, 50 %"
    page.keys("e")
    assert page.text("#said") == "Escalated."
    page.keys("u")
    wait_for(lambda: page.count(".card.decided") == 0, "the card to be back")
    seen = set()
    for _ in range(40):
        page.keys(Keys.TAB)
        # In one look: what is shown anew meanwhile may take the focus with it.
        name, is_seen = page.run(
            "const e = document.activeElement; return [e.id || e.className || e.localName, e === document.body ||"
            " getComputedStyle(e).outlineStyle !== 'none' || e.closest('[tabindex=\"-1\"]') !== null]")
        seen.add(name)
        assert is_seen, name
    assert "do approve" in seen and "do reject" in seen


@in_browser
def test_settings_are_kept(page, seeded):
    page.open("?site=looks")
    page.click("#open-settings")
    for name, value in (("theme", 2), ("blur", 2), ("language", 4)):
        page.run("const e = document.getElementById('set-' + arguments[0]); e.selectedIndex = arguments[1];"
                 "e.dispatchEvent(new Event('change'))", name, value)
    assert page.text("#settings h2") == words("ar")["settings"]
    page.browser.driver.refresh()
    wait_for(lambda: page.count(".card"), "the list")
    assert page.run("const r = document.documentElement; return [r.lang, r.dir, r.dataset.theme]") == ["ar", "rtl", "dark"]
    assert page.count(".card.blurred") == page.count(".card")
    assert page.run("return getComputedStyle(document.body).backgroundColor") == "rgb(20, 23, 27)"
    page.open("?site=looks", singleKeys=False)
    page.keys("a")
    assert page.count(".card.decided") == 0 and page.count(".card kbd") == 0
