"""The words by which plain code recognises things in sales notes: wants, promises, confidences, limits, deadlines.

English first; German, French and Dutch where notes of our kind hold them. Knows nothing about contexts or pages.
"""

from __future__ import annotations

import re
from functools import lru_cache

from coach.builtin.spotting import Spotter


def _any(*alternatives: str) -> Spotter:
    return Spotter(r"(?<!\w)(?:" + "|".join(alternatives) + r")(?!\w)")


WANT = _any(
    r"wants?", r"wanted", r"needs?", r"needed", r"would like", r"i['’]d (?:like|rather)", r"looking (?:to|for)",
    r"has to",
    r"have to", r"must", r"goals?", r"priority", r"one test", r"test", r"worr(?:y|ied|ies)", r"concern(?:s|ed)?",
    r"afraid",
    r"problems?", r"struggl\w+", r"pain points?", r"lose", r"lost", r"can['’]?t", r"cannot",
    r"too (?:slow|late|expensive)",
    r"hate", r"interested in", r"asks? for", r"asked for", r"still waiting", r"don['’]?t like", r"not keen",
    r"cares? about", r"nobody", r"i take it", r"rather not", r"wishe?[sd]?", r"hop(?:e|es|ing) to",
    r"brauch\w*", r"will", r"möchten?", r"müss\w*", r"muss", r"soll(?:en)?", r"sorgen?", r"ziel",
    r"veut", r"voudrai\w*", r"doit", r"besoin", r"faut", r"brûle", r"wil", r"moet", r"zoekt",
)  # fmt: skip
"""A goal or a worry; `will` is the German verb, told apart by the language of the sentence in `is_want`."""

PROMISE = Spotter(
    r"\b(?:promised|promise(?:s)? (?:to|by)|i said (?!sure|yes|no\b|ok)|said (?:i|we|he|she)(?:['’]d| would| will)|"
    r"told \w+ (?:i|we)(?:['’]d| would| will)(?! be\b)|(?:will|['’]ll) (?:send|get (?:you|him|her|them|back|"
    r"that|it)|clear|bring|deliver|come back|revert|"
    r"get back|provide|write|confirm|count|check|share|forward|prepare|circulate|have (?:it|that|them))|"
    r"to (?:write|send|bring|confirm) the|can bring|"
    r"owes? (?:us|them|him|her)|agreed to (?:send|write|provide|share|bring)|committed to (?:send|write|"
    r"provide)|said sure, will do|"
    r"versprochen|zugesagt|schickt|schicke|liefert|promis|j['’]envoie|enverra|beloofd|stuurt)\b"
)
OPEN_PROMISE = _any(
    r"still waiting", r"not done", r"no report", r"not sent", r"not yet", r"not here yet", r"overdue",
    r"never (?:saw|got|came)",
    r"rings out", r"nobody there", r"no (?:answer|reply) yet", r"and the \w+\?", r"where is", r"wait(?:ing)? for",
    r"haven['’]?t",
    r"noch nicht", r"fehlt", r"wart\w+ (?:auf|noch)", r"toujours pas", r"nog niet", r"did anybody ask", r"could go out",
)  # fmt: skip
KEPT = _any(
    r"sent", r"done", r"delivered", r"handed over", r"shared", r"answered", r"completed", r"erledigt", r"geschickt",
    r"gesendet", r"envoyé", r"verstuurd", r"received",
)  # fmt: skip

