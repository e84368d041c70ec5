#!/usr/bin/env python3
"""Checks a canaryline evidence bundle: a second verifier, written from docs/bundle-format.md.

Python 3.9 or newer and the package `cryptography`; no network.

    python3 verify_bundle.py bundle.zip [--vkey KEY] [--against CHECKPOINT] [--tsa-roots PEM]

Exit code 0: intact; 1: changed; 2: cannot be read as a bundle at all.
"""

import argparse, base64, binascii, datetime, hashlib, json, math, re, struct, sys, urllib.parse, zlib

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

DER = Encoding.DER
FORMAT = "canaryline-bundle-v1"


class Bad(Exception):
    """What is wrong, after the name of the check."""


def need(holds, check, what):
    if not holds:
        raise Bad(f"{check}: {what}")


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def b64(text, url=False):
    """Base64 in its one spelling: standard with padding, or URL-safe without."""
    padded = text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4) if url else text
    need(not url or not set(text) & set("+/="), "base64", "not canonical")
    try:
        data = base64.b64decode(padded.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise Bad(f"base64: {error}") from None
    back = base64.urlsafe_b64encode(data).rstrip(b"=") if url else base64.b64encode(data)
    need(back.decode() == text, "base64", "not canonical")
    return data


# --- archive -------------------------------------------------------------------------------------

FIXED = bytes([20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0])


def pack(files):
    """The one zip file that holds these files."""
    zip_, directory = bytearray(), bytearray()
    for name, data in sorted(files.items()):
        about = FIXED + struct.pack("<IIIHH", zlib.crc32(data), len(data), len(data), len(name), 0)
        directory += b"PK\1\2\x14\0" + about + bytes(10) + struct.pack("<I", len(zip_)) + name.encode()
        zip_ += b"PK\3\4" + about + name.encode() + data
    end = struct.pack("<HHHHIIH", 0, 0, len(files), len(files), len(directory), len(zip_), 0)
    return bytes(zip_ + directory) + b"PK\5\6" + end


def unpack(zip_):
    files, at = {}, 0
    need(len(zip_) <= 1 << 30, "archive", "too large")
    while zip_[at:at + 4] == b"PK\3\4":
        need(len(zip_) >= at + 30, "archive", "cut")
        size, length = struct.unpack("<IH", zip_[at + 22:at + 28])
        name = zip_[at + 30:at + 30 + length].decode("ascii", "replace")
        plain = all(p and p[0] != "." for p in name.split("/")) and re.fullmatch(r"[A-Za-z0-9._/-]{1,200}", name)
        need(plain and name not in files and len(files) < 10_000, "archive", f"name {name!r}")
        files[name] = zip_[at + 30 + length:at + 30 + length + size]
        at += 30 + length + size
    need(pack(files) == zip_, "archive", "not in the one form that a bundle has")
    return files


def text_of(files, name, check):
    need(name in files, check, f"{name} is missing")
    try:
        return files[name].decode("utf-8")
    except UnicodeDecodeError:
        raise Bad(f"{check}: {name} is no text") from None


def canonical(text, check):
    """JSON in its one form."""
    try:
        value = json.loads(text)
        same = json.dumps(value, separators=(",", ":"), ensure_ascii=False) == text
    except (ValueError, RecursionError):
        same = False
    need(same, check, "JSON that is not in its one form")
    return value


def lines_of(files, name, check):
    text = text_of(files, name, check)
    need(not text or text.endswith("\n"), check, f"{name} ends within a line")
    return [canonical(line, check) for line in text.split("\n")[:-1]]


def keys_are(value, required, optional=()):
    return isinstance(value, dict) and set(required) <= set(value) <= set(required) | set(optional)


# --- notes ---------------------------------------------------------------------------------------

def verifier_key(vkey):
    name, _, rest = vkey.partition("+")
    id_, _, key = rest.partition("+")
    key = b64(key)
    need(name and not re.search(r"\s", name) and len(key) == 33 and key[0] in (1, 4), "key", "malformed")
    need(sha256(name.encode(), b"\n", key)[:4].hex() == id_, "key", "its id is not its own")
    return name, bytes.fromhex(id_), key[0], key[1:]


def note(text, *keys):
    """The text of a signed note that every one of these keys has signed, and nobody else."""
    body, blank, signatures = text.rpartition("\n\n")
    need(blank and signatures.endswith("\n"), "note", "malformed")
    body += "\n"
    need(not re.search(r"[\x00-\x09\x0b-\x1f]", body), "note", "control characters")
    lines = signatures[:-1].split("\n")
    need(len(lines) == len(keys), "note", "more or fewer signatures than expected")
    for line, (name, id_, kind, public) in zip(lines, keys):
        parts = line.split(" ")
        need(len(parts) == 3 and parts[:2] == ["—", name], "note", f"not signed by {name}")
        blob = b64(parts[2])
        need(blob[:4] == id_, "note", f"not signed by this key of {name}")
        message, signature = body.encode(), blob[4:]
        if kind == 4:
            need(len(signature) == 72, "note", "malformed cosignature")
            message = b"cosignature/v1\ntime %d\n" % int.from_bytes(signature[:8], "big") + message
            signature = signature[8:]
        try:
            ed25519.Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
        except (InvalidSignature, ValueError):
            raise Bad(f"note: signature of {name} does not fit") from None
    return body


def checkpoint(body):
    parts = body.split("\n")
    need(len(parts) == 4 and parts[3] == "" and parts[0] and re.fullmatch(r"0|[1-9][0-9]{0,18}", parts[1]),
         "checkpoint", "malformed")
    root = b64(parts[2])
    need(len(root) == 32, "checkpoint", "malformed")
    return parts[0], int(parts[1]), root


# --- tree ----------------------------------------------------------------------------------------

class Tree:
    def __init__(self):
        self.peaks, self.size = [], 0

    def push(self, node):
        height, self.size = 0, self.size + 1
        while self.peaks and self.peaks[-1][0] == height:
            node, height = sha256(b"\1", self.peaks.pop()[1], node), height + 1
        self.peaks.append((height, node))

    def root(self):
        if not self.peaks:
            return sha256()
        node = self.peaks[-1][1]
        for _, left in reversed(self.peaks[:-1]):
            node = sha256(b"\1", left, node)
        return node


LEAF = re.compile(r'\{"v":1,"hour":"(\d{4}-\d\d-\d\dT\d\dZ)","subject":"([\w-]{22})","fields":"([\w-]{43})"\}', re.ASCII)


def read_leaves(text, sizes):
    need(text.endswith("\n"), "checkpoint", "leaves end within a line")
    tree, leaves, roots = Tree(), [], {0: sha256()}
    for line in text.split("\n")[:-1]:
        match = LEAF.fullmatch(line)
        need(match, "checkpoint", f"leaf {len(leaves)} is not in its one form")
        hour, subject, fields = match.groups()
        b64(subject, True)
        try:
            datetime.datetime.strptime(hour, "%Y-%m-%dT%HZ")
        except ValueError:
            raise Bad("checkpoint: a leaf's hour is none") from None
        need(not leaves or leaves[-1][0] <= hour, "checkpoint", "a leaf is older than the one before")
        leaves.append((hour, subject, b64(fields, True)))
        tree.push(sha256(b"\0", line.encode()))
        if tree.size in sizes:
            roots[tree.size] = tree.root()
    return leaves, roots


# --- subjects: ECVRF-EDWARDS25519-SHA512-TAI, RFC 9381 ---------------------------------------------

P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def recover(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    if x * x % P != square or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(n, p):
    q = (0, 1, 1, 0)
    while n:
        q, p, n = (add(q, p) if n & 1 else q), add(p, p), n >> 1
    return q


def encode(p):
    z = pow(p[2], P - 2, P)
    return (p[1] * z % P | (p[0] * z % P & 1) << 255).to_bytes(32, "little")


BASE = recover((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def vrf_output(public, data, proof):
    """What the VRF gives for these bytes, or None if the proof does not hold."""
    y, gamma = recover(public), recover(proof[:32])
    c, s = int.from_bytes(proof[32:48], "little"), int.from_bytes(proof[48:], "little")
    if not y or not gamma or s >= L or encode(times(8, y)) == encode((0, 1, 1, 0)):
        return None
    for counter in range(256):
        digest = hashlib.sha512(b"\3\1" + public + data + bytes([counter, 0])).digest()[:32]
        h = recover(digest)
        if h and encode(times(8, h)) != encode((0, 1, 1, 0)):
            h = times(8, h)
            break
    minus = lambda p: (P - p[0], p[1], p[2], P - p[3])
    u = add(times(s, BASE), minus(times(c, y)))
    v = add(times(s, h), minus(times(c, gamma)))
    points = [public, encode(h), proof[:32], encode(u), encode(v)]
    if hashlib.sha512(b"\3\2" + b"".join(points) + b"\0").digest()[:16] != proof[32:48]:
        return None
    return hashlib.sha512(b"\3\3" + encode(times(8, gamma)) + b"\0").digest()


# --- entries -------------------------------------------------------------------------------------

def micros(text):
    match = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?Z", text) if isinstance(text, str) else None
    need(match, "entries", "a time is not RFC 3339 in UTC")
    try:
        whole = datetime.datetime.fromisoformat(match[1] + "+00:00")
    except ValueError:
        raise Bad("entries: a time is none") from None
    return int(whole.timestamp()) * 10**6 + int((match[2] or "0").ljust(6, "0"))


def fields_root(fields):
    tree, last = Tree(), None
    for field in fields:
        name = field.get("name") if isinstance(field, dict) else None
        need(isinstance(name, str) and "\n" not in name and (last is None or last < name.encode()), "entries", "fields are out of order")
        last = name.encode()
        if keys_are(field, ("name", "digest")):
            digest = b64(field["digest"], True)
        else:
            need(keys_are(field, ("name", "salt", "value")), "entries", "a field is neither open nor closed")
            salt = b64(field["salt"], True)
            need(len(salt) == 16, "entries", "a salt is not 16 bytes")
            digest = sha256(b"canaryline/field/v1\n", last, b"\n", salt, field["value"].encode())
        need(len(digest) == 32, "entries", "a digest is not 32 bytes")
        tree.push(sha256(b"\0", last, b"\n", digest))
    return tree.root()


def read_entries(files, leaves):
    entries, before, last = {}, -1, 0
    for line in lines_of(files, "entries.jsonl", "entries"):
        need(keys_are(line, ("index",), ("fields",)) and type(line["index"]) is int, "entries", "malformed line")
        index = line["index"]
        need(before < index < len(leaves), "entries", f"entry {index} is out of order, or beyond the log")
        before, (hour, subject, root) = index, leaves[index]
        values = None
        if "fields" in line:
            need(fields_root(line["fields"]) == root, "entries", f"fields of entry {index} are not those that were recorded")
            try:
                values = {f["name"]: json.loads(f["value"]) for f in line["fields"] if "value" in f}
            except ValueError:
                raise Bad(f"entries: entry {index} holds no JSON") from None
            need(isinstance(values.get("kind"), str), "entries", f"kind of entry {index} is not open")
            at = micros(values.get("at"))
            need(values["at"][:13] + "Z" == hour and at >= last, "entries", f"time of entry {index}")
            last = at
        entries[index] = (subject, values)
    recorded = {v["erased"] for _, v in entries.values() if v and v["kind"] == "erasure" and "erased" in v}
    for index, (_, values) in entries.items():
        need(values is not None or index in recorded, "entries", f"entry {index} has no fields, and no erasure of it is recorded")
    return entries


def read_subjects(files, entries, leaves, manifest):
    genesis = [v for _, v in entries.values() if v and v["kind"] == "genesis"]
    need(genesis and 0 in entries and entries[0][1] == genesis[0] and genesis[-1].get("origin") == manifest["origin"],
         "complete", "the log's beginning is not open, or of another log")
    public, subjects, last = bytes.fromhex(genesis[0]["vrf_public_key"]), {}, ""
    for line in lines_of(files, "subjects.jsonl", "complete"):
        need(keys_are(line, ("subject", "kind"), ("input", "proof")) and line["subject"] > last, "complete", "subjects are malformed or out of order")
        last = line["subject"]
        need(len(b64(last, True)) == 16 and ("input" in line) == ("proof" in line), "complete", "a subject is malformed")
        if "input" in line:
            output = vrf_output(public, line["input"].encode(), b64(line["proof"], True).ljust(80, b"\0"))
            right = output and output[:16] == b64(last, True) and line["input"].split(":")[0] == line["kind"] and len(b64(line["proof"], True)) == 80
            need(right, "complete", f"subject {last} is not what it says")
        subjects[last] = line.get("input")
    tokens = [f"honeytoken:{v['honeytoken']}" for _, v in entries.values()
              if v and v["kind"] == "honeytoken_issued" and v.get("platform") == manifest["platform"] and "honeytoken" in v]
    for wanted in ["log:", "platform:" + manifest["platform"]] + tokens:
        need(wanted in subjects.values(), "complete", f"subject {wanted} is not given")
    for index, (_, subject, _) in enumerate(leaves):
        need((subject in subjects) == (index in entries), "complete", f"entry {index} is left out, or of a subject that is not given")
    need(not manifest["whole_log"] or len(entries) == len(leaves), "complete", "not the whole log")
    named = {input_: subject for subject, input_ in subjects.items() if input_}
    names = dict.fromkeys(("line_added", "line_retired", "honeytoken_issued", "coverage"), "number") | {"contact": "to", "repeat": "to"}
    for index, (subject, values) in entries.items():
        number = (values or {}).get(names.get((values or {}).get("kind")))
        expected = named.get(f"number:{number}") if isinstance(number, str) and number[:1] == "+" else None
        need(expected in (None, subject), "complete", f"entry {index} is filed under another number than it names")


# --- anchors: RFC 3161 and witnesses ---------------------------------------------------------------

def der(data):
    """The values in DER: (tag, content, all bytes)."""
    found, at = [], 0
    while at < len(data):
        tag, length, start = data[at], data[at + 1], at + 2
        if length & 0x80:
            start += length & 0x7f
            length = int.from_bytes(data[at + 2:start], "big")
        if start + length > len(data):
            raise IndexError
        found.append((tag, data[start:start + length], data[at:start + length]))
        at = start + length
    return found


def time_stamp(reply, digest, roots):
    """When an authority under one of these roots stamped this digest."""
    status, token = der(der(reply)[0][1])
    need(der(status[1])[0][1] in (b"\0", b"\1"), "anchors", "the authority declined")
    signed = der(der(der(token[1])[1][1])[0][1])
    content = der(der(signed[2][1])[1][1])[0][1]
    info = der(der(content)[0][1])
    need(der(info[2][1])[1][1] == digest and der(info[2][1])[0][1].startswith(bytes.fromhex("0609608648016503040201")),
         "anchors", "a time-stamp is about other bytes")
    certificates = [x509.load_der_x509_certificate(c[2]) for c in der(next(v for v in signed[3:] if v[0] == 0xa0)[1])]
    signer = der(der(signed[-1][1])[0][1])
    attributes = {a[0][1]: der(a[1][1])[0] for a in (der(a[1]) for a in der(signer[3][1]))}
    algorithm = {1: hashes.SHA256, 2: hashes.SHA384, 3: hashes.SHA512}[der(signer[2][1])[0][1][-1]]()
    name = algorithm.name
    ids = {k: bytes.fromhex(v) for k, v in {"type": "2a864886f70d010903", "digest": "2a864886f70d010904",
           "v1": "2a864886f70d010910020c", "v2": "2a864886f70d010910022f"}.items()}
    need(attributes[ids["type"]][1].hex() == "2a864886f70d0109100104"
         and attributes[ids["digest"]][1] == hashlib.new(name, content).digest(), "anchors", "a time-stamp's signature is about other content")
    named = ids["v2"] in attributes
    first = der(der(der(attributes[ids["v2" if named else "v1"]][1])[0][1])[0][1])
    kind = {1: "sha256", 2: "sha384", 3: "sha512"}[der(first[0][1])[0][1][-1]] if first[0][0] == 0x30 else "sha256" if named else "sha1"
    wanted = next(v[1] for v in first if v[0] == 4)
    cert = next(c for c in certificates if hashlib.new(kind, c.public_bytes(DER)).digest() == wanted)
    usage = cert.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    need(usage.critical and list(usage.value) == [ExtendedKeyUsageOID.TIME_STAMPING],
         "anchors", "a certificate is not for time-stamps alone")
    message, signature, key = b"\x31" + signer[3][2][1:], signer[5][1], cert.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, message, padding.PKCS1v15(), algorithm)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, message, ec.ECDSA(algorithm))
    else:
        key.verify(signature, message)
    at = datetime.datetime.strptime(info[4][1].decode()[:14], "%Y%m%d%H%M%S").replace(tzinfo=datetime.timezone.utc)
    for _ in range(8):
        need(cert.not_valid_before_utc <= at <= cert.not_valid_after_utc, "anchors", "a certificate was not valid then")
        if any(issues(root, cert) for root in roots):
            return int(at.timestamp()) * 10**6
        cert = next(c for c in certificates if issues(c, cert) and c.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    raise Bad("anchors: a certificate leads to no root")


def issues(issuer, cert):
    try:
        cert.verify_directly_issued_by(issuer)
        return True
    except (ValueError, TypeError, InvalidSignature):
        return False


def read_anchors(files, roots, key, origin, trusted):
    stamps = []
    for name in sorted(n for n in files if n.startswith("anchors/")):
        match = re.fullmatch(r"anchors/(\d+)/([^/]+)", name)
        need(match, "anchors", f"{name} is in the wrong place")
        size, folder = int(match[1]), name.rpartition("/")[0]
        own = text_of(files, f"{folder}/checkpoint", "anchors")
        if name.endswith(".cosigned"):
            witness = verifier_key(text_of(files, name[:-9] + ".vkey", "anchors").rstrip("\n"))
            text = text_of(files, name, "anchors")
            need(witness[2] == 4, "anchors", "a witness's key is none")
            body = note(text, key, witness) if text.startswith(origin + "\n") else text.split("\n\n")[0] + "\n"
        elif match[2] == "checkpoint" or name.endswith(".tsr"):
            body = note(own, key) if own.startswith(origin + "\n") else own.split("\n\n")[0] + "\n"
        else:
            need(name.endswith((".pem", ".vkey")), "anchors", f"{name} is no anchor's file")
            continue
        _, said, root = checkpoint(body)
        need(said == size and roots.get(size) == root, "anchors", f"{name} is not about a prefix of this log")
        if name.endswith(".tsr"):
            try:
                pem = x509.load_pem_x509_certificates(files.get(name[:-4] + ".pem", b""))
                at = time_stamp(files[name], sha256(own.encode()), pem)
                counts = not trusted or any(p.public_bytes(DER) in trusted for p in pem)
                stamps += [(size, at)] if counts else []
            except (ValueError, IndexError, KeyError, StopIteration, InvalidSignature, x509.ExtensionNotFound) as error:
                raise Bad(f"anchors: {name}: {error!r}") from None
    return stamps


# --- requests: the providers' own signatures ----------------------------------------------------------

def header(headers, name):
    found = [v.strip(" \t") for n, v in headers if n.lower() == name]
    return found[0] if len(found) == 1 and found[0] else None


def by_telnyx(key, _, headers, body):
    """Whether Telnyx signed, and when; None if this is none of its requests."""
    at, signature = header(headers, "telnyx-timestamp"), header(headers, "telnyx-signature-ed25519")
    try:
        public = b64(key)
    except Bad:
        return None
    if at is None or signature is None or len(public) != 32:
        return None
    ed25519.Ed25519PublicKey.from_public_bytes(public).verify(b64(signature), at.encode() + b"|" + body)
    return int(at) * 10**6 if re.fullmatch("[0-9]+", at) else -10**18, 300, body


def read_json(text):
    """JSON as strict as Rust's reader: finite numbers, whole characters, 127 levels; and the names in its outermost object."""
    names = []
    def pairs(found):
        names[:] = [name for name, _ in found]
        return dict(found)
    try:
        value = json.loads(text, object_pairs_hook=pairs, parse_int=float)
    except RecursionError:
        raise ValueError("too deep") from None
    level = [value]
    for _ in range(128):
        level = [v for v in level if isinstance(v, (dict, list))]
        if not level:
            json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
            return value, names
        level = [v for each in level for v in (each.values() if isinstance(each, dict) else each)]
    raise ValueError("too deep")


SNS = ("Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type",
       "SignatureVersion", "Signature", "SigningCertURL")


def by_sns(pem, url, _, body):
    try:
        (said, names), cert = read_json(body.decode()), x509.load_pem_x509_certificate(pem.encode())
        texts = [said.get(n) for n in SNS if n not in ("Subject", "SubscribeURL", "Token") or said.get(n) is not None]
        public = cert.public_key()
    except (ValueError, AttributeError, UnsupportedAlgorithm):
        return None
    twice = any(names.count(n) > 1 for n in SNS)
    if twice or not all(isinstance(t, str) for t in texts) or url not in (None, said["SigningCertURL"]):
        return None
    signed = "".join(f"{n}\n{said[n]}\n" for n in SNS[:8] if said.get(n) is not None)
    if not isinstance(public, rsa.RSAPublicKey):
        return None
    algorithm = {"1": hashes.SHA1, "2": hashes.SHA256}.get(said["SignatureVersion"])
    if not algorithm or not 2048 <= public.key_size <= 8192:
        raise InvalidSignature
    public.verify(b64(said["Signature"]), signed.encode(), padding.PKCS1v15(), algorithm())
    return micros(re.sub(r"(\.\d{6})\d*", r"\1", said["Timestamp"])), 3600, said["Message"].encode()


def texts_of(signed):
    """Every text in what was signed: strings of JSON, also of JSON in such a string; values of a form."""
    def strings(value, depth):
        if isinstance(value, str):
            try:
                inner = read_json(value)[0] if depth and value[:1] == "{" else None
            except ValueError:
                inner = None
            return {value} | (strings(inner, depth - 1) if inner else set())
        values = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        return set().union(*(strings(v, depth) for v in values))
    try:
        return strings(read_json(signed.decode())[0], 4)
    except ValueError:
        values = [f.partition(b"=")[2].replace(b"+", b" ") for f in signed.split(b"&") if b"=" in f]
        return {urllib.parse.unquote_to_bytes(v).decode("utf-8", "replace") for v in values}


def signed_by(key, headers, body, received):
    """Whether this key signed the request: what it signed, False, or None where it says nothing."""
    scheme = {"telnyx": by_telnyx, "aws_sns": by_sns}.get(key["provider"])
    try:
        found = scheme and scheme(key["key"], key.get("url"), headers, body)
    except (InvalidSignature, ValueError, Bad):
        return False
    if not found:
        return None
    at, apart, signed = found
    return abs(at - received) <= apart * 10**6 and (signed,)


def bytes_of(raw):
    try:
        return raw["text"].encode() if "text" in raw else b64(raw["base64"]) if "base64" in raw else None
    except Bad:
        return None


def standing(values, keys, index):
    """How far the request of an entry proves itself."""
    if values["authentication"] != "signature_body":
        return "mac" if values["authentication"] == "mac_body" else "word"
    body = bytes_of(values.get("raw_body", {}))
    if body is None or not {"connection", "raw_headers", "received_at"} <= set(values):
        return "closed"
    ours = [(at, k) for at, k in keys if k.get("connection") == values["connection"]]
    answers = [(at, signed_by(k, values["raw_headers"], body, micros(values["received_at"]))) for at, k in ours]
    fits = [found for _, found in answers if found]
    if not fits:
        need(not any(found is False and at < index for at, found in answers), "requests", f"entry {index} is not what its provider signed then")
        return "key_missing"
    said = texts_of(fits[0][0])
    return "signed" if all(values[n] in said for n in ("to", "from", "text") if n in values) else "signed_other_words"


def read_requests(entries):
    keys = [(at, v) for at, (_, v) in sorted(entries.items()) if v and v["kind"] == "provider_key" and {"provider", "key"} <= set(v)]
    counts = {}
    for index, (_, values) in entries.items():
        if values and values["kind"] in ("contact", "repeat", "unparsed") and "authentication" in values:
            word = standing(values, keys, index)
            counts[word] = counts.get(word, 0) + 1
    return ", ".join(f"{word} {n}" for word, n in sorted(counts.items()))


# --- verdict -------------------------------------------------------------------------------------

def near(a, b):
    return abs(a - b) <= 1e-9 * max(abs(a), abs(b))


def recompute(j):
    """The class that follows from the statistics in a judgement."""
    total, log_e, prior = math.fsum(j["factors"].values()), j["log_e"], min(max(j["policy"]["prior"], 1e-6), 1 - 1e-6)
    need(j.get("frozen") or abs(total - log_e) <= 1e-9 * max(abs(total), 1), "verdict", "log_e does not follow")
    odds = -(math.log(prior / (1 - prior)) + log_e)
    need(near(1 / (1 + math.exp(min(odds, 709))), j["probability"]), "verdict", "probability does not follow")
    logs, least, levels = j["all_log_e"], 1.0, []
    need(all(a >= b for a, b in zip(logs, logs[1:])) and log_e in logs, "verdict", "all_log_e does not follow")
    for place in range(len(logs) - 1, -1, -1):
        least = min(least, j["watched"] / (place + 1) * math.exp(-min(logs[place], 700.0)))
        levels.insert(0, least)
    need(near(levels[logs.index(log_e)], j["fdr"]), "verdict", "fdr does not follow")
    counted = {}
    for cause in j.get("causes", {}).values():
        counted[cause] = counted.get(cause, 0) + 1
    need(counted == j["contacts"], "verdict", "contacts do not follow")
    began = [micros(t) // 10**6 for t in j.get("buyers_began", [])]
    if j.get("flagged_at"):
        return "resold" if j.get("resold_before") or len(began) >= 3 and (max(began) - min(began)) // 86400 >= 30 else "leaked"
    if counted.get("disclosed_partner", 0) > 0:
        return "disclosed"
    if counted.get("first_party", 0) > 1:
        return "first_party"
    return "insufficient" if j["exposure_days"] < 45 else "quiet"


def read_verdict(entries, manifest):
    index = manifest["judgement"]
    subject, judgement = entries.get(index, (None, None))
    need(judgement and judgement["kind"] == "judgement", "verdict", f"entry {index} is no open judgement")
    need(judgement["platform"] == manifest["platform"] and judgement["entries"] <= index, "verdict", "the judgement is another's")
    need(recompute(judgement) == judgement["class"], "verdict", "class does not follow")
    placed = {i: s for i, (s, v) in entries.items() if v and v["kind"] == "honeytoken_issued" and v.get("platform") == manifest["platform"]}
    need(sum(i < judgement["entries"] for i in placed) == judgement["canaries"], "verdict", "it counts other numbers than the bundle holds")
    for cited in judgement.get("causes", {}):
        subject, values = entries.get(int(cited), (None, None))
        told = values is None or values["kind"] in ("contact", "repeat", "attachment")
        need(subject in placed.values() and told and int(cited) < judgement["entries"], "verdict", f"it counts entry {cited}, which is no contact")
    need(all(str(i) in judgement.get("causes", {}) for i in judgement["evidence"]), "verdict", "it cites what it does not count")
    return judgement, placed


def in_time(entries, placed, stamps):
    """How many placements were time-stamped before the first contact that followed."""
    def before(index, subject):
        stamped = [at for size, at in stamps if size > index]
        contacts = [micros(v["received_at"]) for i, (s, v) in entries.items()
                    if s == subject and i > index and v and v["kind"] == "contact" and "received_at" in v]
        return stamped and (not contacts or min(stamped) < min(contacts))
    return sum(bool(before(i, s)) for i, s in placed.items())


# --- all of it -----------------------------------------------------------------------------------

MANIFEST = ("format", "origin", "vkey", "entries", "platform", "preset", "whole_log", "judgement",
            "made_at", "program", "program_sha256", "files")


def read_manifest(files, vkey):
    text = text_of(files, "manifest.json", "manifest")
    manifest = canonical(text[:-1], "manifest")
    need(text.endswith("\n") and isinstance(manifest, dict) and tuple(manifest) == MANIFEST and manifest["format"] == FORMAT, "manifest", "malformed")
    digests = [{"name": n, "bytes": len(d), "sha256": hashlib.sha256(d).hexdigest()}
               for n, d in sorted(files.items()) if n not in ("manifest.json", "manifest.sig")]
    need(manifest["files"] == digests, "manifest", "files are not those that it names")
    need(vkey in (None, manifest["vkey"]), "manifest", "another log's key")
    key = verifier_key(manifest["vkey"])
    need(key[0] == manifest["origin"] and key[2] == 1, "manifest", "the key bears another name than the log")
    statement = f"{FORMAT}\n{manifest['origin']}\n{base64.b64encode(sha256(files['manifest.json'])).decode()}\n"
    need(note(text_of(files, "manifest.sig", "manifest"), key) == statement, "manifest", "the signature is about another manifest")
    return manifest, key


def verify(zip_, vkey=None, against=(), trusted=()):
    files = unpack(zip_)
    manifest, key = read_manifest(files, vkey)
    origin, size, root = checkpoint(note(text_of(files, "checkpoint", "checkpoint"), key))
    need((origin, size) == (manifest["origin"], manifest["entries"]), "checkpoint", "not the one that the manifest names")
    sizes = {size} | {s for _, s, _ in against} | {int(m[1]) for m in (re.match(r"anchors/(\d+)/", n) for n in files) if m}
    leaves, roots = read_leaves(text_of(files, "leaves.jsonl", "checkpoint"), sizes)
    need(len(leaves) == size and roots.get(size) == root, "checkpoint", "leaves are not those that were signed")
    for _, seen, earlier in against:
        need(roots.get(seen) == earlier, "against", "the log does not continue a checkpoint seen earlier")
    entries = read_entries(files, leaves)
    read_subjects(files, entries, leaves, manifest)
    stamps = read_anchors(files, roots, key, origin, trusted)
    judgement, placed = read_verdict(entries, manifest)
    requests = read_requests(entries)
    first = f"{in_time(entries, placed, stamps)} of {len(placed)} placements were time-stamped before the first contact"
    return [f"intact: about platform {manifest['platform']}, {size} entries of {origin}",
            f"signed by {manifest['vkey']} ({'given' if vkey else 'the key in this bundle'})",
            f"{len(entries)} entries disclosed; {len(stamps)} time-stamps; {first}",
            f"{manifest['platform']} is {judgement['class']}, probability {judgement['probability']:.4f}, computed again",
            f"requests: {requests or 'none'}"]


def main():
    parser = argparse.ArgumentParser(description="Checks a canaryline evidence bundle, offline.")
    parser.add_argument("bundle")
    parser.add_argument("--vkey")
    parser.add_argument("--against", action="append", default=[])
    parser.add_argument("--tsa-roots")
    args = parser.parse_args()
    try:
        zip_ = open(args.bundle, "rb").read()
        against = [checkpoint(open(path, encoding="utf-8").read().rpartition("\n\n")[0] + "\n") for path in args.against]
        trusted = args.tsa_roots and [c.public_bytes(DER) for c in x509.load_pem_x509_certificates(open(args.tsa_roots, "rb").read())]
        need(zip_[:4] == b"PK\3\4", "archive", "not a zip file")
        args.vkey and verifier_key(args.vkey)
    except (OSError, ValueError, Bad) as error:
        print(f"unreadable: {error}", file=sys.stderr)
        return 2
    try:
        print("\n".join(verify(zip_, args.vkey, against, trusted or ())))
        return 0
    except Bad as what:
        print(f"NOT INTACT: {what}")
    except (KeyError, TypeError, AttributeError, ValueError, IndexError, RecursionError) as error:
        print(f"NOT INTACT: not as the format says: {error!r}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
