"""Which words are a person's name and which name an organisation, in Chinese cells and, after a cue, in free text.

Invariant: what is masked here is masked again to itself, and a company, committee, foundation, office or place keeps its
name: who gives or takes money as an organisation is public.
"""

import re

_COMPOUND = (
    "欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 司徒 司空 夏侯 长孙 宇文 端木 轩辕 南宫 东郭 西门 独孤 百里 呼延 "
    "申屠 闻人 澹台 公羊 淳于 单于 太叔 钟离 鲜于 闾丘 拓跋 赫连 第五 歐陽 司馬 諸葛 東方"
).split()
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范"
    "金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂"
    "章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解"
    "牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎"
    "甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花权强帅屠豆朴"
    "盖练廉禹井祖漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁芮都普阙浦戈伏鹿薄邸雍辜羊阿乌母裘亓修邰赖奉弓邢谯"
    "張劉陳楊趙黃吳孫馬鄭謝許鄧馮蕭葉蘇盧蔣賈鄒龍萬錢嚴賴譚湯陸韓顧龔倫羅魏賀呂齊"
)
_RARE = set("区位全和平明国相初门云容来都普强满权海花国支计索官原南应项时单路司党商母房查管解边豆井池游景古")
"""Surnames that mostly begin a word: believed only in a cell that holds a name and nothing else, of three characters."""
_NO_NAMES = tuple(
    "高度 高新 高层 高级 高龄 高空 高温 方面 方案 方正 方便 文体 文明 文化 文艺 文具 安全 安装 安置 安徽 安阳 安心 平安 平台 "
    "平时 平均 华为 华东 华南 华北 华夏 华润 华联 万达 万科 万元 金地 金额 金融 金属 金星 金华 石家 石油 石材 马上 马路 马鞍 "
    "江苏 江西 江南 江北 江门 江阴 湖北 温州 温暖 温馨 常州 常规 常务 常住 宁波 宁夏 宁德 甘肃 云南 海南 海宁 海口 武汉 武昌 "
    "武义 武林 成都 成人 成年 成立 广州 杭州 荆州 荆门 黄石 黄山 黄冈 黄金 任务 任何 任意 应急 应收 应该 项目 单位 单元 单人 "
    "时间 时代 时候 明细 明确 明天 管理 管道 管网 管委 支出 支付 支持 计划 计算 路灯 路面 路口 路人 车辆 车位 车库 商户 商家 "
    "商业 商会 商贸 商店 商场 居民 花园 花卉 花木 全体 全部 全国 全民 全市 国家 国际 国有 公司 关于 关爱 关心 关怀 关系 "
    "连续 连锁 房屋 房产 房租 房东 查处 查询 查看 解决 解释 游客 游园 来电 来访 来源 边界 门口 门面 门店 门诊 门卫 相关 相邻 "
    "强制 强烈 满意 满足 都是 都有 普通 普法 容易 和谐 和睦 和平 平价 南京 南昌 南宁 南通 原因 原则 原来 古城 古镇 党员 党委 "
    "党支 党群 党建 党费 社区 白天 白色 冷水 冷库 包括 包装 包干 符合 许多 许可 向上 向日 曾经 严重 严格 严禁 付款 付费 "
    "左右 左侧 左边 毛巾 毛毯 毛线 米面 米粉 麦片 牛奶 牛肉 羊肉 鲁班 景区 景观 阳光 阳台 阳性 古树 简单 简易 简介 钟点 钱款 "
    "雷锋 农民 农村 农业 农贸 程序 童车 宫颈 盘点 储备 储物 原料 施工 施救 沙发 沙土 苗木 乐器 乐园 康复 康养 康乐 盛世 "
    "顾问 顾客 关门 项链 司机 司法 师傅 师生 官方 班级 班车 温度 湿度 成员 成本 全家 全额 明年 余额 余款 余杭 徐州 徐汇 "
    "郑州 苏州 扬州 泉州 福州 贵州 滨江 萧山 西湖 上城 拱墅 临平 钱塘 富阳 临安 桐庐 淳安 建德 丁桥 闸弄 彭埠 笕桥 九堡 "
    "长河 西兴 浦沿 段落 段长 季度 何时 何种 何处 于是 史料 易拉 左右 安保 安防 安检 祖国 屠宰 边境 路段 路政 管护 管家 "
    "马桶 石头 石子 方法 方式 方向 方向 高压 高档 高校 高中 高考 高铁 高速 时长 单价 单次 单独 单据".split()
)
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
_COMMON = f"[{''.join(sorted(set(_SURNAMES) - _RARE))}]"
_ANY_SURNAME = f"[{''.join(sorted(set(_SURNAMES)))}]"
_LONG = f"(?:{'|'.join(_COMPOUND)})"
_AFTER = "反来说称在的等报捐因从被把将投求打是先女给处及电手身住家同"
"""What goes on after a name in a sentence, and is no second given character."""
_RUN = rf"(?:{_LONG}{_GIVEN}(?:(?![{_AFTER}]){_GIVEN})?|{_COMMON}{_GIVEN}(?:(?![{_AFTER}]){_GIVEN})?)"
"""A name within a sentence: surname, one given character, and a second one unless the sentence goes on there."""
_CUES = (
    "联系人|联络人|姓名|经办人|经办|经手人|居民|业主|住户|户主|租户|当事人|申请人|投诉人|举报人|报案人|报警人|来电人|反映人|"
    "负责人|捐赠人|捐款人|受助人|受益人|领取人|签收人|收款人|付款人|开户人|志愿者|网格员|社工|老人|患者|家属|代领人|监护人"
)
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
_PARTS = re.compile(r"([、,，;；/|\n\t]+|\s+(?=[一-鿿])|\s{2,})")
_BRACKETED = re.compile(r"[（(《【\[][^）)》】\]]*[）)》】\]]?")
_SPACED = re.compile(rf"({_ANY_SURNAME})[\s\u3000]+({_GIVEN})")
_TITLES = r"(?:Mr|Mrs|Ms|Miss|Dr|Prof)\.?"
_FIRST_NAMES = (
    "James John Robert Michael William David Richard Joseph Thomas Charles Christopher Daniel Matthew Anthony Mark Donald "
    "Steven Paul Andrew Joshua Kenneth Kevin Brian George Edward Ronald Timothy Jason Jeffrey Ryan Jacob Gary Nicholas "
    "Eric Jonathan Stephen Larry Justin Scott Brandon Benjamin Samuel Gregory Frank Alexander Raymond Patrick Jack Dennis "
    "Peter Mary Patricia Jennifer Linda Elizabeth Barbara Susan Jessica Sarah Karen Lisa Nancy Betty Margaret Sandra Ashley "
    "Kimberly Emily Donna Michelle Carol Amanda Dorothy Melissa Deborah Stephanie Rebecca Sharon Laura Cynthia Kathleen Amy "
    "Angela Shirley Anna Brenda Pamela Emma Nicole Helen Samantha Katherine Christine Rachel Maria Jane Alice"
).split()
_FOREIGN = re.compile(rf"(?:{_TITLES} [A-Z][a-z'-]+(?: [A-Z][a-z'-]+){{0,2}}|(?:{'|'.join(_FIRST_NAMES)})"
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