CONFIDENCE = _any(
    r"between (?:us|you and me|ourselves)", r"don['’]?t tell", r"do not tell", r"keep (?:this|it|"
        r"that) (?:to yourself|between|quiet)",
    r"off the record", r"in confidence", r"confidential(?:ly)?", r"just us two", r"not for (?!profit|us\b|"
        r"now\b|me\b)\w+['’]s? (?:eyes|ears)",
    r"not for (?:quoting|sharing|forwarding|"
        r"the record)", r"(?:should|was) not (?:have )?(?:been )?forwarded", r"by mistake",
    r"you didn['’]?t hear", r"she won['’]?t say so", r"he won['’]?t say so", r"doesn['’]?t know",
    r"i told (?:him|her|them)",
    r"asked me why", r"thinks i['’]?m", r"unter uns", r"vertraulich", r"von mir haben sie das nicht", r"behalten sie",
    r"red(?:en sie)? (?:bitte )?nicht drüber", r"habe? ich nichts gesagt", r"nur für sie",
    r"entre nous", r"dites pas", r"confidentiel\w*", r"gardez[- ](?:le|la|ça|cela) pour vous", r"à voix basse",
    r"(?:faut|il ne faut) pas (?:lui|leur) (?:en )?parler", r"tussen ons", r"onder ons", r"niet doorvertellen", r"hush",
    r"let (?:it )?slip", r"(?:never|didn['’]?t) (?:hear|heard) (?:it|that|this) from me",
)  # fmt: skip
"""Something told to us and not to the room."""

LIMIT = _any(
    r"floor", r"walk.?away", r"w/o asking", r"without asking", r"below that", r"margins?", r"our books",
    r"max(?:imum)? discount",
    r"discount authority", r"can go (?:down )?to", r"reserve price", r"untergrenze", r"marge", r"use it\?\?",
    r"time pressure too",
    r"reopen the paper", r"renews itself", r"lock(?:ed)? before", r"lever(?:age)?",
)  # fmt: skip
INTERNAL = _any(
    r"mgr", r"(?:my|our) manager", r"forecast\w*", r"commit", r"deal desk", r"best case", r"pipeline",
    r"internal", r"intern",
    r"champion\w*", r"our legal", r"quota", r"team call", r"lead score", r"probability", r"prob", r"stage",
    r"close[sd]?",
    r"economic buyer", r"verbal", r"crm", r"sf", r"next step", r"decision maker", r"decisionmaker",
    r"competitor\w*", r"upsell",
    r"expansion", r"asked (?:product|pricing|eng|legal|"
        r"finance)", r"eng", r"product", r"sequence", r"opened \d+x", r"linkedin",
)  # fmt: skip
"""Our own talk: may stand on the rep's page, never in words for the customer."""

TALK = _any(r"champion\w*", r"pipeline\w*", r"forecast\w*", r"upsell\w*", r"commit", r"close date")
"""Words that no customer should read, not even in a quotation."""

RIVAL = _any(
    r"competitors?", r"competing", r"rivals?", r"looking at", r"price from", r"quote from", r"offer from",
    r"compar\w+ (?:with|to)",
    r"wettbewerb\w*", r"concurren\w+", r"present supplier", r"incumbent",
)  # fmt: skip

