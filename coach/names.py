"""Names of people and organisations in text (pure). Shared by notes, grounding, checks and builtin."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby

from coach.schema import AccountContext, NoteLine
from coach.words import CURRENCIES, MONTHS, NUMBERS, UNITS, WEEKDAYS, fold, listed

_TITLES = listed("""mr mrs ms miss dr prof herr hr frau fr mme mlle monsieur madame sr sra senor senora mevr dhr sir""")

_NO_NAMES = listed(
    """i ok okay it vp cfo ceo cto cio coo cmo hr pr qa ui ux ai api apis sla slas kpi kpis roi crm erp sso vat ye eoy
    eod fyi pdf csv xls faq nps gdpr rfp rfi rfq poc nda dpa sow mrr arr acv tco qbr q1 q2 q3 q4 h1 h2 fy re fw fwd
    cc sf tbd tba asap ps and not all or eur usd gbp cad chf teur dso op utc cet gmt am pm no yes by teams zoom
    board committee budget procurement finance legal operations sales support marketing engineering security
    director manager head lead leader partner officer chief president chair chairman assistant buyer owner champion
    medical technical commercial managing general senior executive vice planning planner contracts purchasing
    property business office utilities repairs team department room floor plant site store lab clinic page project
    meeting english french german spanish dutch italian european british american swiss friday monday christmas
    easter xmas year quarter today tomorrow yesterday internet wifi excel word mail email web best ask fall
    fall-back fallback stop purpose agenda opening before who minutes record outcome decides short total takes wants
    ja nein oui non vat ht ttc tva mwst ust iva btw gst noel ostern weihnachten paques toussaint
    away passed next then answer credit treasury accounting production controlling warehouse reception dispatch"""
)
"""Capitalised words that name nobody: trade abbreviations, departments, titles, languages, the page's own labels."""

_NOT_OPENERS = listed(
    """the a an this that these those there here it he she they we you i who what when where which why how if so and
    but or nobody somebody everybody everyone someone nothing each every both all some any none one two three either
    neither management marketing finance procurement legal legal's engineering support security sales product board
    never always please anything anybody anyone whoever whatever das der die es er sie wir ihr wer was wann wo il
    elle on nous vous ils qui quoi el ella ellos usted quien que"""
)
_SPEECH = (
    r"(?:said|says|say|wants|wanted|asked|asks|promised|promises|told|tells|needs|thinks|thought|wrote|writes|agreed|agrees"
    r"|accepted|accepts|refused|refuses|confirmed|confirms|offered|expects|insists|believes|prefers|mentioned|called|mailed)"
)
_SPEAKS = re.compile(rf"\s+(?:also |never |already )?{_SPEECH}\b")
_WORD = re.compile(r"[^\W\d_](?:\w+|[&'’.\-/](?=\w))*")
_LETTERS = re.compile(r"[^\W\d_]+")
_CODE = re.compile(r"(?<![\w/.-])(?=[A-Z][\w/-]*\d)(?![LFP]\d+\b)[A-Z]\w*(?:[/-]\w+)*(?![\w/])")
_CODE_HINT = re.compile(r"[A-Z][\w/-]*\d")
_DATED_CODE = re.compile(r"[A-Z]?\d*[hmk]?$|(?:EUR|USD|GBP|CAD|CHF)\d", re.IGNORECASE)
_SCALED = re.compile(r"(?:Mio|Mrd|Tsd|Mill?|MW|MWh|KW|EUR|USD|GBP|CHF|CAD)/\d")
"""`73 Mio/365` is a sum."""
_OPENING = re.compile(
    r"(?:^|[.!?:;·|\n(\[\"“„«»>*_/–—]|(?:^|\n)\s*(?:[-*•>#]+|\d+[.)]))\s*[\"'“”„«»*_()\[\] ]*(?=[^\W\d_])"
)
_INITIAL = re.compile(r"\b([A-Z])(?:\.\s?|\s)?([A-Z][a-zà-ÿ]{2,})\b")
_PERSON = r"\b(?P<name>(?:[A-ZÀ-Þ]\.? )?[A-ZÀ-Þ][\w'’-]+(?: [A-ZÀ-Þ][\w'’-]+){0,2})"
_OUR_WORK = (
    r"(?:engineer|colleague|boss|manager|mgr|director|head|lead|chief|officer|SE|AE|CSM|SDR|VP|C[EFOT]O|presales|support"
    r"|consultant|specialist|counsel|lawyer|analyst|coordinator|expert|developer|architect|Kollege|Kollegin|Chef|Chefin"
    r"|\w*leiter(?:in)?)"
)
_OUR = r"\b(?:[Oo]ur|[Mm]y|[Uu]nsere?|[Mm]eine?)"
_OUR_ROLE = re.compile(rf"{_OUR} (?:[\w&/’'-]+ ){{0,3}}?{_OUR_WORK}(?: (?:of|for|in) [a-z]+(?: [a-z]+)?)?,? {_PERSON}")
_IS_OURS = re.compile(rf"{_PERSON}(?:,| is| \(| –| -) ?{_OUR} (?:(?!contact|champion)[\w&/’'-]+ ){{0,3}}?{_OUR_WORK}\b")
_QUOTED = re.compile(r"[\"“„«]")
"""Behind it somebody else may speak of theirs."""
_GREETS = re.compile(
    r"^\W*(?:Hi|Hello|Hey|Dear|Good (?:morning|afternoon)|Hallo|Liebe[rs]?|Sehr geehrte\w*|Bonjour|Hola)\b"
)
_GERMAN = listed(
    """der die das und ist nicht mit ein eine einen einem einer fur auf von zu den dem des im am wir sie ihr bis auch
    noch wird nach aus alle bei ob wo ohne wenn als hat haben sind was vor uber seit man kein keine dann nur mehr zum
    zur wer es ihn ihm er ihre ihren ihrem ihrer sonst gern jede jeder welche welcher wie viele uns mich dich nehme
    hochstens unser unsere bitte schon etwa rund"""
)
_ENGLISH = listed(
    """the of and to is are for you we they it with by or no not if what who how your our on at this that"""
)
_GERMAN_NOUN = re.compile(r"(?:ung|ungen|heit|heiten|keit|keiten|schaft|tion|tionen|tat|ismus|liste|frage)$")
_POLITE = listed("""sie ihr ihre ihren ihrem ihrer ihres herrn herren""")
MIN_GERMAN_SHARE_OF_A_PAGE = 0.08
MIN_GERMAN_SHARE = 0.2
"""Share of function words from which a text counts as German, where every noun has a capital."""


