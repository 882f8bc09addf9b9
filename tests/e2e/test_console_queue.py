"""The review queue's page in real Chromium, worked by keyboard against a real daemon."""

import json

import pytest

import browser as chromium
from command import filterd
from daemon import Daemon, wait_for
from gate import Gate
from queue_page import (LINKS, RULES, QueuePage, ask, events, fill, item, post, seconds, wait_for_state)

MISSING = chromium.missing()
pytestmark = pytest.mark.skipif(MISSING is not None, reason=str(MISSING))


@pytest.fixture(scope="module")
def daemon(tmp_path_factory):
    with Daemon(tmp_path_factory.mktemp("daemon"), rules=RULES, store="var/queue.db") as daemon:
        yield daemon


@pytest.fixture(scope="module")
def gate(daemon):
    with Gate(daemon) as gate:
        yield gate


@pytest.fixture(scope="module")
def page(tmp_path_factory, daemon):
    page = QueuePage(tmp_path_factory.mktemp("browser"), daemon.http_port)
    yield page
    page.close()


@pytest.fixture(scope="module")
def gated(tmp_path_factory, gate):
    """A second moderator, who comes through the gate."""
    page = QueuePage(tmp_path_factory.mktemp("gated"), gate.http_port)
    yield page
    page.close()


# --- what is shown ---


def test_a_card_says_why_and_the_context_stands_beside_it(page, daemon):
    author = {"id": "u-why", "name": "Big stinker", "approved": 3, "rejected": 1}
    other = fill(daemon, 1, site="why", author=author, text=LINKS + " earlier")[0]
    post(daemon, "/v1/queue/%s/decide" % other, {"act": "reject", "reason": "promotion"})
    queue_id = daemon.check("You fools, I say", id="why-1", site="why", lang="en", author=author,
                            article={"id": "a9", "title": "Budget voted", "section": "Politics"},
                            parent={"id": "p", "text": "The government was right."})["queue_id"]
    page.open("?site=why")
    card = page.card(queue_id)
    for part in ("Big stinker", "English", "82 %", "Budget voted", "In reply to", "The government was right.",
                 "Personal attacks", "Insults people.", "en/attacks/fools", "An insulting name.", "author’s name"):
        assert part in card, part
    assert page.text(".card .shown mark") == "fools" and page.text(".card .author mark") == "stinker"
    assert page.text(".card .because .found mark") == "fools"
    wait_for(lambda: "earlier" in (page.text("#author-items") or ""), "the author's other comments")
    assert "Rejected" in page.text("#author-items")
    context = page.text("#context")
    for part in ("Politics", "All of this author", "All with the same text", "All of this rule", "told by the site"):
        assert part in context, part
    assert page.text("#states [aria-pressed=true]").split() == ["Open", str(page.run(
        "return fetch('/v1/queue/stats').then((a) => a.json()).then((s) => s.states.waiting)"))]
    assert page.complaints() == []


def test_this_was_wrong_makes_a_test_for_the_rule(page, daemon):
    text = 'You "fools"\\ \u202e said\nnobody'
    fill(daemon, 1, site="wrong", text=text)
    page.open("?site=wrong")
    wait_for(lambda: page.count("#context .wrong"), "the context")
    page.click("#context .wrong summary")
    snippet = page.run("return document.querySelector('.snippet-text').value")
    assert snippet.startswith("# en/attacks/fools\ntests:\n  no_match: [") and "\u202e" not in snippet
    assert json.loads(snippet.split("no_match: ")[1]) == [text]
    # The daemon takes it as a test of that rule: it fails, for the rule holds.
    tried = RULES.replace("no_match: [\"foolish\"]", snippet.split("  ")[1].strip())
    answer = post(daemon, "/v1/try", {"files": [{"path": "rules/rules.yaml", "text": tried}]}).json()
    assert [e for e in answer["errors"] if e["severity"] == "error"] == [] and answer["tests"]["failed"] == 1


# --- deciding ---


