"""What somebody wrote back into a response: 1, 2 or 3, or a few words in the languages below. Pure.

Counting a reply as "safe" that does not say so may cost a life, and so may missing a call for help: a call for help is
heard wherever it stands, and everything else counts only where all of it is understood.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from vedette.dispatch.levels import Response

#: Characters of a reply that are looked at.
_LONGEST = 1_000

#: What calls for help, wherever it stands.
_HELP = {
    "*": "sos mayday 🆘",
    "en": "help hlp emergency",
    "es": "ayuda ayudenme ayudame auxilio socorro emergencia",
    "fr": "aide aidez secours urgence",
    "de": "hilfe notruf notfall",
    "pt": "ajuda ajudem ajude socorro emergencia",
    "ar": "مساعدة المساعدة مساعده ساعدوني ساعدني نجدة النجدة انقذوني اغيثوني",
    "uk": "допомога допомоги допомогу допоможіть допоможи рятуйте врятуйте поможіть",
}
#: What says that the writer is safe. Several words of one phrase are joined by +.
_SAFE = {
    "en": "safe unharmed unhurt secure no+injuries not+injured not+hurt nobody+hurt no+one+hurt",
    "es": "salvo a+salvo seguro segura seguros seguras estoy+bien estamos+bien",
    "fr": "sauf sain+et+sauf en+securite a+l+abri je+vais+bien",
    "de": "sicher in+sicherheit unverletzt mir+geht+es+gut uns+geht+es+gut",
    "pt": "salvo salva a+salvo seguro segura em+seguranca estou+bem estamos+bem",
    "ar": "امن امنة امنه بخير سالم سالمة بامان في+امان",
    "uk": "у+безпеці в+безпеці я+в+порядку ми+в+порядку неушкоджений неушкоджена неушкоджені",
}
#: What says that the writer has read it.
_READ = {
    "*": "👍 👌 ✅ ✔ ☑ 🆗 ok okay okey",
    "en": "yes read received ack acknowledged acknowledge roger copy copied understood confirmed confirm got+it noted",
    "es": "si leido lo+he+leido recibido enterado enterada entendido entendida confirmado vale",
    "fr": "oui lu bien+lu recu bien+recu compris confirme",
    "de": "ja gelesen erhalten verstanden bestatigt bestaetigt zur+kenntnis+genommen",
    "pt": "sim lido li recebido entendido confirmado ciente",
    "ar": "نعم قرات تم+القراءة تم+الاستلام استلمت مفهوم فهمت حسنا علم اقرار",
    "uk": "так прочитав прочитала прочитано отримав отримала отримано зрозумів зрозуміла зрозуміло підтверджую",
}
#: What may stand beside an answer and changes nothing about it.
_BESIDE = {
    "*": "🙏 ❤ 🙂 😊",
    "en": "i m im am we are re all both here now at home it and or have has been the this message warning alert thanks"
    " thank you everyone everybody fine good answer option reply number well with my family team",
    "es": "estoy estamos esta todo todos todas bien en casa aqui ahora gracias mensaje aviso y el la lo he mi familia",
    "fr": "je suis nous sommes tous tout bien a la maison ici merci message avertissement et ou le l j ai",
    "de": "ich bin wir sind alle alles hier jetzt zu hause danke nachricht warnung und oder die habe gut",
    "pt": "eu estou nos estamos todos todas bem em casa aqui agora obrigado obrigada mensagem aviso e o a minha"
    " familia",
    "ar": "انا نحن الان شكرا الرسالة التحذير هنا الحمد لله في البيت و او كلنا",
    "uk": "я ми всі усі є це і й та тут зараз вдома дякую повідомлення попередження добре разом моя сім'я родина",
}
#: What, besides being safe, somebody is who says that they are not.
_WELL = "ok okay okey fine good well alright 🆗 bien gut bem بخير"
#: What turns an answer round.
_NOT = {
    "en": "not no isnt arent dont didnt cant never neither nor",
    "es": "no ni nunca tampoco",
    "fr": "pas ne n non jamais ni",
    "de": "nicht nein kein keine nie",
    "pt": "nao nem nunca",
    "ar": "لا ليس لست لسنا غير ما لم",
    "uk": "не ні ніколи без жоден",
}
_NUMBERS = {"1": Response.ACKNOWLEDGED, "2": Response.SAFE, "3": Response.NEEDS_HELP}
#: What parts an answer from what is written after it; not the point or colon within a number or a time.
_PARTED = re.compile(r"[.,;:!\n](?!\d)|\s[-–—]\s|[،؛]")
#: Letters that are written one way or the other.
_ARABIC = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ة": "ه", "ـ": "", "؟": "?"})


def meaning(text: str) -> Response | None:
    """What a reply answers; None when it is no answer or leaves any doubt."""
    if calls_for_help(text):
        return Response.NEEDS_HELP
    plain = _plain(text)
    words = _words(plain)
    if "?" in plain or {"1", "2"} <= set(words):
        return None
    whole = _understood(words)
    if whole is not None:
        return whole
    # "Safe. At the school, with 12 others." A denial further on leaves it open what the first word is about.
    first = _PARTED.split(plain, maxsplit=1)[0]
    rest = _words(plain[len(first) :])
    return _understood(_words(first)) if _DENIALS.isdisjoint(rest) else None


def calls_for_help(text: str) -> bool:
    """Whether there is a call for help in it: one that is denied is one too, as nobody can know what was meant."""
    words = _words(_plain(text))
    if words[:1] == ["3"] or not _HELP_WORDS.isdisjoint(words) or _denies_being_well(words):
        return True
    return _understood(words) is Response.NEEDS_HELP


def _understood(words: Sequence[str]) -> Response | None:
    """What words say of which every single one is known: the most that is said; None when one is not."""
    said: list[Response] = []
    at = 0
    while at < len(words):
        length = next((length for length in _LENGTHS if tuple(words[at : at + length]) in _PHRASES), 1)
        answer = _PHRASES.get(tuple(words[at : at + length]))
        # "We are 2 here" is a count; "3" is a call for help all the same.
        counts = words[at] in ("1", "2") and at > 0 and words[at - 1] not in _BEFORE_A_NUMBER
        if counts or (answer is None and words[at] not in _FILLERS):
            return None
        if answer is not None:
            said.append(answer)
        at += length
    return max(said, key=_STRENGTH.index, default=None)


def _denies_being_well(words: Sequence[str]) -> bool:
    """ "Unsafe", or a denial before "safe" or "well" with nothing but small words between: somebody should call."""
    if not _UNSAFE.isdisjoint(words):
        return True
    for at, word in enumerate(words):
        if word in _DENIALS and _phrase_at(words, at) is None:
            after = at + 1
            while after < len(words) and not _is_well(words, after) and words[after] in _FILLERS:
                after += 1
            if _is_well(words, after):
                return True
    return False


def _is_well(words: Sequence[str], at: int) -> bool:
    return words[at : at + 1] in _WELL_WORDS or _phrase_at(words, at) is Response.SAFE


def _phrase_at(words: Sequence[str], at: int) -> Response | None:
    """What the longest phrase that begins there says."""
    return next((_PHRASES[key] for length in _LENGTHS if (key := tuple(words[at : at + length])) in _PHRASES), None)


def _plain(text: str) -> str:
    """Lower case without accents; every digit 0 to 9, every emoji without its skin tone."""
    letters = unicodedata.normalize("NFKD", text[:_LONGEST].strip().translate(_ARABIC)).casefold()
    kept = []
    for letter in letters:
        kind = unicodedata.category(letter)
        if kind == "Nd":
            kept.append(str(unicodedata.digit(letter)))
        elif kind not in ("Mn", "Me", "Cf", "Sk"):
            kept.append(letter)
    # "HEEELP", "sooos": a key that is held down. "D'aide" is two words, "don't" is one.
    held = re.sub(r"([^\W\d_])\1{2,}", r"\1", "".join(kept).replace("’", "'"))
    return re.sub(r"\b([a-z])'", r"\1 ", held).replace("'", "")


def _words(plain: str) -> list[str]:
    """Words, numbers, and each symbol by itself; punctuation is none."""
    found = re.findall(r"[^\W\d_]+|\d+|[^\w\s]", plain)
    return [word for word in found if word.isalnum() or unicodedata.category(word) == "So"]


def _vocabulary(table: Mapping[str, str]) -> set[tuple[str, ...]]:
    return {
        tuple(_plain(word) for word in phrase.split("+")) for phrases in table.values() for phrase in phrases.split()
    }


_HELP_WORDS = {word for (word,) in _vocabulary(_HELP)}
_DENIALS = {word for (word,) in _vocabulary(_NOT)}
_FILLERS = {word for (word,) in _vocabulary(_BESIDE)}
_WELL_WORDS = [[_plain(word)] for word in _WELL.split()]
_BEFORE_A_NUMBER = {"answer", "option", "reply", "number", "or", "o", "ou", "oder", "او", "1", "2"}
_UNSAFE = {"unsafe", "insecure", "unsicher"}
_PHRASES: dict[tuple[str, ...], Response] = {
    **{(number,): response for number, response in _NUMBERS.items()},
    **dict.fromkeys(_vocabulary(_READ), Response.ACKNOWLEDGED),
    **dict.fromkeys(_vocabulary(_SAFE), Response.SAFE),
}
_LENGTHS = sorted({len(phrase) for phrase in _PHRASES}, reverse=True)
_STRENGTH = (Response.ACKNOWLEDGED, Response.SAFE, Response.NEEDS_HELP)