@lru_cache(maxsize=4096)
def names(text: str, *, in_german: bool | None = None) -> tuple[str, ...]:
    """Capitalised words that look like names of people, companies, products or places, without sentence openers.

    Codes with a digit (`S/4HANA`, `Q-3117`) are names too; line labels and dates are not. In German, where every noun
    has a capital, only runs of two or more and words after `Herr`, `Frau` or `Dr.` are; `in_german` says so of a text
    too short to tell.
    """
    is_german = reads_german(text) if in_german is None else in_german
    runs = _german_runs(text) if is_german else _runs(text)
    found = [*(" ".join(run) for run in runs), *codes(text)]
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=4096)
def codes(text: str) -> tuple[str, ...]:
    """Words of letters and digits that must be carried over sign by sign: `S/4HANA`, `Q-3117`, `v8`."""
    if not _CODE_HINT.search(text):
        return ()
    found = (match[0] for match in _CODE.finditer(text))
    return tuple(dict.fromkeys(code for code in found if not (_DATED_CODE.match(code) or _SCALED.match(code))))


@lru_cache(maxsize=256)
def known_people(context: AccountContext) -> dict[str, str]:
    """Full name to title of everybody the record, the attendees and the notes name; the rep is not among them."""
    people = {person.name: person.title for person in context.meeting.attendees if person.name.strip()}
    for name in _noted_people(context):
        if not same_person(name, context.rep) and not any(same_person(name, known) for known in people):
            people[name] = ""
    return people


@lru_cache(maxsize=16384)
def same_person(one: str, other: str) -> bool:
    """`M Lopez`, `MLopez`, `Maria` and `Lopez, Maria` may be Maria Lopez; case and accents do not count."""
    if _are_initials(one, other) or _are_initials(other, one):
        return True
    a, b = name_words(one), name_words(other)
    if not a or not b:
        return False
    if len(a) == 1 or len(b) == 1:
        (single,), several = (a, b) if len(a) == 1 else (b, a)
        return len(single) > 1 and single in several
    pairs = ((a[0], b[0]), (a[-1], b[-1]))
    return all(_fits(x, y) for x, y in pairs) and any(x == y and len(x) > 1 for x, y in pairs)


@lru_cache(maxsize=16384)
def name_words(name: str) -> tuple[str, ...]:
    """Folded words of a name without titles, first name first: `Lopez, Dr. Maria` gives `maria lopez`."""
    if name.count(",") == 1:
        name = " ".join(reversed(name.split(",")))
    name = re.sub(r"\b([A-Z])(?=[A-Z][a-z])", r"\1 ", name)
    words = re.findall(r"[^\W\d_]+(?:['-][^\W\d_]+)*", fold(name).replace("'s ", " ").removesuffix("'s"))
    return tuple(word for word in words if word not in _TITLES)


