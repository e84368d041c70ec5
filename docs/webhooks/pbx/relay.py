#!/usr/bin/env python3
"""Takes call hooks of jambonz and call records of FreeSWITCH on this machine, and passes them on to
canaryline, signed as Standard Webhooks. Needs nothing but Python 3.8.

    CANARYLINE_URL=https://…/hooks/pbx CANARYLINE_WHSEC_FILE=/etc/canaryline/whsec relay.py

POST /jambonz/call, /jambonz/status, /freeswitch. An event is answered once it is durable in the spool
(CANARYLINE_SPOOL, RELAY_LISTEN 127.0.0.1:8091); from there it goes on as soon as the server takes it.
"""
import base64, datetime, hashlib, hmac, json, os, sys, threading, time, urllib.error, urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

URL = os.environ["CANARYLINE_URL"]
SPOOL = os.environ.get("CANARYLINE_SPOOL", "/var/spool/canaryline-pbx")
BODY_BYTES_MAX = 1024 * 1024
AGAIN_S = 30
news = threading.Event()


def secret():
    text = open(os.environ["CANARYLINE_WHSEC_FILE"]).read().strip()
    text = text[6:] if text.startswith("whsec_") else text
    return base64.b64decode(text + "=" * (-len(text) % 4))


def party(text):
    """A number as canaryline wants it: the user part of a SIP address, digits with a +."""
    text = str(text or "").strip().replace("sip:", "", 1).split("@")[0].split(";")[0]
    return "+" + text if text.isdigit() and len(text) >= 8 else text


def jambonz(call, kind):
    data = {"to": party(call["to"]), "from": party(call.get("from")), "call_id": call["call_sid"]}
    if "duration" in call:
        data["duration"] = int(call["duration"])
    return event(kind, call["call_sid"], data)


def freeswitch(record):
    variables = record["variables"]
    profile = record["callflow"][0]["caller_profile"]
    data = {"to": party(profile["destination_number"]), "from": party(profile.get("caller_id_number")),
            "call_id": variables["uuid"], "duration": int(variables.get("billsec") or 0)}
    return event("call.completed", variables["uuid"], data)


def event(kind, call, data):
    data = {name: value for name, value in data.items() if value not in ("", None)}
    now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
    # The same for a hook that is called again, so that it counts once.
    name = hashlib.sha256(f"{kind} {call}".encode()).hexdigest()[:32]
    return name, {"type": kind, "timestamp": now, "data": data}


def keep(name, body):
    path = os.path.join(SPOOL, name)
    partial = os.path.join(SPOOL, "." + name)
    with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(body, file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    os.rename(partial, path)
    news.set()


def send(name):
    body = open(os.path.join(SPOOL, name), "rb").read()
    at = str(int(time.time()))
    tag = hmac.new(secret(), f"{name}.{at}.".encode() + body, hashlib.sha256).digest()
    headers = {"content-type": "application/json", "webhook-id": name, "webhook-timestamp": at,
               "webhook-signature": "v1," + base64.b64encode(tag).decode()}
    try:
        urllib.request.urlopen(urllib.request.Request(URL, body, headers), timeout=20).close()
    except urllib.error.HTTPError as error:
        # 400: genuine and kept unread. It would be no more readable the next time.
        if error.code != 400:
            raise
    os.remove(os.path.join(SPOOL, name))


def drain():
    while True:
        news.wait(AGAIN_S)
        news.clear()
        for name in sorted(n for n in os.listdir(SPOOL) if not n.startswith(".")):
            try:
                send(name)
            except OSError as error:
                print(f"relay: {error}; {name} waits in {SPOOL}", file=sys.stderr)


class Hooks(BaseHTTPRequestHandler):
    def do_POST(self):
        try:
            length = int(self.headers.get("content-length") or 0)
            if not 0 < length <= BODY_BYTES_MAX:
                return self.answer(413)
            body = json.loads(self.rfile.read(length))
            if self.path == "/jambonz/call" and body["direction"] == "inbound":
                keep(*jambonz(body, "call.received"))
                # Declined before it was picked up: a canary never answers.
                return self.answer(200, [{"verb": "sip:decline", "status": 486}])
            if self.path == "/jambonz/status" and body["direction"] == "inbound":
                if body.get("call_status") in ("completed", "failed", "busy", "no-answer"):
                    keep(*jambonz(body, "call.completed"))
            elif self.path == "/freeswitch" and body["variables"].get("direction") == "inbound":
                keep(*freeswitch(body))
            return self.answer(200 if self.path in ("/jambonz/call", "/jambonz/status", "/freeswitch") else 404)
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
            print(f"relay: {self.path} is not understood: {error!r}", file=sys.stderr)
            self.answer(400)
        except OSError as error:
            print(f"relay: {error}", file=sys.stderr)
            self.answer(503)

    def answer(self, status, body=None):
        body = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Numbers stay out of the log."""


if __name__ == "__main__":
    secret()
    os.makedirs(SPOOL, 0o700, exist_ok=True)
    host, port = os.environ.get("RELAY_LISTEN", "127.0.0.1:8091").rsplit(":", 1)
    server = ThreadingHTTPServer((host, int(port)), Hooks)
    news.set()
    threading.Thread(target=drain, daemon=True).start()
    print(f"listening on http://{host}:{server.server_port}", flush=True)
    server.serve_forever()
