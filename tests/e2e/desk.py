"""A stand-in for the queue's HTTP API and the console's files, from memory: for tests of the page that want
faults, other moderators or answers which a daemon gives only by chance."""

import copy
import http.server
import json
import os
import threading
import time
import urllib.parse

from command import TOP

CONSOLE = os.path.join(TOP, "filterd", "console")
TYPES = {".css": "text/css", ".html": "text/html", ".js": "text/javascript"}
POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; "
          "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'")
STATES = {"approve": "approved", "reject": "rejected", "escalate": "escalated", "undo": "waiting"}
OPEN = ("waiting", "escalated")


def stamp(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(seconds))


def match(rule="any/promotion/links", guideline="promotion", action="review", reason="Many links.",
          field="text", spans=()):
    return {"rule": rule, "guideline": guideline, "action": action, "points": 5, "reason": reason, "field": field,
            "spans": [{"bytes": [a, b], "chars": [a, b], "utf16": [a, b], "text": text, "entry": entry,
                       "disguised": disguised} for a, b, text, entry, disguised in spans]}


class Desk:
    """Use as a context. `items` by queue id, in order; `events` all that was decided."""

    def __init__(self, undo_s=30):
        self.lock = threading.RLock()
        self.items, self.events, self.undo_s = {}, [], undo_s
        self.token = None    # if set, who asks must have logged in with it
        self.broken = False  # if set, answers 503
        self.asked = []      # method and path of each question

    def add(self, text, score=0.5, matches=None, lang="en", site="english", author="u1", name="Reader",
            article="a1", title="A story", **request):
        number = len(self.items) + 1
        matches = [match(spans=[(0, min(4, len(text)), text[:4], "see", False)])] if matches is None else matches
        item = {
            "queue_id": "q%025d" % number, "state": "waiting", "version": 1, "site": site, "id": "c-%d" % number,
            "revision": 1, "lang": lang, "author": author, "author_name": name, "article": article,
            "article_title": title, "guideline": matches[0]["guideline"] if matches else "", "score": score,
            "rules": "3f2a91c0", "queued": stamp(time.time() - 60 * number), "claimed_by": "", "claimed_until": None,
            "request": dict({"id": "c-%d" % number, "text": text, "author": {"id": author, "name": name},
                             "article": {"id": article, "title": title}}, **request),
            "answer": {"id": "c-%d" % number, "verdict": "review", "score": score,
                       "guidelines": {m["guideline"]: m["points"] for m in matches}, "matches": matches,
                       "lang": lang, "lang_source": "told", "rules": "3f2a91c0"}}
        with self.lock:
            self.items[item["queue_id"]] = item
        return item["queue_id"]

    # --- what the API does ---

    def passes(self, item, query):
        states = {"": OPEN, "open": OPEN}.get(query.get("state", ""), (query.get("state"),))
        return (item["state"] in states
                and all(item[name] == query[name] for name in ("site", "lang", "guideline", "author", "article")
                        if name in query)
                and ("rule" not in query or query["rule"] in [m["rule"] for m in item["answer"]["matches"]])
                and ("same_text_as" not in query or item["request"]["text"] ==
                     self.items[query["same_text_as"]]["request"]["text"])
                and item["score"] * 100 >= float(query.get("min_score", 0)))

    def page(self, query):
        found = [item for item in self.items.values() if self.passes(item, query)]
        if query.get("order") == "newest":
            found.reverse()
        if query.get("order") == "score":
            found.sort(key=lambda item: -item["score"])
        total = len(found)
        ids = list(self.items)
        if "after" in query:
            found = [item for item in found if ids.index(item["queue_id"]) > int(query["after"])]
        limit = int(query.get("limit", 50))
        more = len(found) > limit
        found = found[:limit]
        return {"items": found, "total": total, "total_is_more": False,
                "next": str(ids.index(found[-1]["queue_id"])) if more else None}

    def stats(self):
        def group(read):
            counts = {}
            for item in self.items.values():
                for key in read(item) if item["state"] in OPEN else []:
                    counts[key] = counts.get(key, 0) + 1
            return [{"id": key, "open": n} for key, n in sorted(counts.items(), key=lambda pair: -pair[1])]
        states = dict.fromkeys(("waiting", "escalated", "approved", "rejected", "superseded"), 0)
        for item in self.items.values():
            states[item["state"]] += 1
        return {"states": states, "oldest": None, "decisions": len(self.events), "groups": {
            "site": group(lambda i: [i["site"]]), "lang": group(lambda i: [i["lang"]]),
            "guideline": group(lambda i: [i["guideline"]]),
            "rule": group(lambda i: [m["rule"] for m in i["answer"]["matches"]])}}

    def claim(self, ids, actor):
        got = []
        for item in (self.items[one] for one in ids):
            if item["state"] in OPEN and item["claimed_by"] in ("", actor):
                item["version"] += 1
                item["claimed_by"] = actor
                got.append(item)
        return {"items": got}

    def release(self, ids, actor):
        own = [self.items[one] for one in ids if self.items[one]["claimed_by"] == actor]
        for item in own:
            item["claimed_by"] = ""
        return {"released": len(own)}

    def decide(self, decision, actor):
        item = self.items[decision["queue_id"]]
        act, told = decision["act"], decision.get("version", 0)
        wrong = told not in (0, item["version"]) or item["claimed_by"] not in ("", actor)
        if act == "undo":
            wrong = wrong or item["state"] not in ("approved", "rejected", "escalated")
        elif act != "note":
            wrong = wrong or item["state"] not in OPEN
        if wrong:
            return {"queue_id": item["queue_id"], "ok": False, "code": "conflict", "state": item["state"],
                    "version": item["version"], "claimed_by": item["claimed_by"]}
        item["version"] += 1
        item["state"] = STATES.get(act, item["state"])
        if act != "note":
            item["claimed_by"] = ""
        self.events.append({"seq": len(self.events) + 1, "queue_id": item["queue_id"], "site": item["site"],
                            "id": item["id"], "revision": 1, "act": act, "state": item["state"],
                            "at": stamp(time.time()), "actor": actor, "reason": decision.get("reason", ""),
                            "note": decision.get("note", "")})
        return {"queue_id": item["queue_id"], "ok": True, "version": item["version"], "state": item["state"]}

    def decided_by(self, queue_id):
        deciding = [e for e in self.events if e["queue_id"] == queue_id and e["act"] != "note"]
        return deciding[-1]["actor"] if deciding and deciding[-1]["act"] != "undo" else ""

    def look(self, ids):
        waiting = sum(item["state"] in OPEN for item in self.items.values())
        names = ("queue_id", "state", "version", "claimed_by", "claimed_until")
        return {"waiting": waiting, "items": [
            dict({name: self.items[one][name] for name in names}, decided_by=self.decided_by(one), waiting=waiting)
            for one in ids if one in self.items]}

    def one(self, queue_id):
        item = self.items[queue_id]
        others = [i for i in self.items.values() if i["author"] == item["author"] and i is not item][-10:]
        return {"item": item, "history": [e for e in self.events if e["queue_id"] == queue_id], "author_items": [
            {"queue_id": i["queue_id"], "state": i["state"], "queued": i["queued"],
             "text": i["request"]["text"][:200]} for i in others]}

    def answer(self, method, path, query, body, actor):
        """Status and JSON."""
        if (method, path) == ("GET", "/v1/queue"):
            return 200, self.page(query)
        if (method, path) == ("GET", "/v1/queue/stats"):
            return 200, self.stats()
        if (method, path) == ("GET", "/v1/session"):
            return 200, {"name": actor, "role": "moderator", "token": self.token is not None, "undo_s": self.undo_s,
                         "version": "3f2a91c0"}
        if (method, path) == ("POST", "/v1/queue/claim"):
            return 200, self.claim(body["ids"], actor)
        if (method, path) == ("POST", "/v1/queue/release"):
            return 200, self.release(body["ids"], actor)
        if (method, path) == ("POST", "/v1/queue/decide"):
            return 200, {"results": [self.decide(one, actor) for one in body["decisions"]]}
        if (method, path) == ("POST", "/v1/queue/look"):
            return 200, self.look(body["ids"])
        if method == "GET" and path.rsplit("/", 1)[-1] in self.items:
            return 200, self.one(path.rsplit("/", 1)[-1])
        return 404, {"status": 404, "code": "not_found", "detail": "There is no such resource."}

    # --- the server ---

    def __enter__(self):
        desk = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *unused):
                pass

            def reply(self, status, kind, content, **fields):
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                for name, value in fields.items():
                    self.send_header(name.replace("_", "-"), value)
                self.end_headers()
                self.wfile.write(content)

            def file(self, name):
                name = name or "queue.html"
                path = os.path.join(CONSOLE, name if "." in name else name + ".html")
                if "/" in name or not os.path.exists(path):
                    self.reply(404, "text/plain", b"")
                    return
                with open(path, "rb") as content:
                    self.reply(200, TYPES[os.path.splitext(path)[1]] + "; charset=utf-8", content.read(),
                               Content_Security_Policy=POLICY, Cache_Control="no-store")

            def json(self, status, value, **fields):
                self.reply(status, "application/json", json.dumps(value).encode(), **fields)

            def handle_one(self):
                url = urllib.parse.urlsplit(self.path)
                size = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(size)) if size else None
                if url.path.startswith("/console/"):
                    self.file(url.path[len("/console/"):])
                    return
                with desk.lock:
                    desk.asked.append((self.command, url.path))
                    if desk.broken:
                        self.json(503, {"status": 503, "code": "queue_unavailable", "detail": "gone"})
                        return
                    if desk.token and (self.command, url.path) == ("POST", "/v1/session"):
                        good = body["token"] == desk.token
                        self.json(200 if good else 401, {}, **({"Set_Cookie": "s=%s" % desk.token} if good else {}))
                        return
                    if desk.token and "s=" + desk.token not in (self.headers.get("Cookie") or ""):
                        self.json(401, {"status": 401, "code": "unauthorized", "detail": "log in"})
                        return
                    actor = urllib.parse.unquote(self.headers.get("X-Moderator") or "moderator")
                    query = dict(urllib.parse.parse_qsl(url.query))
                    status, value = desk.answer(self.command, url.path, query, body, actor)
                    self.json(status, copy.deepcopy(value))

            do_GET = do_POST = handle_one

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.http_port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *unused):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
