"""The words that need nobody's leave: an agenda's fixed phrases and its plain vocabulary, by language (pure data).

Everything else must come from what the customer said or wrote to us. Knows nothing about meetings.
"""

from __future__ import annotations

import re
from dataclasses import astuple, dataclass

from coach.words import fold, listed


@dataclass(frozen=True)
class Phrases:
    """What stands on a customer's agenda or sheet besides their own words and the page's."""

    agenda: str
    purpose: str
    together: str
    with_: str
    minutes: str
    meeting: str
    """With `account` and `seller`."""
    meeting_alone: str
    """With `account`, where the seller is not known."""
    our_meeting: str
    sheet: str
    """With `account`."""
    whole_purpose: str
    """The purpose of a page that says none."""
    welcome: str
    your_questions: str
    theirs: str
    """With `name`."""
    your_view: str
    to_see: str
    """Of a demonstration, where no topic of the page may be shown."""
    to_settle: str
    """Before topics."""
    price: str
    figures: str
    open_points: str
    next_steps: str
    answered: str
    a_step: str


ENGLISH = Phrases(
    agenda="Agenda",
    purpose="Purpose",
    together="What we would like to achieve together",
    with_="With",
    minutes="min",
    meeting="{account} and {seller}: our meeting",
    meeting_alone="{account}: our meeting",
    our_meeting="Our meeting",
    sheet="For {account}",
    whole_purpose="Hear what matters to you, and agree whether and how to go on.",
    welcome="Welcome, and what you would like to settle",
    your_questions="Your questions",
    theirs="Points and questions of {name}",
    your_view="Your view: what works, what has changed, what matters to you",
    to_see="What you would like to see",
    to_settle="To settle together:",
    price="Price and terms",
    figures="A sheet that we go through together",
    open_points="Open points",
    next_steps="Next steps: who does what, and by when",
    answered="Each of your questions has an answer, or a day by which you get one.",
    a_step="We know the next step, with a name and a day; a no is a good answer too.",
)
GERMAN = Phrases(
    agenda="Ablauf",
    purpose="Zweck",
    together="Was wir gemeinsam erreichen möchten",
    with_="Mit",
    minutes="Min.",
    meeting="{account} und {seller}: unser Termin",
    meeting_alone="{account}: unser Termin",
    our_meeting="Unser Termin",
    sheet="Für {account}",
    whole_purpose="Hören, was Ihnen wichtig ist, und vereinbaren, ob und wie es weitergeht.",
    welcome="Begrüßung, und was Sie klären möchten",
    your_questions="Ihre Fragen",
    theirs="Punkte und Fragen von {name}",
    your_view="Ihre Sicht: was gut läuft, was sich geändert hat, was Ihnen wichtig ist",
    to_see="Was Sie sehen möchten",
    to_settle="Gemeinsam zu klären:",
    price="Preis und Bedingungen",
    figures="Ein Blatt, das wir gemeinsam durchgehen",
    open_points="Offene Punkte",
    next_steps="Nächste Schritte: wer macht was bis wann",
    answered="Jede Ihrer Fragen hat eine Antwort, oder einen Tag, bis zu dem Sie sie bekommen.",
    a_step="Der nächste Schritt steht fest, mit Name und Tag; auch ein Nein ist eine gute Antwort.",
)
FRENCH = Phrases(
    agenda="Ordre du jour",
    purpose="Objet",
    together="Ce que nous aimerions obtenir ensemble",
    with_="Avec",
    minutes="min",
    meeting="{account} et {seller} : notre réunion",
    meeting_alone="{account} : notre réunion",
    our_meeting="Notre réunion",
    sheet="Pour {account}",
    whole_purpose="Entendre ce qui compte pour vous, et convenir de la suite à donner.",
    welcome="Accueil, et ce que vous souhaitez régler",
    your_questions="Vos questions",
    theirs="Points et questions de {name}",
    your_view="Votre point de vue : ce qui va, ce qui a changé, ce qui compte pour vous",
    to_see="Ce que vous aimeriez voir",
    to_settle="À régler ensemble :",
    price="Prix et conditions",
    figures="Une feuille que nous parcourons ensemble",
    open_points="Points ouverts",
    next_steps="Prochaines étapes : qui fait quoi, et pour quand",
    answered="Chacune de vos questions a une réponse, ou un jour où vous l'aurez.",
    a_step="La prochaine étape est claire, avec un nom et un jour ; un non est aussi une bonne réponse.",
)
SPANISH = Phrases(
    agenda="Orden del día",
    purpose="Objetivo",
    together="Lo que nos gustaría lograr juntos",
    with_="Con",
    minutes="min",
    meeting="{account} y {seller}: nuestra reunión",
    meeting_alone="{account}: nuestra reunión",
    our_meeting="Nuestra reunión",
    sheet="Para {account}",
    whole_purpose="Escuchar lo que les importa y acordar si seguimos y cómo.",
    welcome="Bienvenida, y lo que desean resolver",
    your_questions="Sus preguntas",
    theirs="Puntos y preguntas de {name}",
    your_view="Su opinión: qué funciona, qué ha cambiado, qué les importa",
    to_see="Lo que quieren ver",
    to_settle="Para resolver juntos:",
    price="Precio y condiciones",
    figures="Una hoja que repasamos juntos",
    open_points="Puntos abiertos",
    next_steps="Próximos pasos: quién hace qué y para cuándo",
    answered="Cada una de sus preguntas tiene respuesta, o un día en que la tendrá.",
    a_step="Está claro el próximo paso, con nombre y día; un no también es una buena respuesta.",
)
PHRASES = {"en": ENGLISH, "de": GERMAN, "fr": FRENCH, "es": SPANISH}