def test_one_key_decides_and_the_cursor_goes_on(page, daemon):
    ids = fill(daemon, 7, site="keys")
    page.open("?site=keys")
    assert page.at() == ids[0]
    page.keys("a", "d", "f", "r")
    assert page.at() == ids[4]
    for queue_id, state in zip(ids, ("approved", "rejected", "approved", "rejected")):
        wait_for_state(daemon, queue_id, state)
        assert page.state(queue_id) == state and "by you" in page.card(queue_id)
    assert events(daemon, ids[1]) == [("reject", "promotion", "moderator")]
    page.keys("e", "s", "k")
    wait_for_state(daemon, ids[4], "escalated")
    assert page.at() == ids[5] and "skipped" in page.card(ids[5])
    page.keys("k", "k")
    assert page.at() == ids[3]
    page.keys("j")
    assert page.at() == ids[4] and page.text("#tally").startswith("Decided: 5")
    assert page.complaints() == []


def test_a_reason_and_a_note(page, daemon):
    from selenium.webdriver.common.keys import Keys

    ids = fill(daemon, 3, site="reasons")
    page.open("?site=reasons")
    page.keys("D")
    assert page.run("return document.activeElement.textContent") == "1Promotion"
    page.keys("3")
    wait_for_state(daemon, ids[0], "rejected")
    assert events(daemon, ids[0]) == [("reject", "threats", "moderator")]
    page.keys("D")
    page.run("""[...document.querySelectorAll('#reasons .reason')].find((b) =>
             b.textContent === 'Scams and fraud').focus()""")
    page.keys(Keys.ENTER)
    wait_for_state(daemon, ids[1], "rejected")
    assert events(daemon, ids[1])[0][1] == "dsa/scams-and-fraud"
    page.keys("n", "and a dad", Keys.ENTER, "jaw")
    page.chord(Keys.CONTROL, Keys.ENTER)
    wait_for(lambda: events(daemon, ids[2]), "the note")
    assert item(daemon, ids[2])["history"][0]["note"] == "and a dad\njaw"
    wait_for(lambda: "and a dad" in (page.text("#history") or ""), "the note beside the list")
    assert page.at() == ids[2] and item(daemon, ids[2])["item"]["state"] == "waiting"


def test_undo(page, daemon):
    ids = fill(daemon, 3, site="undo")
    page.open("?site=undo")
    page.keys("a", "d")
    wait_for_state(daemon, ids[1], "rejected")
    assert "Rejected." in page.text("#toast") and " s" in page.text("#toast .left")
    page.keys("u")
    wait_for_state(daemon, ids[1], "waiting")
    assert page.at() == ids[1] and page.state(ids[1]) == "waiting" and page.count("#toast[hidden]") == 1
    page.keys("u")
    wait_for_state(daemon, ids[0], "waiting")
    assert page.at() == ids[0]
    page.keys("u", "d")
    wait_for_state(daemon, ids[0], "rejected")
    assert [act for act, _, _ in events(daemon, ids[0])] == ["approve", "undo", "reject"]
    # What was decided another day is taken back on its card.
    page.open("?site=undo&state=rejected")
    page.click(".card .row-of-buttons button")
    wait_for_state(daemon, ids[0], "waiting")
    assert page.complaints() == []


def test_never_while_typing_and_not_with_ctrl(page, daemon):
    from selenium.webdriver.common.keys import Keys

    ids = fill(daemon, 3, site="typing")
    page.open("?site=typing")
    page.keys("/", "adread")
    assert page.run("return document.getElementById('search').value") == "adread"
    assert page.count(".card:not([hidden])") == 0
    page.keys(Keys.ESCAPE)
    assert page.count(".card:not([hidden])") == 3 and page.at() == ids[0]
    page.chord(Keys.CONTROL, "e")
    page.chord(Keys.ALT, "a")
    page.keys("?", "a", Keys.ESCAPE)
    assert [page.state(queue_id) for queue_id in ids] == ["waiting"] * 3
    page.keys("/", "number 2", Keys.ENTER)
    assert page.at() == ids[2]
    page.keys("a")
    wait_for_state(daemon, ids[2], "approved")


def test_keys_are_changed_and_other_layouts_work(page, daemon):
    from selenium.webdriver.common.keys import Keys

    ids = fill(daemon, 4, site="layout")
    page.open("?site=layout")
    page.typed("ش", "KeyA")
    page.typed("ی", "KeyD", modifiers=0)
    for queue_id, state in zip(ids, ("approved", "rejected")):
        wait_for_state(daemon, queue_id, state)
    page.keys("?")
    page.run("[...document.querySelectorAll('#help button')].find((b) => b.ariaLabel?.endsWith('\u2068Approve\u2069')).click()")
    page.keys("j", Keys.ESCAPE)
    page.keys("j")
    wait_for_state(daemon, ids[2], "approved")
    page.browser.driver.refresh()
    wait_for(lambda: page.at() == ids[3], "the page again")
    page.keys("a")
    assert page.state(ids[3]) == "waiting"
    page.keys("j")
    wait_for_state(daemon, ids[3], "approved")