def _fits(one: str, other: str) -> bool:
    return one == other or ((len(one) == 1 or len(other) == 1) and one[0] == other[0])


def _are_initials(initials: str, name: str) -> bool:
    if len(initials) not in {2, 3} or not (initials.isascii() and initials.isalpha() and initials.isupper()):
        return False
    words = name_words(name)
    return len(words) >= 2 and initials.lower() in {words[0][0] + words[-1][0], "".join(word[0] for word in words)}


def colleagues(lines: Sequence[NoteLine], *, company: str = "") -> tuple[str, ...]:
    """Whom our own words call ours, full names first: `our solutions engineer Priya Nair`, `Tom Hall, my manager`.

    `company`: the seller, behind a name or its title. Of a text that greets somebody `our` may be the writer's own, who
    is not known: only what names the company counts there.
    """
    own = [(line.source, _QUOTED.split(line.text)[0]) for line in lines if line.voice != "customer"]
    letters = {source for source, text in own if _GREETS.match(text)}
    found = [
        match["name"]
        for source, text in own
        for pattern in (_OUR_ROLE, _IS_OURS)
        if source not in letters
        for match in pattern.finditer(text)
    ]
    if company.strip():
        of_ours = _of_company(company.strip())
        found += [match["name"] for _, text in own for match in of_ours.finditer(text)]
    return tuple(sorted(dict.fromkeys(found), key=len, reverse=True))


@lru_cache(maxsize=8)
def _of_company(company: str) -> re.Pattern[str]:
    """`Petra Kim (Support lead, Loomco)`, `Petra Kim, head of support at Loomco`."""
    title = r"(?:, [^.;:()\n]{2,50}?)?(?:,| at| of| from)"
    return re.compile(rf"{_PERSON}(?:{title}| \((?:[^()\n]{{2,60}}, ?)?) ?{re.escape(company)}\b")


def _noted_people(context: AccountContext) -> Iterator[str]:
    speakers = [line.speaker for line in context.notes if line.speaker and line.voice != "ours"]
    yield from sorted((name for name in speakers if len(name_words(name)) > 1), key=len, reverse=True)
    yield from (name for name in speakers if not re.fullmatch(r"[A-Z]{1,3}", name))
    for line in context.notes:
        yield from (f"{match[1]} {match[2]}" for match in _INITIAL.finditer(line.text) if _is_surname(match))


def _is_surname(match: re.Match[str]) -> bool:
    """`M Lopez`, `R. Pickett`; not `Dec 3 I Said`, `Lab A Monday`."""
    word = fold(match[2])
    is_word = word in _NO_NAMES or word in MONTHS or word in WEEKDAYS
    return (
        not is_word and match[1] not in "I" and not match.string[: match.start()].endswith(("Lab ", "Room ", "Plan "))
    )


def _runs(text: str) -> Iterator[list[str]]:
    openings = _openings(text)
    for run in _capitalised(text):
        words = [match[0] for match in run]
        first = run[0]
        if first.start() in openings and not _opens_with_name(text, run):
            words = words[1:]
        words = _trimmed(words)
        before = text[max(0, first.start() - _ARTICLE_BEFORE) : first.start()]
        is_noun = len(words) == 1 and _COMMON_NOUN_BEFORE.search(before)
        if words and not is_noun:
            yield words


_COMMON_NOUN_BEFORE = re.compile(
    r"(?:\d\s?|\b(?:im|am|zum|zur|vom|beim|des|dem|den|der|die|das|eine?[nmrs]?|pro|ins) )$"
)
"""A single capitalised word after a number or a German article is a noun, not a name."""
_ARTICLE_BEFORE = 16
"""Signs in which such an article stands."""


def _openings(text: str) -> frozenset[int]:
    """Where sentences, items and quotations begin."""
    return frozenset(match.end() for match in _OPENING.finditer(text))


def _capitalised(text: str) -> Iterator[list[re.Match[str]]]:
    """Runs of words with a capital that only a space parts."""
    run: list[re.Match[str]] = []
    for match in _WORD.finditer(text):
        if not match[0][0].isupper() or any(map(str.isdigit, match[0])):
            continue
        between = text[run[-1].end() : match.start()] if run else ""
        if run and (not _goes_on(between, run[-1][0]) or ("." in between and is_opener(match[0]))):
            yield run
            run = []
        run.append(match)
    if run:
        yield run


def _goes_on(between: str, word: str) -> bool:
    """A space, or a full stop after an initial or a title: `K. Baeten`, `Dr. Solms`."""
    return between in {" ", "\u00a0"} or (between == ". " and (len(word) == 1 or fold(word) in _TITLES))


def _is_day(word: str) -> bool:
    """`Missing Friday noon: …`"""
    return fold(word) in WEEKDAYS or fold(word) in MONTHS