NAMED = "{named}"
"""A company or a person by name alone."""
FIXED = frozenset({"", NAMED, *(text for phrases in PHRASES.values() for text in astuple(phrases))})
"""Every phrase that needs no leave."""


def phrases_for(code: str) -> Phrases:
    """By ISO 639-1; English for any other language."""
    return PHRASES.get(code, ENGLISH)


VOCABULARY = listed(
    fold(
        """a an the and or of to in on at by for from with without as is are be been was were has have had do does can
        could would will should may might must this that these those it its there here what which who whom whose when
        where why how whether if so than then not no yes any some all both each every one two three first next last
        more most less least much many other another same new old still already now today again also only just even
        about after before during until between into out over under up down off i we us our ours you your yours
        me my together jointly agree agreed agreement decide decides decided decision decisions settle settled clear
        clarify understand check review look see hear learn find compare choose plan start begin end finish
        continue go going goes come work works working worked make makes made take takes give gives get gets know
        known need needs needed want wants wanted like matter matters change changed changes happen happens happened
        important question questions answer answers topic topics point points item items issue issues agenda meeting
        minutes time times day days date dates week weeks month months year years step steps outcome outcomes result
        results goal goals aim aims purpose number numbers figure figures cost costs worth value use useful help
        helps open owe owed true talk talking wrap close-out summary sum welcome introduction introductions overview
        background situation status progress process decision-making timeline timing schedule people team teams role
        roles offer demo demonstration test trial example case options option criteria requirements conditions
        solving solve done doing way ways part parts side anything something everything nothing else right good
        own enough real really possible pay pays paid price prices pricing contract contracts renewal pilot setup
        set-up delivery support service security integration data user users product products software system systems
        report reports list sheet table view views needs priorities findings facts training roll-out rollout
        milestones companies company volume volumes quantity quantities period periods
        clause clauses terms wording draft baseline measure measures owner owners
        der die das den dem des ein eine einen einem einer und oder von zu im am bei fur mit ohne als ist sind sein
        war hat haben wird werden kann konnen soll sollen muss mussen mochte mochten dies diese dieser dieses was wer
        wen wem wann wo warum wie ob wenn so dann nicht kein keine ja nein alle beide jede jeder nachste letzte erste
        mehr noch schon jetzt heute wieder auch nur uber nach vor bis zwischen in auf aus unter ab ich wir uns unser
        unsere sie ihr ihre ihren ihnen gemeinsam vereinbaren entscheiden entscheidung klaren klar verstehen prufen
        ansehen horen lernen finden vergleichen wahlen beginnen enden arbeiten machen wissen brauchen wollen wichtig
        anderung frage fragen antwort antworten thema themen punkt punkte ablauf termin minuten zeit tag tage woche
        monat monate jahr jahre schritt schritte ergebnis ergebnisse ziel ziele zweck zahl zahlen kosten wert nutzen
        klausel klauseln entwurf wortlaut menge mengen
        offen stand uberblick vorgehen zeitplan rolle rollen beispiel kriterien vorrechnen rechnen menge
        mengen zeitraum laufzeit
        le la les l un une des du de et ou a au aux en dans par pour avec sans comme est sont etre a ont peut doit ce
        cette ces cela que qui quoi quand comment pourquoi si pas non oui tout tous toute chaque premier prochaine
        plus encore deja maintenant aujourd'hui aussi seulement sur apres avant je nous notre nos vous votre vos
        ensemble convenir decider decision regler clair comprendre verifier voir entendre trouver comparer choisir
        commencer finir faire savoir besoin vouloir important question questions reponse reponses sujet sujets point
        points ordre jour reunion minutes temps jours semaine mois annee etape etapes resultat resultats but objectif
        chiffre chiffres cout couts valeur clause clauses quantite
        el los las lo una unos unas del al y o con sin como es son ser ha han puede debe este esta estos estas eso que
        quien cual cuando donde como si no todo todos cada primero proximo mas aun ya ahora hoy tambien solo sobre
        despues antes yo nosotros nuestro nuestra su sus ustedes juntos acordar decidir decision resolver claro
        entender revisar ver escuchar encontrar comparar elegir empezar terminar hacer saber necesitar querer
        importante pregunta preguntas respuesta tema temas punto puntos orden dia reunion minutos tiempo semana mes
        ano paso pasos resultado objetivo cifra cifras coste costes valor clausula clausulas borrador cantidad"""
    )
)
"""Words so plain that they give nothing away; folded."""

