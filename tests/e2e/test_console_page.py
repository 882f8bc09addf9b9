"""The page on which rules are tried, in real Chromium: what it shows, keeps and never does."""

import contextlib
import http.server
import json
import os
import threading

import pytest

import browser as chromium
from daemon import RULES, Daemon, wait_for
from legible import is_legible

MISSING = chromium.missing()
pytestmark = pytest.mark.skipif(MISSING is not None, reason=str(MISSING))

SORANI = "دەتکوژم ئەی سەگی پیس، می‌خواهم"
RULES_HERE = RULES.replace("rules:\n", """rules:
  - id: ckb/threats/direct
    guideline: threats
    language: ckb
    reason: {en: "Threatens a person.", ckb: "هەڕەشە دەکات."}
    action: review
    when: {words: ["دەتکوژم"]}
    tests: {match: ["دەتکوژم"], no_match: ["سوپاس"]}
""", 1)

# Each is tried as comment, author, rule text and reason.
PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "\"><iframe src=\"javascript:alert(1)\"></iframe>",
    "'-alert(1)-'",
    "</textarea></script><script>alert(1)</script>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<a href=\"javascript:alert(1)\">I will kill you</a>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    "<base href=https://evil.example/><link rel=stylesheet href=//evil.example/a.css>",
    "<style>@import 'https://evil.example/a.css';</style>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "https://evil.example/pixel.png javascript:alert(1) data:text/html,<script>alert(1)</script>",
    "{{constructor.constructor('alert(1)')()}} ${alert(1)} __proto__",
    "I will kill you \u2028 \u2029 \u202e\u2066 evil \u200b\u00ad\ufeff",
]


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    with Daemon(tmp_path_factory.mktemp("page"), rules=RULES_HERE,
                more="sites: {english: {lang: en}}") as daemon:
        page = Page(tmp_path_factory.mktemp("browser"), daemon)
        yield page
        page.browser.close()


class Page:
    def __init__(self, folder, daemon):
        self.daemon = daemon
        self.browser = chromium.Browser(folder)
        self.url = "http://127.0.0.1:%d/console/rules" % daemon.http_port
        self.browser.requests()

    def open(self):
        self.browser.look(1280, 900)
        self.browser.driver.get(self.url)
        self.run("sessionStorage.clear()")
        self.browser.driver.get(self.url)
        self.settle()
        return self

    def run(self, script, *arguments):
        return self.browser.run(script, *arguments)

    def settle(self):
        """Until the answer to all that was typed is there."""
        wait_for(lambda: self.run(
            "return document.getElementById('checking').hidden &&"
            " document.getElementById('problems-title').textContent !== '…'"), "an answer")

    def type(self, where, text):
        self.run("const e = document.querySelector(arguments[0]); e.value = arguments[1];"
                 "e.dispatchEvent(new Event(e.tagName === 'SELECT' ? 'change' : 'input'))",
                 where, text)
        self.settle()

    def click(self, where):
        self.run("document.querySelector(arguments[0]).click()", where)
        self.settle()

    def text(self, where):
        return self.run("return document.querySelector(arguments[0]).textContent", where)

    def count(self, where):
        return self.run("return document.querySelectorAll(arguments[0]).length", where)

    def verdict(self):
        return self.run("return document.getElementById('verdict').dataset.verdict")

    def live(self):
        return self.daemon.check("I will kill you")["verdict"]


def test_an_edit_is_judged_as_it_is_typed(page):
    page.open()
    assert "live rules stay as they are" in page.text("header")
    assert page.count("#language option[value=ckb]") == page.count("#site option[value=english]") == 1
    page.type("#comment", "I will kill you")
    assert page.verdict() == "reject" and page.text("#details mark") == "I will kill you"
    assert "Threatens a person." in page.text("#details")
    assert "10 points · review at 5 · reject at 10" in page.text(".guideline")
    page.type("#text", RULES_HERE.replace("action: reject", "action: review"))
    assert page.verdict() == "review"
    assert "the live rules say ✕ reject".replace("✕ ", "") in page.text("#verdict")
    assert page.live() == "reject"
    page.click("#revert")
    assert page.verdict() == "reject" and page.text("#file option") == "rules/rules.yaml"
    page.click("#notice button")
    assert page.verdict() == "review"
    assert page.browser.complaints() == []