def test_many_at_once(page, daemon):
    ids = fill(daemon, 6, site="bulk", text=LINKS + " always the same")
    other = fill(daemon, 2, site="bulk", text="You fools", author={"id": "u7", "name": "Seven"})
    page.open("?site=bulk")
    wait_for(lambda: page.count("#context button.plain"), "the context")
    page.run("[...document.querySelectorAll('#context button')].find((b) => b.textContent.includes('same text')).click()")
    wait_for(lambda: page.count(".card") == len(ids), "those with the same text")
    assert "With the same text" in page.text("#chips")
    page.keys("x", "j", "j", "x")
    assert "Selected: 2" in page.text("#bulk")
    page.keys("X", "X")
    assert "Selected: %d" % len(ids) in page.text("#bulk")
    page.keys("D", "1")
    for queue_id in ids:
        wait_for_state(daemon, queue_id, "rejected")
    assert "Rejected: %d" % len(ids) in page.text("#toast")
    page.keys("u")
    for queue_id in ids:
        wait_for_state(daemon, queue_id, "waiting")
    page.run("document.querySelector('.chip').click()")
    wait_for(lambda: page.count(".card") == 8, "all of them")
    page.open("?site=bulk&author=u7")
    page.keys("X", "A")
    for queue_id in other:
        wait_for_state(daemon, queue_id, "approved")
    assert page.complaints() == []


def test_filters_are_kept_in_the_address(page, daemon):
    fill(daemon, 2, site="filters")
    fill(daemon, 1, site="filters", text="We will find you")
    page.open("?site=filters")
    assert page.count(".card") == 3
    wait_for(lambda: page.count("#by-guideline option[value=threats]"), "the guidelines")
    for where, value, cards in (("#by-guideline", "threats", 1), ("#by-guideline", "", 3), ("#by-min_score", "80", 1)):
        page.run("const e = document.querySelector(arguments[0]); e.value = arguments[1];"
                 "e.dispatchEvent(new Event('change'))", where, value)
        wait_for(lambda: page.count(".card") == cards, "%d cards" % cards)
    assert "min_score=80" in page.browser.driver.current_url and "82 %" in page.text(".card .score")
    page.browser.driver.back()
    wait_for(lambda: page.count(".card") == 3, "the filter before")
    page.keys("a")
    page.click("#states [data-state=approved]")
    wait_for(lambda: page.text("#states [aria-pressed=true]").startswith("Approved"), "the approved")
    wait_for(lambda: page.count(".card") == 1, "the one approved")


# --- others ---


def test_two_moderators_never_judge_the_same_comment(page, gated, daemon):
    ids = fill(daemon, 12, site="two")
    page.open("?site=two", name="Sara")
    wait_for(lambda: item(daemon, ids[0])["item"]["claimed_by"] == "Sara", "Sara's claim")
    gated.open("?site=two", name="Azad ئازاد")
    assert gated.at() == ids[5] and "Sara is looking at it" in gated.card(ids[0])
    wait_for(lambda: item(daemon, ids[5])["item"]["claimed_by"] == "Azad ئازاد", "Azad's claim")
    wait_for(lambda: "is looking at it" in page.card(ids[5]), "Azad's claim on Sara's page")
    page.keys("a", "a", "a", "a", "a")
    for queue_id in ids[:5]:
        wait_for_state(daemon, queue_id, "approved")
    wait_for(lambda: page.at() == ids[10], "Sara to go past what Azad looks at")
    wait_for(lambda: gated.state(ids[4]) == "approved", "Sara's decisions on Azad's page")
    assert "Sara" in gated.card(ids[4])
    gated.keys("k")
    assert gated.at() == ids[4]
    deciders = {queue_id: [actor for _, _, actor in events(daemon, queue_id)] for queue_id in ids}
    assert all(len(actors) <= 1 for actors in deciders.values())