_OURS = r"""our\ own|ours\ alone|internal(?:ly)?|intern|secret\w*|confidential(?:ly)?|in\ confidence|privately|
for\ (?:you|your\ eyes)\ (?:alone|only)|nur\ fur\ (?:dich|deine\ augen)|pour\ (?:toi|vous)\ seule?s?|
in\ (?:the|your)\ bag|the\ record\ says|off\ the\ record|between\ us|
unter\ uns|entre\ nous|vertraulich\w*|tussen\ ons|quiet(?:ly)?|silen\w+|schweig\w*|
hid(?:e|den)|reveal\w*|bluff\w*|lever(?:age)?|pressure|corner\w*|anchor\w*|concede\w*|concession\w*|walk.?away|
fall.?back|bottom\s+(?:line|price)|floor|margins?|discount\w*|rabatt\w*|marge|forecast\w*|pipeline|quota|commit|crm|
champion\w*|economic\ buyer|blocker\w*|gatekeeper\w*|upsell\w*|cross-?sell\w*|(?:lead|our|deal)\ scores?|
probability|competitors?|rivals?|(?:our|deal|verbal)\ stage|
don'?t\ (?:say|tell|mention|push|promise|show|ask)|do\ not\ (?:say|tell|mention|push|promise|show|ask)|never\ \w+|
must\ ?n[o']t\ \w+|come\ out\ with|
(?:stay|be|remain)\ (?:silent|quiet|calm|firm)|say\ nothing|if\ (?:he|she|they)\b"""
INTERNAL = re.compile(rf"\b(?:{_OURS})\b".replace("\n", ""), re.VERBOSE)
"""Tactics, limits and sales talk, on folded text."""

THEIRS = re.compile(r"\b(?:your|ihren?|votre|vos|sus?) (?:own )?(?P<noun>margins?|marge|margen|pipeline|forecasts?)\b")
"""What would be our own talk, were it not said of them; on folded text."""
SHARED_NOUNS = re.compile(
    r"margins?|margen?|margenes|discounts?|rabatte?n?|forecasts?|pipelines?|quotas?|crm|competitors?|rivals?|floors?"
)
"""Of our own talk, the nouns that a customer may use of their own business."""
NEEDS_A_CRM = re.compile(
    r"^(?P<who>(?:[\w.'-]+ ){0,3})(?:needs|wants|requires|lacks|braucht|benotigt|wunscht|sucht|veut|souhaite|cherche"
    r"|a besoin d[e'](?: ?une?)?|necesita|quiere|busca) ?"
    r"(?:(?!to |in |into |we |i |our |us )[\w'-]+ ){0,3}?"
    r"(?:(?:integration|interface|link|connection|schnittstelle|anbindung)"
    r" (?:with|to|for|mit|zu|an|zum|avec|au|con|al) )?"
    r"(?:(?:the|their|his|her|its|ihr\w*|das|dem|le|leur|el|su) )?crm"
    r"(?:[- ](?:integration|integracion|interface|link|connection|connector|system|schnittstelle|anbindung))?"
    r"(?= *(?:$|[.,;:!?()]|(?:and|und|et|y|with|mit|avec|con|that|which) ))"
)
"""A sentence of the notes in which somebody needs a CRM, or something for theirs; on folded text."""
OUR_RECORD = re.compile(
    r"\b(?:updat(?:e[sd]?|ing)|log(?:s|ged|ging)?|enter(?:s|ed|ing)?|record(?:s|ed|ing)?|note[sd]?|puts?|tracks?|pfleg\w+"
    r"|eintrag\w*|aktualisier\w*|saisi\w*|actualiz\w*) (?:(?!your |ihr|votre |vos |sus? )[\w'-]+ ){0,4}?crm\b"
    r"|\bcrm[:,]? (?:says?|shows?|has|sagt|zeigt|dit|dice)\b|\bim crm (?:steht|eintrag\w*|pflegen)\b"
    r"|\bcrm[- ](?:stage|entry|entries|field|note|record|update|probability|amount)s?\b"
)
"""What we keep in our own, wherever a CRM is the customer's need; on folded text."""
OF_OURS = re.compile(r"\b(?:our|my|unsere?[mnrs]?|meine?[mnrs]?|notre|nos|nuestr[oa]s?|mis?) (?:own )?$")
"""Before such a noun: it is ours all the same."""