def test_mistakes_and_failing_tests_have_their_line(page):
    page.open()
    page.type("#comment", "I will kill you")
    page.type("#text", RULES_HERE.replace("    action: reject", "    acton: reject"))
    assert "would be refused" in page.text("#problems-title")
    assert "did you mean" in page.text("#problems")
    assert page.count("#lines .error") >= 1 and page.verdict() == "reject"
    page.click("#problems li:last-child button")
    line = page.run("const t = document.getElementById('text');"
                    "return [document.activeElement === t,"
                    " t.value.slice(t.selectionStart).split('\\n')[0]]")
    assert line == [True, "acton: reject"]
    page.type("#text", RULES_HERE.replace('match: ["I will kill you"]', 'match: ["I will hug you"]'))
    page.click("#run-tests")
    assert "1 sentence comes out wrong, of 6" in page.text("#tests-title")
    assert "should match, but does not: `I will hug you`" in page.text("#failures")


def test_edits_outlive_a_reload_of_the_page(page):
    page.open()
    page.type("#text", RULES_HERE.replace("action: reject", "action: review"))
    page.type("#comment", "I will kill you")
    page.browser.driver.refresh()
    page.settle()
    assert "unsaved edits of 1 file are back" in page.text("#notice")
    assert page.verdict() == "review" and page.count("#revert:disabled") == 0
    page.click("#notice button")
    assert page.verdict() == "reject"


def test_a_sample_is_compared(page):
    page.open()
    page.type("#text", RULES_HERE.replace("action: reject", "action: review"))
    lines = ["I will kill you", "Nice article", json.dumps({"text": SORANI, "lang": "ckb"}),
             "We will kill you all", "{not json"] + ["comment %d" % i for i in range(1200)]
    path = os.path.join(page.browser.folder, "sample.ndjson")
    with open(path, "w", encoding="utf-8") as sample:
        sample.write("\n".join(lines))
    page.browser.driver.find_element("id", "sample-file").send_keys(path)
    wait_for(lambda: page.count("#sample-list li"), "the sample")
    assert page.count("#sample-list li") == 1000
    assert "The first 1,000 of 1,205" in page.text("#sample-note")
    page.click("#compare")
    wait_for(lambda: page.run("return !document.getElementById('comparison').hidden"), "the table")
    assert "2 comments change verdict, of 1,000" in page.text("#comparison h3")
    assert "en/threats/direct counts for something else: 2 comments" in page.text("#comparison h4")
    assert page.text("#comparison td.change") == "reject → review"
    outdated = "return document.querySelector('#comparison .outdated').checkVisibility()"
    assert not page.run(outdated)
    page.run("document.getElementById('text').dispatchEvent(new Event('input'))")
    page.settle()
    assert page.run(outdated)
    page.click("#comparison td button")
    assert page.run("return document.getElementById('comment').value") == "I will kill you"
    assert page.verdict() == "review"


def test_the_file_is_downloaded(page):
    page.open()
    text = RULES_HERE.replace("action: reject", "action: review")
    page.type("#text", text)
    page.click("#download")
    path = os.path.join(page.browser.downloads, "rules.yaml")
    wait_for(lambda: os.path.exists(path) and os.path.getsize(path) == len(text.encode()), "the file")
    with open(path, encoding="utf-8") as got:
        assert got.read() == text


