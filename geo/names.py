"""Which words are a person's name and which name an organisation, in Chinese cells and, after a cue, in free text.

Invariant: what is masked here is masked again to itself, and a company, committee, foundation, office or place keeps
its name: who gives or takes money as an organisation is public. The words are in config/names.toml.
"""

import re

from config import reader

_WORDS = {name: words.split() for name, words in reader.read(reader.SHIPPED / "names.toml").items()}
_COMPOUND = frozenset(_WORDS["compound_surnames"])
_SURNAMES = frozenset("".join(_WORDS["surnames"]))
_RARE = frozenset("".join(_WORDS["rare_surnames"]))
_NO_NAMES = tuple(_WORDS["no_names"])
_CUES = "|".join(_WORDS["cues"])
_ORGANISATION = re.compile(
    r"公司|集团|企业|工厂|[厂店行社团队部局处院校所站室办会馆园场库吧铺坊庄]$|商行|商会|商店|超市|酒店|宾馆|饭店|餐厅|药房|诊所|银行|"
    r"委员会|居委|村委|党委|支部|总支|协会|学会|基金|工会|妇联|团委|中心|学校|大学|学院|中学|小学|幼儿园|医院|政府|机关|街道|社区|"
    r"小区|物业|业委会|合作社|经营部|工作室|事务所|俱乐部|慈善|红十字|财政|拨款|民政|残联|街道办|办事处|派出所|教会|寺|庙|教堂|"
    r"[省市县区镇乡村]$|有限|股份|服务|商贸|科技|建设|工程|项目|专项|平台|网络|志愿队|党员|职工|师生|同学|全体|群众|"
    r"(?i:\b(?:inc|llc|ltd|corp|co|company|association|department|office|bureau|foundation|trust|university|school|"
    r"college|church|council|committee|commission|agency|bank|center|centre|services?|group|institute|society|club|"
    r"hospital|government|ministry|fund)\b)"
)
_GIVEN = "[一-鿿]"
_COMMON = f"[{''.join(sorted(_SURNAMES - _RARE))}]"
_ANY_SURNAME = f"[{''.join(sorted(_SURNAMES))}]"
_LONG = f"(?:{'|'.join(sorted(_COMPOUND))})"
_AFTER = "反来说称在的等报捐因从被把将投求打是先女给处及电手身住家同"
"""What goes on after a name in a sentence, and is no second given character."""
_RUN = rf"(?:{_LONG}{_GIVEN}(?:(?![{_AFTER}]){_GIVEN})?|{_COMMON}{_GIVEN}(?:(?![{_AFTER}]){_GIVEN})?)"
"""A name within a sentence: surname, one given character, and a second one unless the sentence goes on there."""
_CUED = re.compile(rf"(?P<cue>{_CUES})(?P<gap>[:：\s为叫（(]{{0,3}})(?P<name>{_RUN})(?!\*|委员会|居委|社区|街道|小区)")
_TELEPHONED = re.compile(
    rf"(?<!{_GIVEN})(?P<name>{_LONG}{_GIVEN}{{1,2}}|{_ANY_SURNAME}{_GIVEN}{{1,2}})"
    r"(?P<gap>[\s,，:：、(（]{0,2}(?:(?:联系)?电话|手机号?码?|电|TEL|Tel|tel)?[\s:：]{0,2})"
    r"(?=(?:\+?86[ -]?)?1[3-9]\d[\d* -]{7,})"
)
"""A name right before a mobile telephone."""
_TITLED = re.compile(
    rf"(?<![感答多])(?P<name>{_LONG}{_GIVEN}{{1,2}}|{_COMMON}{_GIVEN}{{1,2}})"
    r"(?=先生|女士|小姐|同志|大爷|大妈|大伯|阿姨|奶奶|爷爷|师傅|老先生)"
)
_HINT = re.compile(rf"{_CUES}|先生|女士|小姐|同志|大爷|大妈|大伯|阿姨|奶奶|爷爷|师傅|1[3-9]\d[\d* -]{{7,}}")
_CELL = re.compile(
    rf"(?P<name>{_LONG}{_GIVEN}{{1,2}}|{_COMMON}{_GIVEN}{{1,2}}|{_ANY_SURNAME}{_GIVEN}{{2}}|{_GIVEN}{{1,8}}[·•・]{_GIVEN}{{1,8}})"
    r"(?P<rest>(?:(?:先生|女士|小姐|同志|老师|同学|医生|大爷|阿姨)?(?:等|及|家庭|夫妇|夫妻|一家|全家|[（(《【\[]).*)?"
    r"|先生|女士|小姐|同志|老师|同学|医生|大爷|阿姨)"
)
"""A part of a cell that is a name, alone or before 等12人, 夫妇, a title or a bracket."""
_LED = re.compile(
    rf"(?P<cue>(?:爱心人士|热心(?:居民|市民|人士)|市民|居民|村民|网友|个人|党员|{_CUES})[:：\s]{{0,2}})(?P<rest>.+)"
)
_PARTS = re.compile(r"([、,，;；/|\n\t]+|\s+(?=[一-鿿\d])|\s{2,})")
_BRACKETED = re.compile(r"[（(《【\[][^）)》】\]]*[）)》】\]]?")
_SPACED = re.compile(rf"({_ANY_SURNAME})[\s\u3000]+({_GIVEN})")
_TITLES = r"(?:Mr|Mrs|Ms|Miss|Dr|Prof)\.?"
_FOREIGN = re.compile(rf"(?:{_TITLES} [A-Z][a-z'-]+(?: [A-Z][a-z'-]+){{0,2}}|(?:{'|'.join(_WORDS['first_names'])})"
                      r"(?: [A-Z]\.?)?(?: [A-Z][a-z'-]+){1,2})")  # fmt: skip
