"""Names and personal numbers are masked wherever people read them, and nothing else is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.masking import FREE, PARTY, hidden, masked, plain, shown
from geo.names import is_organisation


@pytest.mark.parametrize(
    ("told", "seen"),
    [
        ("+86 138-1234-5678", "138****5678"),
        ("8613812345678", "138****5678"),
        ("１３８ １２３４ ５６７８", "138****5678"),
        ("13812345678/13912345679 13712345670", "138****5678/139****5679 137****5670"),
        ("330109 19900101 123X", "330109********"),
        ("330109900101123", "330109********"),
        ("6222 0212 3456 7890", "6222********7890"),
        ("6222021234567890123", "6222********0123"),
        ("（0571）88888888", "0571-****8888"),
        ("0571-88888888转3", "0571-****8888转3"),
        ("zhang.san@example.com", "z***@example.com"),
        ("120.13812345678, 30.13812345678", "120.13812345678, 30.13812345678"),
        ("POINT (500000.5 13812345678)", "POINT (500000.5 13812345678)"),
        ("PHONE (13812345678)", "PHONE (138****5678)"),
        ("POINT(13812345678)", "POINT(138****5678)"),
        ("330109003001001001", "330109003001001001"),
        ("20261101000012345", "20261101000012345"),
        ("2026-11-01 10:00:00", "2026-11-01 10:00:00"),
        ("x" * 100, "x" * 59 + "…"),
    ],
)
def test_personal_numbers_are_hidden_in_any_writing_and_coordinates_and_codes_stay(told: str, seen: str) -> None:
    assert shown(told) == seen


@pytest.mark.parametrize(
    ("told", "seen"),
    [
        ("1" * 300_000, "1111********…"),
        ("a" * 300_000 + "@", "a" * 59 + "…"),
        ("1" * 990 + " 13812345678", "1111********…"),
    ],
)
def test_a_text_of_any_length_is_masked_by_its_beginning(told: str, seen: str) -> None:
    assert shown(told) == seen


@pytest.mark.parametrize(
    ("told", "seen"),
    [
        ("张三", "张*"),
        ("张三丰", "张**"),
        ("欧阳娜娜", "欧阳**"),
        ("司马懿", "司马*"),
        ("张 三", "张*"),
        ("张　三", "张*"),
        ("张\u200b三", "张*"),
        ("張三豐", "張**"),
        ("阿卜杜拉·买买提", "阿*******"),
        ("李明先生", "李*先生"),
        ("张三、李四", "张*、李*"),
        ("张三等12人", "张*等12人"),
        ("张三（居民）", "张*（居民）"),
        ("张三（某某公司）", "张*（某某公司）"),
        ("热心居民李小明", "热心居民李**"),
        ("王小明13812345678", "王**138****5678"),
        ("王小明 330109199001011234", "王** 330109********"),
        ("John Smith", "J*** S***"),
        ("Ｊｏｈｎ Smith", "J*** S***"),
        ("Mr. Brown", "Mr. B***"),
    ],
)
def test_a_name_alone_in_a_cell_keeps_its_surname_only(told: str, seen: str) -> None:
    assert masked(told, PARTY) == seen


@pytest.mark.parametrize(
    "told",
    [
        "长河街道社区发展基金会", "武汉红十字会", "万科物业服务有限公司", "高新社区居民委员会", "第五中学",
        "民政局", "社会捐赠", "居民捐赠", "财政拨款", "文体基金", "华为", "平安银行", "爱心人士", "匿名", "党员",
        "路演汇（北京）文化发展有限公司", "张家港市", "高新区", "江南社区", "王**#115101", "Department of Parks",
        "Senior Services Network", "ACME CORP", "Smith & Sons LLC", "DC Public Schools", "区级专项", "物业公司",
        "街道办事处", "330109001012", "2026-11-01", "12,345.67", "120.1551, 30.2741", "小区广场舞队", "马家湾小学",
    ],
)  # fmt: skip
def test_organisations_places_kinds_amounts_codes_and_days_stay_as_they_are(told: str) -> None:
    assert masked(told, PARTY) == told


@pytest.mark.parametrize(
    ("told", "seen"),
    [
        ("联系人张三，电话13812345678", "联系人张*，电话138****5678"),
        ("居民李小明反映噪声", "居民李**反映噪声"),
        ("感谢张三先生的帮助", "感谢张*先生的帮助"),
        ("姓名：欧阳娜娜", "姓名：欧阳**"),
        ("王五 13812345678", "王* 138****5678"),
        ("车牌浙A12345违停", "车牌浙A***45违停"),
        ("浙A·D12345", "浙A***45"),
        ("卡号6222021234567890123", "卡号6222********0123"),
    ],
)
def test_names_in_free_text_are_masked_after_a_cue_before_a_title_or_a_telephone(told: str, seen: str) -> None:
    assert hidden(told) == masked(told, FREE) == seen


@pytest.mark.parametrize(
    "told",
    [
        "居民区门口积水", "业主高度评价", "居民委员会换届", "网格员巡查", "老人居家养老", "更正：金额多记一位",
        "用于口罩采购", "江南社区 3 幢", "POINT (120.15 30.27)", "2026年11月1日", "330109003001001001",
        "20261101000012345", "垃圾分类宣传", "高空抛物", "安全隐患",
    ],
)  # fmt: skip
def test_words_that_name_nobody_stay_as_they_are(told: str) -> None:
    assert hidden(told) == told


ODD = "张王李欧阳司马三四五明丽先生女士居民联系人姓名电话：，、 （）()*·@.-+0123456789Xx浙A\u200b\u3000１２３ＡJohn"
CHARACTERS = st.one_of(
    st.sampled_from(list(ODD)),
    st.characters(exclude_categories=["Cs"]),
)
WORDS = st.lists(
    st.one_of(
        st.text(CHARACTERS, max_size=6),
        st.sampled_from(
            ["张三", "欧阳娜娜", "联系人", "13812345678", "330109199001011234", "a.b@c.cn", "浙A12345", "John Smith"]
        ),
    ),
    max_size=8,
).map("".join)


@settings(max_examples=400, deadline=None)
@given(WORDS)
def test_what_is_masked_is_masked_to_itself(told: str) -> None:
    for mask in (hidden, lambda text: masked(text, PARTY), lambda text: masked(text, FREE)):
        once = mask(told)
        assert mask(once) == once


@settings(max_examples=200, deadline=None)
@given(WORDS, st.sampled_from(["", " ", "-", "\u3000", "\u200b"]))
def test_a_telephone_is_masked_between_any_words_in_any_writing(around: str, gap: str) -> None:
    told = gap.join(["139", "9876", "5432"])
    assert "13998765432" not in hidden(f"，{told}，").replace(" ", "").replace("-", "")
    before, after = around[: len(around) // 2], around[len(around) // 2 :]
    assert "1399876543" not in hidden(f"{before}，{told}，{after}").replace(" ", "").replace("-", "")


@settings(max_examples=150, deadline=None)
@given(st.floats(-180, 180), st.integers(0, 9))
def test_coordinates_are_never_taken_for_numbers_of_people(value: float, digits: int) -> None:
    told = f"{value:.{digits}f}"
    assert hidden(told) == told


def test_a_company_with_a_surname_is_an_organisation_and_a_person_is_none() -> None:
    assert is_organisation("张三餐饮有限公司")
    assert not is_organisation("张三")


@pytest.mark.parametrize(
    ("told", "seen"),
    [
        (
            "反映（第三次）：联系人张三，电话１３８１２３４５６７８，请尽快处理！",
            "反映（第三次）：联系人张*，电话138****5678，请尽快处理！",
        ),
        ("电话：13812345678，另：13912345679；Ｂ座", "电话：138****5678，另：139****5679；Ｂ座"),
        ("（0571）88888888，转３", "0571-****8888，转３"),
        ("停车３小时，浙A12345，未挪", "停车３小时，浙A***45，未挪"),
        ("邮箱：zhang.san@example.com；面积３０㎡…", "邮箱：z***@example.com；面积３０㎡…"),
        ("重\u200b复，一三八一二三四五六七八，ok", None),
        ("电话（１３８１２３４ ５６７ ８），请回电，联系人张三", "电话（138****5678），请回电，联系人张*"),
        ("没有号码，只有全角，１２３", "没有号码，只有全角，１２３"),
    ],
)
def test_only_what_is_masked_changes(told: str, seen: str | None) -> None:
    found = hidden(told)
    assert seen is None or found == seen
    assert hidden(found) == found


@settings(max_examples=300, deadline=None)
@given(
    st.text(alphabet="，。：；！（）、Ａｂ１２３ｃ ａ事件在\u200b\u3000㎡…﹐é", max_size=20),
    st.sampled_from(["13812345678", "１３８１２３４５６７８", "330109199001011234", "zhang@example.com", "联系人张三"]),
    st.text(alphabet="，。：；！（）、Ａｂｃ ａ事件在\u200b\u3000㎡…﹐é", max_size=20),
)
def test_what_is_around_something_masked_is_never_less_masked_than_in_half_width(
    before: str, secret: str, after: str
) -> None:
    text = f"{before}。{secret}。{after}"
    found = hidden(text)
    assert plain(found) == hidden(plain(text)), "in half width it is what masking the half-width text gives"
    if secret in ("13812345678", "联系人张三"):
        assert secret not in plain(found)
    assert hidden(found) == found
    assert found.startswith(before)
    assert found.endswith(after)