_ACTS = r"""ask|say|tell|hand|show|share|repeat|fill|leave|push|wait|pause|listen|mention|avoid|press|pitch|sell|let|
keep|stop|drop|skip|hold|park|bring|send|mail|ring|call|write|propose|promise|own|give|take|get|have|walk|strike|put|
invite|thank|we|one\ sheet|ein\ blatt|une\ feuille|una\ hoja|i|ich|wir|nous|je|
frag\w*|zeig\w*|gib|geben|sag\w*|lass\w*|ruf\w*|schick\w*|bitt\w*|
bring\w*|nimm|nehm\w*|
demand\w*|montr\w*|donn\w*|dites|laiss\w*|envoy\w*|apport\w*|emport\w*|prend\w*|pren(?:ez|ds)|
pregunt\w*|muestr\w*|deje|diga\w*|env[ii]\w*|llev[aeo]\w*|trae\w*|traig\w*"""
DIRECTION = re.compile(
    rf"(?:^|[:;]\s)[\W\d]*(?:(?:then|dann|puis|luego|only|first|zuerst|afterwards)\W+)?(?:{_ACTS})\b".replace("\n", ""),
    re.VERBOSE,
)
"""How a word to the rep begins, on folded text."""

NOTHING_BROUGHT = re.compile(
    r"\b(?:no|without a|not a(?: single)?) (?:sheet|hand-?out|leaflet)s?\b"
    r"|\bnothing (?:is |at all )?(?:to )?(?:bring|brought|hand (?:out|over)|handed (?:out|over))\b"
    r"|\b(?:bring|take|hand out|hand over) nothing\b|\b(?:would|might) (?:only |just )?be a burden\b"
    r"|\b(?:bringing|handing (?:out|over)) (?:a |any )?(?:sheet|hand-?out|paper)\b"
    r"|\b(?:kein|ohne|nicht ein)(?:e|en)? (?:blatt|handzettel|handout)\b|\bnichts mit(?:zu)?bring"
    r"|\b(?:bring\w*|nehm\w*|nimm\w*) (?:(?:du|sie|wir|ihr|hier|heute) )?nichts mit\b|\bware (?:nur )?eine last\b"
    r"|\b(?:pas de|aucune|sans) (?:feuille|fiche)s?\b|\brien a (?:apporter|remettre)\b"
    r"|\b(?:n'apport\w+|ne remett\w+) rien\b|\bserait un(?:e charge| fardeau| poids)\b"
    r"|\b(?:sin|ninguna) (?:hoja|ficha)s?\b|\bnada que (?:llevar|entregar|traer)\b"
    r"|\bno (?:llev\w+|traig\w+|tra[ei]\w*|entregu\w+) nada\b|\bseria una carga\b"
)
"""The page says that nothing is handed out; on folded text."""