_WORD = re.compile(r"[A-Z][a-z'-]+")


def is_organisation(text: str) -> bool:
    """Whether the text names a body (company, committee, school, office, place) and no person."""
    return _ORGANISATION.search(text) is not None


def in_cell(text: str) -> str:
    """A cell that says who (payer, payee, giver, receiver), the names of people in it masked: 张三、李四 → 张*、李*."""
    if spaced := _SPACED.fullmatch(text.strip()):
        return _starred("".join(spaced.groups()))
    if _FOREIGN.fullmatch(text.strip()) and not is_organisation(text):
        return _foreign(text)
    return "".join(part if _PARTS.fullmatch(part) else _part(part) for part in _PARTS.split(text) if part)


def in_text(text: str) -> str:
    """Free text, with the names masked that stand after a cue (联系人, 居民), before a title or before a telephone."""
    found = _TELEPHONED.sub(_unless_word, text)
    found = _CUED.sub(_unless_word, found)
    return _TITLED.sub(_unless_word, found)


def may_hold_name(text: str) -> bool:
    """Quick: whether `in_text` has anything to look at."""
    return not text.isascii() and _HINT.search(text) is not None


def _part(part: str) -> str:
    if led := _LED.fullmatch(part):
        return led["cue"] + _part(led["rest"])
    found = _CELL.fullmatch(part)
    if found is None or found["name"].startswith(_NO_NAMES):
        return part
    return part if is_organisation(_BRACKETED.sub("", part)) else _starred(found["name"]) + found["rest"]


def _unless_word(match: re.Match[str]) -> str:
    name: str = match["name"]
    if name.startswith(_NO_NAMES) or is_organisation(name):
        return match[0]
    before, _, after = match[0].partition(name)
    return f"{before}{_starred(name)}{after}"


def _starred(name: str) -> str:
    """The surname, and a star for each other character."""
    kept = 2 if name[:2] in _COMPOUND and len(name) > 2 else 1
    return name[:kept] + "*" * (len(name) - kept)


def _foreign(text: str) -> str:
    title = re.match(rf"{_TITLES} ", text)
    begin = title.end() if title else 0
    return text[:begin] + _WORD.sub(lambda word: f"{word[0][0]}***", text[begin:])