def test_who_comes_second_is_told_who_was_first(page, daemon):
    ids = fill(daemon, 2, site="second")
    page.open("?site=second", name="Sara")
    wait_for(lambda: item(daemon, ids[0])["item"]["claimed_by"] == "Sara", "the claim")
    # As if the lease had ended: the daemon lets another decide.
    post(daemon, "/v1/queue/release", {"ids": ids}, "Sara")
    assert post(daemon, "/v1/queue/%s/decide" % ids[0], {"act": "reject"}, "Azad").status == 200
    page.keys("a")
    wait_for(lambda: "your decision did not count" in page.card(ids[0]) or
             "Azad" in page.card(ids[0]), "who was first")
    assert page.state(ids[0]) == "rejected" and "Azad" in page.card(ids[0])
    assert [act for act, _, _ in events(daemon, ids[0])] == ["reject"]


def decisions(daemon, token, queue_id):
    with daemon.http() as http:
        return http.request("GET", "/v1/queue/" + queue_id, fields={
            "Host": "localhost", "Authorization": "Bearer " + token}).json()["history"]


# --- when things fail ---


def test_no_decision_is_lost_with_the_network(gated, gate, daemon):
    ids = fill(daemon, 4, site="offline")
    gated.open("?site=offline")
    wait_for(lambda: item(daemon, ids[3])["item"]["claimed_by"], "the claims")
    leaving = """const event = new Event("beforeunload", {cancelable: true});
        dispatchEvent(event);
        return event.defaultPrevented"""
    assert not gated.run(leaving)
    gate.down = True
    try:
        gated.keys("a", "d", "a")
        wait_for(lambda: "not sent yet: 3" in (gated.text("#notice") or ""), "to be told")
        assert gated.run(leaving) and item(daemon, ids[0])["item"]["state"] == "waiting"
        gated.keys("u")
        assert gated.state(ids[2]) == "waiting"
    finally:
        gate.down = False
    wait_for_state(daemon, ids[0], "approved")
    wait_for_state(daemon, ids[1], "rejected")
    wait_for(lambda: gated.count("#notice[hidden]") and not gated.run(leaving), "all to be sent")
    assert item(daemon, ids[2])["item"]["state"] == "waiting"


def test_a_lost_answer_is_no_conflict(gated, gate, daemon):
    ids = fill(daemon, 2, site="lost")
    gated.open("?site=lost")
    wait_for(lambda: item(daemon, ids[1])["item"]["claimed_by"], "the claims")
    gate.lost, gate.loses = 0, "/v1/queue/decide"
    try:
        gated.keys("d")
        wait_for(lambda: gate.lost, "an answer to be lost")
    finally:
        gate.loses = ""
    wait_for(lambda: not gated.run("return dispatchEvent(new Event('beforeunload', {cancelable: true})) === false"),
             "nothing to be under way")
    assert gated.state(ids[0]) == "rejected" and "by you" in gated.card(ids[0])
    assert [act for act, _, _ in events(daemon, ids[0])] == ["reject"]


def add_token(daemon, name, role="moderator"):
    made = filterd("token", "add", name, "--role", role, cwd=daemon.folder)
    assert made.code == 0, made.err
    return made.out.strip()


def is_closed(daemon):
    with daemon.http() as http:
        return http.request("GET", "/v1/queue", fields={"Host": "localhost"}).status == 401


def test_a_token_is_asked_for_and_what_was_decided_meanwhile_is_sent(page, tmp_path):
    def is_asked():
        return page.count("#sign-in:not([hidden])")

    def log_in(text):
        page.run("document.getElementById('token').value = arguments[0];"
                 "document.querySelector('#sign-in button').click()", text)

    with Daemon(tmp_path, rules=RULES, store="var/queue.db") as daemon:
        ids = fill(daemon, 3, site="login")
        first, second = add_token(daemon, "sara"), add_token(daemon, "azad")
        wait_for(lambda: is_closed(daemon), "the tokens to count")
        url, page.url = page.url, "http://127.0.0.1:%d/console/" % daemon.http_port
        try:
            page.open("?site=login", loaded=False)
            wait_for(is_asked, "the question for the token")
            assert page.count(".card") == 0
            log_in("filterd_wrong")
            wait_for(lambda: "not known" in page.text("#sign-in-error"), "to be told that it is wrong")
            log_in(first)
            wait_for(lambda: page.count(".card") == 3, "the list")
            assert page.text("#who") == "as sara" and not is_asked()
            assert page.run("return document.cookie + JSON.stringify([localStorage, sessionStorage])").count("filterd_") == 0
            page.keys("a")
            wait_for(lambda: "sara" in [e["actor"] for e in decisions(daemon, second, ids[0])], "the decision")
            # The session ends: what is decided waits for the same person to log in again ...
            page.browser.cdp("Network.clearBrowserCookies")
            page.click(".card:not(.decided) .do.reject")
            wait_for(is_asked, "the session to have ended")
            log_in(first)
            wait_for(lambda: "sara" in [e["actor"] for e in decisions(daemon, second, ids[1])], "what waited to be sent")
            # ... and is never said to be somebody else's.
            assert filterd("token", "revoke", "sara", cwd=daemon.folder).code == 0
            wait_for(is_asked, "the session to have ended")
            page.click(".card:not(.decided) .do.approve")
            log_in(second)
            wait_for(lambda: page.text("#who") == "as azad", "the other's session")
            wait_for(lambda: "sara decided it" in (page.card(ids[2]) or ""), "the card to be back")
            assert decisions(daemon, second, ids[2]) == [] and page.state(ids[2]) == "waiting"
            page.click("#open-settings")
            page.run("[...document.querySelectorAll('#settings button')].at(-1).click()")
            wait_for(is_asked, "to be logged out")

            def too_many():
                log_in("filterd_wrong")
                return "Too many attempts" in page.text("#sign-in-error")
            wait_for(too_many, "to be told of too many attempts")
        finally:
            page.url = url
            page.browser.driver.get("about:blank")
            page.complaints()