TO_THE_REP = re.compile(
    r"\byou (?:(?:only|just|also|then|will|should|can) )?(?:bring|hand (?:over|out|him|her|them)|offer|pitch|walk in)\b"
    r"|\byou (?:(?:only|just|also|then|will|should|can) )?(?:ask|show|tell|take along)\b(?! us\b| for\b)"
    r"|\b(?:question|sentence) is the (?:thing|help)\b|\bdie frage ist (?:das|die)\b|\bla question est (?:la|le|l')"
    r"|\b(?:du|sie) (?:bring\w*|nimmst|nehmen|zeigst|zeigen|fragst|fragen|sagst)\b"
    r"|\b(?:bringst|nimmst|zeigst|fragst) du\b|\b(?:bringen|nehmen|zeigen|fragen) sie\b"
    r"|\b(?:tu|vous) (?:apport\w+|emport\w+|prend\w*|prenez|montre[sz]|demande[sz]|remette[sz])\b"
    r"|\b(?:tu|usted|ustedes) (?:llev\w+|tra[ei]\w*|muestr\w+|pregunt\w+|ofrec\w+)\b|\b(?:llevas|traes|muestras)\b"
)
"""Speaks to the rep of what she brings and does, wherever in a sentence it stands; on folded text."""

TO_FILL_IN = re.compile(
    r"\bfrom step \d|\bas (?:read|written|the (?:contract|paper|record) says)\b|\b(?:filled|to be filled|to fill) in\b"
    r"|\bif (?:it|the (?:contract|record|price)) (?:still|really) \w+|\b(?:support|desk|product|delivery|pricing)'s\b"
    r"|\bwhat (?:support|desk|product|delivery|pricing|the desk) sa(?:id|ys)\b|\b(?:monday|tuesday|wednesday|thursday"
    r"|friday)'s (?:figure|number|price)s?\b|\bour store\b"
)
"""A cell that tells the rep what to write into it before the sheet is handed over; on folded text."""

PROPOSAL = re.compile(r"\b(?:our proposal|unser vorschlag|notre proposition|nuestra propuesta)\b")
"""What we propose is said in the room, not sent ahead."""

EMPTY = listed("more most less least first last next then also even just only same other another later before after")
"""Alone these say nothing."""

ABOUT_THEM = re.compile(
    r"\b(?:he|him|his|she|her|hers|they|them|their|theirs|er|ihm|ihn|il|elle|lui|leur|ils|elles|el|ella|ellos)\b"
)
"""Who is spoken about is not spoken to: on folded text. `sie`, `ihr` and `su` are also how a customer is addressed."""

YOURS = re.compile(r"\b(?:her|his|their) (?=\w)", re.IGNORECASE)
"""What the page calls hers is yours on a sheet for her."""
LEAVING = re.compile(r"(?:leave|come out|go away|part)s? (?:with|knowing) ", re.IGNORECASE)
"""`We leave knowing who starts` is an aim: who starts."""

COURTESY = re.compile(
    r"\b(?:i'd like(?: us)? to|i would like(?: us)? to|we'd like to|we would like to|ich mochte(?: gern)?|wir mochten"
    r"|j'aimerais|je voudrais|nous aimerions|me gustaria|quisiera)\s+(?P<aim>[^.?!;]+)"
)
"""How an opening says what it is for, on folded text."""
HOPE = re.compile(
    r"\b(?:i hope|i'd hope|i would hope|ich hoffe|j'espere|espero)\s+(?:that\s+|dass\s+|que\s+)?"
    r"(?P<who>we|wir|nous|on)\s+(?:can\s+|konnen\s+|pouvons\s+)?(?P<aim>[^.?!;]+)"
)
"""What an opening hopes that we do together, on folded text; what it hopes that they do is an ask, and ours to make."""

AGREED = re.compile(
    r"(?:^|[.:;]\s+)(?:(?:we|wir|nous|on)\s+(?:(?:all|both|then|can|alle|beide|dann|konnen|pouvons)\s+)*)?"
    r"(?P<aim>(?:agree|decide|settle|choose|vereinbaren|entscheiden|klaren|wahlen|conven\w+|decidons|choisissons"
    r"|acordamos|decidimos|elegimos)\b[^.?!;:]+)"
)
"""What an outcome says that both sides settle, on folded text; what they alone do is an ask, and ours to make."""

TOLD_ALONE = re.compile(
    r"\b(?:told|tells|said|says|wrote|writes|mentioned)\b[^.;:]{0,30}\b(?:alone|in private)\b"
    r"|\bprivately\b|\bin private\b"
    r"|\bkeep (?:her|him|it|this|that|them) out of (?:it|this|the)\b|\bunter vier augen\b|\bim vertrauen\b|\ben prive\b"
    r"|\ben privado\b|\ben confianza\b|\ben confidence\b"
)
"""A line of the notes that says so itself was told to us and not to the room; on folded text."""

STAGE = re.compile(r"\b(?:stage|phase|etape|etapa|verkaufsphase)\b")
"""Of a deal, as the record calls it; on folded text."""