DEADLINE = _any(
    r"board", r"committee", r"deadline", r"due", r"no later than", r"latest", r"before", r"until", r"till",
    r"budget\w*", r"notice",
    r"expir\w+", r"runs? to", r"go.?live", r"opening", r"opens", r"papers?", r"peak", r"audit\w*", r"year ends?",
    r"launch\w*",
    r"kick.?off", r"rollout", r"migration", r"cut.?over", r"tender", r"vote[sd]?", r"bis", r"frist",
    r"budgetrunde", r"anträge", r"spätestens",
    r"avant", r"d'ici", r"réunion", r"voor", r"renew\w*", r"meets?", r"sits", r"take effect",
    r"end of (?:the )?(?:term|contract)",
)  # fmt: skip
OUR_DATE = _any(
    r"close", r"closes", r"closing", r"forecast", r"commit", r"our books", r"valid until", r"closedate",
    r"expectedclosedate",
    r"next ?step ?date", r"duedate", r"reminder", r"completedat", r"createdat", r"lastmodified",
    r"lastactivitydate", r"quote",
)  # fmt: skip
BUDGET_OPEN = _any(
    r"budget (?:is )?(?:not|"
        r"isn['’]t) (?:yet )?approved", r"no budget", r"budget unapproved", r"voted", r"vote no", r"has to be approved",
    r"needs? to (?:sign|approve)", r"not (?:yet )?approved", r"before (?:the )?budget", r"avant le budget", r"sign off",
)  # fmt: skip
DECIDE = _any(
    r"decid\w+", r"decision", r"approv\w+", r"sign(?:s|ed|er|ature)?", r"vote[sd]?", r"final say", r"committee",
    r"board", r"buyer",
    r"sign.?off", r"entscheide\w*", r"décide\w*", r"beslis\w*", r"mandate", r"chefin", r"cfo", r"procurement",
)  # fmt: skip
LEFT = _any(
    r"no longer (?:work|with)\w*", r"has left", r"left the (?:company|firm)\w*", r"resigned", r"laid off",
    r"is leaving", r"\w*ausgeschieden\w*", r"a quitté", r"is weg bij\w*",
)  # fmt: skip
LEAVES_EARLY = Spotter(
    r"(?:must|have to|need to) (?:go|leave) at (?P<clock>\d{1,2}[:.h]\d{2})|has until (?P<noon>noon)|"
    r"until (?P<until>\d{1,2}[:.]\d{2})\b|"
    r"(?:i|we|habe|have) (?:only )?(?:have |got )?(?P<count>\d{1,3}|ten|fifteen|twenty|thirty|zehn|fünfzehn|"
    r"zwanzig|dreißig) (?:minutes|minuten|mins?)\b"
)
COUNT_WORDS = {
    "ten": 10,
    "zehn": 10,
    "fifteen": 15,
    "fünfzehn": 15,
    "twenty": 20,
    "zwanzig": 20,
    "thirty": 30,
    "dreißig": 30,
}
LOST = Spotter(
    r"closed?[ -]lost|we lost the|decided to proceed with (?:an)?other|chosen (?:an)?other supplier|"
    r"went with (?:an)?other|"
    r"not (?:be )?moving forward|going with a(?:nother| competitor)|haben uns anders entschieden"
)
WRONG_FIT = _any(r"wrong fit", r"not a fit", r"poor fit", r"too small for us", r"out of scope for us", r"disqualif\w+")
TROUBLE = _any(
    r"outages?", r"down for", r"incident", r"complain\w*", r"escalat\w*", r"broken", r"failed", r"rings out",
    r"bugs?", r"ausfall",
    r"panne", r"storing",
)  # fmt: skip
PRICE = _any(
    r"\d+ ?% off", r"discount", r"price", r"too expensive", r"procurement", r"budgeted", r"cheaper", r"preis",
    r"rabatt", r"prix", r"prijs",
)  # fmt: skip
ASKS = Spotter(
    r"(?<!\w)(?:asks?|asked|wants to know|fragt|fragte|demande|vraagt)\b[:,]? (?:us |me )?(?P<what>(?:who|what|how|"
    r"why|when|where|whether|if|which|wer|was|wie|warum|wann|qui|quoi|combien|wie)\b.+)"
)
QUOTED = re.compile(r"[\"“„«]\s?([^\"“”„«»]{8,}?)\s?[\"”“»]")
SENTENCE = re.compile(r"(?<=[.!?…])[\"”»)]?\s+(?=[\"“„«(]?[A-ZÀ-Þ0-9])")
ABBREVIATION = re.compile(
    r"(?:\b(?:approx|Dr|Mr|Mrs|Ms|Fr|Hr|Prof|St|No|Nr|vs|etc|e\.g|i\.e|z\.B|bzw|ca|rd|cl|p|pp|Inc|Ltd|Co|Corp|"
    r"sched|eng|incl|max|min|Do|Di|Mo|Mi|ph|re|T|Asked eng)|\b[A-Z]|\b\d{1,2})\.$"
)
GERMAN = _any(r"und", r"ist", r"nicht", r"ich", r"der", r"die", r"das", r"wir", r"sie", r"für", r"mit", r"auf")


@lru_cache(maxsize=4096)
def is_want(text: str) -> bool:
    """Does the sentence say what somebody wants or worries about?"""
    found = WANT.findall(text)
    if found and all(word.casefold() == "will" for word in found):
        return bool(GERMAN.search(text))
    return bool(found)