def test_keys(page):
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    page.open()
    editor = page.browser.driver.find_element("id", "text")
    page.run("const t = document.getElementById('text'); t.focus(); t.setSelectionRange(0, 0)")
    editor.send_keys(Keys.TAB)
    assert page.run("return document.getElementById('text').value").startswith("  guidelines")
    editor.send_keys(Keys.ESCAPE + Keys.TAB)
    assert page.run("return document.activeElement.id") != "text"
    seen = set()
    for _ in range(25):
        keys = Keys.ESCAPE + Keys.TAB if "text" in seen else Keys.TAB
        ActionChains(page.browser.driver).send_keys(keys).perform()
        seen.add(page.run("return document.activeElement.id || document.activeElement.localName"))
    assert {"comment", "language", "site", "sample-file", "summary", "file", "run-tests"} <= seen
    unnamed = page.run("""
        return [...document.querySelectorAll("button, select, input, textarea")].filter((e) =>
            !e.textContent.trim() && !e.labels?.length && !e.getAttribute("aria-label"))
            .map((e) => e.outerHTML)""")
    assert unnamed == []


@contextlib.contextmanager
def other_site():
    """A page of somebody else, in the same network so that the browser lets it try at all."""
    class Site(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>evil</title><p>")

        def log_message(self, *unused):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


ATTACKS = """
    const at = arguments[0], body = '{"comments":[{"text":"a"}]}', done = arguments[1];
    const all = ["cors", "no-cors"].flatMap((mode) => [
        fetch(at + "/v1/try/rules", {mode}),
        fetch(at + "/v1/try", {mode, method: "POST", body}),
        fetch(at + "/v1/try", {mode, method: "POST", body, headers: {"Content-Type": "text/plain"}}),
        fetch(at + "/v1/try", {mode, method: "POST", body,
            headers: {"Content-Type": "application/json"}}),
        fetch(at + "/v1/rules/reload", {mode, method: "POST"}),
    ].map((answer) => answer.then((got) => got.text(), () => "")));
    for (const [name, source] of [["script", "/console/rules.js"], ["script", "/v1/try/rules"],
        ["img", "/v1/try/rules"], ["iframe", "/console/rules"]]) {
        const e = document.createElement(name);
        e.src = at + source;
        all.push(new Promise((over) => { e.onload = e.onerror = () => over(""); }));
        document.body.append(e);
    }
    const frame = document.createElement("iframe"), form = document.createElement("form");
    frame.name = "target";
    form.target = "target";
    form.method = "post";
    form.enctype = "text/plain";
    form.action = at + "/v1/try";
    document.body.append(frame, form);
    all.push(new Promise((over) => { frame.onload = () => over(""); }));
    form.submit();
    Promise.all(all).then((texts) => done(texts.join("")));"""


def test_pages_of_other_sites_get_nothing(page):
    def requests(code):
        return sum(value for name, value in page.daemon.metrics().items()
                   if name.startswith("filterd_requests_total") and 'code="%s"' % code in name)

    answered, refused = requests("ok"), requests("forbidden")
    with other_site() as port:
        page.browser.driver.get("http://localhost:%d/" % port)
        text = page.browser.driver.execute_async_script(
            ATTACKS, "http://127.0.0.1:%d" % page.daemon.http_port)
    assert text == ""
    page.browser.driver.get("about:blank")
    page.browser.driver.get_log("browser")
    # Only the frame is navigated to the page, and shown by nobody; our own questions count too.
    assert requests("forbidden") - refused >= 8
    assert requests("ok") - answered <= 4


def test_the_token_is_asked_for(page, tmp_path):
    with Daemon(tmp_path, more="reload_token: 0123456789abcdef") as daemon:
        # As through a proxy: then being near does not count.
        page.browser.cdp("Network.enable")
        page.browser.cdp("Network.setExtraHTTPHeaders", headers={"X-Real-IP": "203.0.113.9"})
        try:
            page.browser.driver.get("http://127.0.0.1:%d/console/rules" % daemon.http_port)
            shown = "return !document.getElementById('sign-in').hidden"
            wait_for(lambda: page.run(shown), "the question for the token")
            for token, right in (("wrong", False), ("0123456789abcdef", True)):
                page.run("document.getElementById('token').value = arguments[0];"
                         "document.querySelector('#sign-in button').click()", token)
                wait_for(lambda: page.run(shown) != right, "the form to go or stay")
            page.settle()
            page.type("#comment", "I will kill you")
            assert page.verdict() == "reject"
        finally:
            page.browser.cdp("Network.setExtraHTTPHeaders", headers={})
            page.browser.complaints()


def test_hostile_text_is_only_text(page):
    page.open()
    page.browser.requests()
    for payload in PAYLOADS:
        quoted = json.dumps(payload)
        page.run("document.querySelector('[data-field=\"author.name\"]').value = arguments[0]", payload)
        page.run("document.getElementById('comment').value = arguments[0]", payload + " I will kill you")
        page.type("#text", RULES_HERE.replace('"Threatens a person."', quoted).replace(
            'match: ["I will kill you"]', "match: [%s, I will kill you]" % quoted))
        assert page.verdict() == "reject"
        assert page.count("#details .shown *:not(mark, span, code)") == 0
        shown = page.run("""
            const shown = document.querySelector("#details .shown").cloneNode(true);
            for (const token of shown.querySelectorAll(".token"))
                token.textContent = String.fromCodePoint(parseInt(token.textContent.slice(2), 16));
            return shown.textContent""")
        assert shown == payload + " I will kill you"
    assert "1 sentence comes out wrong" not in page.text("#tests-title")
    page.type("#text", RULES_HERE + "".join(PAYLOADS))
    assert page.count("#problems li") > 0
    page.type("#text", RULES_HERE.replace("id: en/threats/direct", "id: '<img src=x onerror=alert(1)>'"))
    page.run("document.getElementById('sample-text').value = arguments[0]", "\n".join(PAYLOADS))
    page.click("#sample-use")
    page.click("#compare")
    page.browser.driver.refresh()
    page.settle()
    assert page.browser.complaints() == []
    assert page.count("img, iframe, base, a[href]:not(.skip, nav a), [onclick]") == 0
    here = "http://127.0.0.1:%d/" % page.daemon.http_port
    assert [url for url in page.browser.requests() if not url.startswith(here)] == []


def test_hidden_characters_are_shown_and_joiners_left_alone(page):
    page.open()
    page.type("#comment", "ab\u202ecd\u200b\u2066e \U000e0041 " + SORANI + " 👩\u200d💻")
    assert page.run("return [...document.querySelectorAll('#details .shown .token')]"
                    ".map((e) => e.textContent)") == ["U+202E", "U+200B", "U+2066", "U+E0041"]
    assert "4 hidden characters" in page.text("#details")


def has_right_to_left_in_order(page):
    assert page.run("return getComputedStyle(document.querySelector('.shown')).direction") == "rtl"
    right, width = page.run(
        "const m = document.querySelector('.shown mark').getBoundingClientRect();"
        "const b = document.querySelector('.shown').getBoundingClientRect();"
        "return [m.right - b.left, b.width]")
    assert right > width * 0.8  # the first word stands at the right


def test_looks(page):
    page.open()
    page.run("document.getElementById('text').value = arguments[0]",
             RULES_HERE.replace("action: reject", "points: 4").replace(
                 "match: [\"I will kill you\"]", "match: [nothing]"))
    page.type("#comment", "I will kill you")
    page.run("document.getElementById('text').dispatchEvent(new Event('input'))")
    page.settle()
    page.run("document.getElementById('sample-text').value = arguments[0]",
             "I will kill you\n" + SORANI + "\n" + "x" * 4000 + "\n" + "z" + "\u0301" * 2000)
    page.click("#sample-use")
    page.click("#compare")
    wait_for(lambda: page.run("return !document.getElementById('comparison').hidden"), "the table")
    for width, comments in ((1280, (SORANI,)),
                            (360, ("I will kill you " + "x" * 2000, "z" + "\u0301" * 2000, SORANI))):
        page.browser.look(width, 900)
        for comment in comments:
            page.type("#comment", comment)
            assert page.run("return document.documentElement.scrollWidth") <= width
        has_right_to_left_in_order(page)
        for dark in (False, True):
            page.browser.look(width, 900, dark)
            is_legible(page)
            shot = page.browser.screenshot("%d-%s" % (width, "dark" if dark else "light"))
            assert os.path.getsize(shot) > 10000