# --- a day's work ---


def test_a_hundred_comments_by_keyboard_alone(page, daemon):
    from selenium.webdriver.common.action_chains import ActionChains

    ids = fill(daemon, 100, site="hundred")
    page.open("?site=hundred")
    plan = ("adaaf" "rdadd") * 10
    took = seconds(lambda: [ActionChains(page.browser.driver).send_keys(key).perform() for key in plan])
    wait_for(lambda: "Nothing waits here." in page.text("#end"), "the end of the queue")
    page.run("return new Promise((done) => setTimeout(done, 0))")
    for queue_id, key in zip(ids, plan):
        wait_for_state(daemon, queue_id, "approved" if key in "af" else "rejected")
    assert page.text("#tally").startswith("Decided: 100") and took < 600
    assert ask(daemon, "/v1/queue", site="hundred")["total"] == 0
    assert page.complaints() == []
    print("100 comments in %.1f s" % took)


def test_the_worst_is_covered_until_asked(page, daemon):
    fill(daemon, 1, site="worst", text="We will find you")
    fill(daemon, 1, site="worst")
    page.open("?site=worst", blur="worst")
    assert page.count(".card.blurred") == 1 and page.run("return document.querySelector('.blurred .body').inert")
    wait_for(lambda: page.count("#context.blurred"), "the context to be covered too")
    page.keys("v")
    assert page.count(".card.blurred") == page.count("#context.blurred") == 0
    page.keys("v")
    assert page.count(".card.blurred") == 1
    page.keys("a")
    page.open("?site=worst", blur="all")
    assert page.count(".card.blurred") == page.count(".card") == 1


def test_a_break_is_suggested_and_can_be_switched_off(page, daemon):
    fill(daemon, 4, site="break")
    page.open("?site=break", breakMinutes=25)
    page.run("const now = Date.now; let ahead = 0; window.later = (ms) => { ahead += ms; };"
             "Date.now = () => now() + ahead;")
    page.keys("a")
    for _ in range(2):
        assert page.count("#break[hidden]") == 1
        page.run("later(4 * 60000)")
        page.keys("u", "a")
    for _ in range(5):
        page.run("later(4 * 60000)")
        page.keys("u", "a")
    assert "25 minutes" in page.text("#break")
    page.click("#break button:last-child")
    assert page.count("#break[hidden]") == 1
    assert page.run("return JSON.parse(localStorage.getItem('filterd.settings')).breakMinutes") == 0


def test_single_view_and_nothing_moves_when_a_card_is_decided(page, daemon):
    ids = fill(daemon, 5, site="still")
    page.open("?site=still")
    place = "return [...document.querySelectorAll('.card')].map((c) => [c.offsetTop, c.offsetHeight])"
    before = page.run(place)
    page.keys("a", "e", "d")
    wait_for_state(daemon, ids[2], "rejected")
    assert page.run(place) == before
    page.keys("z")
    visible = "return [...document.querySelectorAll('.card')].filter((c) => c.checkVisibility()).map((c) => c.dataset.id)"
    assert page.run(visible) == [ids[3]]
    page.keys("a")
    assert page.run(visible) == [ids[4]]
