"""The review queue's page in a browser, for tests: comments to fill it with, and hands for its keys."""

import itertools
import json
import time
import urllib.parse

import browser as chromium
from daemon import wait_for

LINKS = "see http://a.com http://b.com http://c.com"
SORANI = "سڵاو، ئەم هەواڵە ڕاست نییە. دەتکوژم ئەگەر دووبارەی بکەیتەوە"

# Reviews by several guidelines, in several languages, of fields too; 9 points are a score of 0.82.
RULES = """\
guidelines:
  threats: {title: Threats, review_at: 5, reject_at: 10}
  promotion: {title: Promotion, review_at: 5, reject_at: 10}
  personal-attacks: {title: Personal attacks, review_at: 5, reject_at: 10}
rules:
  - id: any/promotion/links
    guideline: promotion
    reason: "Many links."
    action: review
    when: {links: 3}
    tests: {match: ["http://a.com http://b.com http://c.com"], no_match: ["see http://a.com"]}
  - id: en/threats/find
    guideline: threats
    reason: {en: "Threatens a person."}
    points: 9
    when: {phrase: "(i|we) will find you"}
    tests: {match: ["we will find you"], no_match: ["we will find it"]}
  - id: en/attacks/fools
    guideline: personal-attacks
    reason: "Insults people."
    action: review
    when: {words: [fools]}
    tests: {match: ["you fools"], no_match: ["foolish"]}
  - id: any/attacks/name
    guideline: personal-attacks
    reason: "An insulting name."
    action: review
    when: {field: {in: author_name, words: [stinker]}}
  - id: ckb/threats/kill
    guideline: threats
    language: ckb
    reason: {en: "Threatens a person.", ckb: "هەڕەشە دەکات."}
    action: review
    when: {words: ["دەتکوژم"]}
    tests: {match: ["دەتکوژم"], no_match: ["سوپاس"]}
"""

# Every comment is reviewed.
ALL = """\
guidelines:
  form: {title: Form, review_at: 5, reject_at: 1000}
rules:
  - id: any/form/all
    guideline: form
    reason: "Everything."
    action: review
    when: {length: {at_least: 0}}
"""


numbers = itertools.count(1)


def fill(daemon, count, **more):
    """Comments with links, each its own; their queue ids."""
    ids = []
    for i in range(count):
        comment = dict({"id": "c-%d" % next(numbers), "lang": "en"}, **more)
        ids.append(daemon.check(comment.pop("text", "%s number %d" % (LINKS, i)), **comment)["queue_id"])
    return ids


class QueuePage:
    """One moderator with a browser of their own."""

    def __init__(self, folder, port):
        self.browser = chromium.Browser(folder)
        self.url = "http://127.0.0.1:%d/console/" % port
        self.browser.look(1280, 900)

    def close(self):
        self.browser.close()

    def open(self, query="", loaded=True, **settings):
        """Opens the page anew, with these settings and no others."""
        self.browser.driver.get(self.url + "rules.css")
        self.run("""localStorage.clear();
                 localStorage.setItem("filterd.settings", JSON.stringify(arguments[0]))""",
                 dict({"language": "en", "blur": "off"}, **settings))
        self.browser.driver.get(self.url + query)
        if loaded:
            wait_for(lambda: self.run("return !document.getElementById('work').inert &&"
                                      " document.getElementById('list').ariaBusy === 'false'"), "the list")
            self.browser.driver.get_log("browser")
        return self

    # --- doing ---

    def run(self, script, *arguments):
        return self.browser.run(script, *arguments)

    def keys(self, *keys):
        from selenium.webdriver.common.action_chains import ActionChains

        for key in keys:
            ActionChains(self.browser.driver).send_keys(key).perform()

    def chord(self, held, key):
        from selenium.webdriver.common.action_chains import ActionChains

        ActionChains(self.browser.driver).key_down(held).send_keys(key).key_up(held).perform()

    def typed(self, key, code, **more):
        """A key as another keyboard layout types it."""
        for kind in ("keyDown", "keyUp"):
            self.browser.cdp("Input.dispatchKeyEvent", type=kind, key=key, code=code, **more)

    def click(self, where):
        self.run("document.querySelector(arguments[0]).click()", where)

    # --- seeing ---

    def text(self, where):
        return self.run("return document.querySelector(arguments[0])?.innerText.replace(/[\\u2068\\u2069]/g, '') ?? null", where)

    def count(self, where):
        return self.run("return document.querySelectorAll(arguments[0]).length", where)

    def at(self):
        """Queue id of the comment at the cursor."""
        return self.run("return document.querySelector('[aria-current=true].card')?.dataset.id")

    def card(self, queue_id):
        return self.text(".card[data-id='%s']" % queue_id)

    def state(self, queue_id):
        return self.run("return document.querySelector(arguments[0]).dataset.state",
                        ".card[data-id='%s']" % queue_id)

    def complaints(self):
        return self.browser.complaints()


HERE = {"Host": "localhost"}


def ask(daemon, path, **query):
    if query:
        path += "?" + urllib.parse.urlencode(query)
    with daemon.http() as http:
        return http.request("GET", path, fields=HERE).json()


def post(daemon, path, body, moderator="somebody"):
    with daemon.http() as http:
        return http.request("POST", path, json.dumps(body).encode(),
                            {**HERE, "Content-Type": "application/json",
                             "X-Moderator": urllib.parse.quote(moderator)})


def item(daemon, queue_id):
    return ask(daemon, "/v1/queue/" + queue_id)


def wait_for_state(daemon, queue_id, state):
    return wait_for(lambda: item(daemon, queue_id)["item"]["state"] == state, "the state " + state)


def events(daemon, queue_id):
    return [(event["act"], event["reason"], event["actor"]) for event in item(daemon, queue_id)["history"]]


def seconds(task):
    began = time.monotonic()
    task()
    return time.monotonic() - began
