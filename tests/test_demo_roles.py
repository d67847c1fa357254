"""The demo mode says who sees what before anybody steps in, and keeps the language that was chosen there."""

import re
from datetime import UTC, datetime

from cockpit.access import signin_page
from cockpit.access.signin_page import Asked, onward
from cockpit.cli import demo_accounts
from geo.accounts import Account
from geo.map_queries import Area

TOWN = (
    Area(1, "street", "S", "街道", None),
    Area(2, "community", "A", "甲社区", 1),
    Area(3, "community", "B", "乙社区", 1),
    Area(4, "grid", "A1", "甲一", 2),
    Area(5, "grid", "B1", "乙一", 3),
)


def account(role: str, *areas: str) -> Account:
    return Account(
        account_id=1, login=f"demo-{role}", display_name="<b>演示", role=role, level="area" if areas else "site",
        areas=areas, has_password=False, must_change=False, is_demo=True, issuer=None, disabled_at=None,
        created_at=datetime(2026, 11, 1, tzinfo=UTC), created_by="operator", last_seen_at=None,
    )  # fmt: skip


def words(markup: str) -> list[list[str]]:
    return [re.sub(r"<[^>]+>", " ", one).split() for one in re.findall(r'<button name="demo".*?</button>', markup)]


def test_each_role_to_step_into_tells_how_far_it_sees_and_its_pages() -> None:
    shown = words(signin_page.sign_in(Asked("zh", "t"), demo=[account("admin"), account("secretary", "community:A")]))
    secretary = ["社区书记", "一个社区", "总览、时效、资金、社区、考核、指标、方法"]
    assert shown == [secretary, ["系统管理员", "全域", "审计、账号"]]


def test_a_grid_worker_is_told_in_english_what_he_may_open() -> None:
    markup = signin_page.sign_in(Asked("en", "t"), demo=[account("grid_worker", "grid:A1")])
    assert "One grid" in markup
    assert "Overview, Community" in markup


def test_the_language_of_the_sign_in_page_goes_on_with_who_enters() -> None:
    assert onward(Asked("en", "t", "/")) == "/?lang=en"
    assert onward(Asked("en", "t", "/funds?period=all&lang=en")) == "/funds?period=all&lang=en"
    assert onward(Asked("zh", "t", "/funds?period=all&lang=en")) == "/funds?period=all"


def test_the_sample_secretary_has_the_community_with_a_fund_of_its_own() -> None:
    found = demo_accounts.scopes(TOWN, funded=frozenset({"乙社区", "街道"}))
    assert (found["secretary"], found["grid_worker"]) == (("community:B",), ("grid:B1",))
    assert demo_accounts.scopes(TOWN)["secretary"] == ("community:A",)