def _opens_with_name(text: str, run: list[re.Match[str]]) -> bool:
    """At the start of a sentence: two capitals in a row, or one before `said`, `wants`, `promised` …"""
    first = _CONTRACTED.sub("", fold(run[0][0]))
    if first in _NOT_OPENERS or first in _TITLES:
        return False
    if len(run) > 1 and not _is_day(run[1][0]):
        return len(run[1][0]) > 1 and not run[1][0].isupper() and run[0][0].isalpha() and first not in _OPENERS
    return _SPEAKS.match(text, run[0].end()) is not None


_OPENERS = listed(
    """ask tell call send bring show give say mail write let have get if when what who why where how as for from with
    after before until since while because then today tomorrow yesterday thank thanks hello hi dear did does do is
    are was were can could would will should may might must has had not no yes only once agree offer invite confirm
    open close keep put leave clear own start check read whether although though unless even also still just now
    here there however instead besides otherwise meanwhile nobody everybody somebody nothing everything each every
    all any some learn hear thus both between against without on in at by to of and but or so our your her his their
    its my that this these those see take find make use add remove move hold stop warn wait remind name quote
    clarify ring phone visit meet follow try check drop chase press push thank leave wish pass hand give tell press
    bonjour bonsoir salut hola guten lieber liebe good morning pourquoi si quand que merci wenn dann bitte
    heute warum danach hoy si cuando por"""
)


def is_opener(word: str) -> bool:
    """A word that begins a sentence or names nobody, whatever the notes write with a capital."""
    return _is_plain(word) or fold(word) in _OPENERS or fold(word) in _NOT_OPENERS


def _trimmed(words: list[str]) -> list[str]:
    """Without titles, months, weekdays and words that name nobody at either end."""
    kept = [(word.removesuffix("'s").removesuffix("’s"), _is_plain(word)) for word in words]
    groups = [[word for word, _ in group] for plain, group in groupby(kept, key=lambda one: one[1]) if not plain]
    return max(groups, key=len, default=[])


@lru_cache(maxsize=4096)
def _is_plain(word: str) -> bool:
    folded = _CONTRACTED.sub("", fold(word)).removesuffix("'s").strip(".")
    if folded.endswith("s") and folded[:-1] in WEEKDAYS:
        return True
    return len(folded) < 2 or any(folded in words for words in (_NO_NAMES, _TITLES, MONTHS, WEEKDAYS, NUMBERS))


_CONTRACTED = re.compile(r"'(?:ll|d|ve|re|m)$")
"""`I'll`, `We'd`: no name."""


def reads_german(text: str, *, on_german_page: bool = False) -> bool:
    """Whether function words say so; on a German page also what is too short to tell and not plainly English."""
    words = _LETTERS.findall(fold(text))
    german = sum(word in _GERMAN for word in words)
    if on_german_page:
        return sum(word in _ENGLISH for word in words) <= german
    return len(words) >= 3 and german / len(words) >= MIN_GERMAN_SHARE


@lru_cache(maxsize=64)
def page_reads_german(text: str) -> bool:
    """Of a whole page, also one in telegram style: German function words far ahead of English ones."""
    words = _LETTERS.findall(fold(text))
    german, english = (sum(word in common for word in words) for common in (_GERMAN, _ENGLISH))
    return len(words) >= 3 and german > 2 * english and german / len(words) >= MIN_GERMAN_SHARE_OF_A_PAGE


def _german_runs(text: str) -> Iterator[list[str]]:
    openings = _openings(text)
    for run in _capitalised(text):
        words = [match[0] for match in run]
        titles = [place for place, word in enumerate(words) if _is_title(word)]
        if titles:
            named = _behind_title(words[titles[-1] + 1 :])
        else:
            named = [] if run[0].start() in openings else _trimmed([word for word in words if not _is_noun(word)])
        if named and (titles or len(named) > 1):
            yield named


def _is_title(word: str) -> bool:
    return fold(word).strip(".") in _TITLES or fold(word) == "herrn"


def _behind_title(words: list[str]) -> list[str]:
    """`Herrn Kettlers Zahlen`: the first word; `Frau Anna Berg`: two, unless the second is a common noun."""
    is_one = not words or words[0].endswith("s") or (len(words) > 1 and _is_noun(words[1]))
    return _trimmed(words[: 1 if is_one else 2])


def _is_noun(word: str) -> bool:
    """A German noun, unit or form of address that names nobody: `Tage`, `Euro`, `Ihre`, `Entscheidung`."""
    folded = fold(word)
    return folded in UNITS or folded in CURRENCIES or folded in _POLITE or _GERMAN_NOUN.search(folded) is not None
